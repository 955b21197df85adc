/** What the log says of files, in the reference's words where the event is the same (`reference/links.md` 5). */
import type { NodeConfig } from '@muster/config';
import type { Generation, IntegrityEvent, Problem } from '@muster/integrity';
import type { OwnStatus } from '@muster/keep-alive';
import type { Log, Logger } from '@muster/log';
import type { Replication, ReplicationResult } from '@muster/tree';

/** Takes what the integrity actor tells. That a trouble is over is told as it was. */
export function integrityLog(local: Pick<Logger, 'debug' | 'info' | 'warning'>): (event: IntegrityEvent) => void {
  let troubled = false;
  return (event) => {
    if (event.type === 'generation') return local.info(publishedWords(event.generation));
    if (event.type === 'local-tree') {
      for (const { path, text } of event.problems) local.debug(`${path}: ${text}`);
      return local.debug(`Calculated metadata of ${event.tree.files} files.`);
    }
    const { state, why } = event;
    const wasTroubled = troubled;
    troubled = state === 'held' || state === 'failing';
    if (troubled) return local.warning(why ?? state);
    if (wasTroubled) local.info("This node's files can be read whole again.");
    return why === undefined ? local.debug(`State: ${state}.`) : local.info(why);
  };
}

function publishedWords({ id, tree, since }: Generation): string {
  const { put = [], remove = [] } = since?.changes ?? {};
  const what =
    since === undefined ? '' : ` Files to create or update: ${put.length} | Files to delete: ${remove.length}`;
  return `Generation ${id.generation} of epoch ${id.epoch}: ${tree.files} files, ${tree.bytes} bytes.${what}`;
}

/** The system has no more watches. */
export function logPolling(local: Pick<Logger, 'warning'>, { message }: Error, { muster }: NodeConfig): void {
  const seconds = muster.integrity.pollEveryMs / 1_000;
  local.warning(`${message}. Until the next start changes are looked for every ${seconds} s.`);
}

/** So many deleted files are named; all of them at debug. */
const deletedNamed = 5;

/** What a worker has just done to its files: `plan` is what was to be done, `result` what became of it. */
export function logReplication(
  sync: Pick<Logger, 'debug' | 'info'>,
  { changes, modeDrift }: Replication,
  { written, removed, failures }: ReplicationResult,
): void {
  const refused = new Set(failures.map(({ path }) => path));
  const mended = modeDrift.filter((path) => !refused.has(path)).length;
  // A try that did nothing is told by the state, once, and not again each time.
  if (written + removed + mended === 0) return;
  const failed = failures.length === 0 ? '' : ` | Failed: ${failures.length}`;
  sync.info(`Files created or updated: ${written} | Files deleted: ${removed} | Modes mended: ${mended}${failed}`);
  for (const { path } of changes.put) sync.debug(`Written: ${path}`);
  for (const path of changes.remove.slice(0, deletedNamed)) sync.info(`Deleted: ${path}`);
  for (const path of changes.remove.slice(deletedNamed)) sync.debug(`Deleted: ${path}`);
  if (changes.remove.length > deletedNamed) sync.info(`Deleted as well: ${changes.remove.length - deletedNamed} more.`);
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
