/** What the log says of files, in the reference's words where the event is the same (`reference/links.md` 5). */
import type { IntegrityEvent } from '@muster/integrity';
import type { OwnStatus } from '@muster/keep-alive';
import type { Log } from '@muster/log';

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
