/** What the log says of files, in the reference's words where the event is the same (`reference/links.md` 5). */
import type { IntegrityEvent, Problem } from '@muster/integrity';
import type { OwnStatus } from '@muster/keep-alive';
import type { Log, Logger } from '@muster/log';

export function logIntegrity(log: Log, tag: string, event: IntegrityEvent): void {
  const local = log.for(tag, 'Local integrity');
  switch (event.type) {
    case 'generation': {
      const { id, tree, since } = event.generation;
      const changes = since?.changes;
      const what =
        changes === undefined
          ? ''
          : ` Files to create or update: ${changes.put.length} | Files to delete: ${changes.remove.length}`;
      return local.info(
        `Generation ${id.generation} of epoch ${id.epoch}: ${tree.files} files, ${tree.bytes} bytes.${what}`,
      );
    }
    case 'local-tree':
      for (const { path, text } of event.problems) local.debug(`${path}: ${text}`);
      return local.debug(`Calculated metadata of ${event.tree.files} files.`);
    case 'status':
      if (event.why === undefined) return local.debug(`State: ${event.state}.`);
      return event.state === 'held' || event.state === 'failing' ? local.warning(event.why) : local.info(event.why);
  }
}

/** Each change of how a worker stands. */
export function logReplica(log: Log, tag: string, status: OwnStatus): void {
  const sync = log.for(tag, 'Integrity sync');
  switch (status.state) {
    case 'in-sync':
      return sync.info(
        `In sync: this disk holds generation ${status.holds?.generation ?? '?'}, ${status.files} files.`,
      );
    case 'held':
    case 'failing':
      return sync.warning(status.why ?? status.state);
    case 'starting':
    case 'syncing':
      return sync.debug(status.why ?? status.state);
  }
}

/** One scan may find thousands: so many are named, the rest are counted. */
const namedAtOnce = 20;

/**
 * Warns once of each file that is left out of the synchronisation, and says when it is no longer.
 * Takes the problems of the whole tree after each scan.
 */
export function heldLog(local: Pick<Logger, 'info' | 'warning'>): (problems: readonly Problem[]) => void {
  let known: ReadonlyMap<string, string> = new Map();
  return (problems) => {
    const held = new Map(problems.filter(({ effect }) => effect === 'held').map(({ path, text }) => [path, text]));
    const fresh = [...held].filter(([path, text]) => known.get(path) !== text);
    const gone = [...known.keys()].filter((path) => !held.has(path));
    known = held;
    for (const [path, text] of fresh.slice(0, namedAtOnce))
      local.warning(`Left out of the synchronisation: ${path}: ${text}.`);
    if (fresh.length > namedAtOnce) local.warning(`Left out as well: ${fresh.length - namedAtOnce} more files.`);
    for (const path of gone.slice(0, namedAtOnce)) local.info(`No longer left out: ${path}.`);
    if (gone.length > namedAtOnce) local.info(`No longer left out either: ${gone.length - namedAtOnce} more files.`);
  };
}
