/**
 * The workers that a master has seen, kept in a file across its starts: one that does not come back after a
 * restart (it was turned away, it is dead) must be missed, not forgotten.
 */
import type { KeepAliveEvent } from '@muster/keep-alive';
import type { Logger } from '@muster/log';
import type { NodeName, NodeView } from '@muster/protocol';
import type { Disk } from '@muster/tree';
import { type KeptNamesWatch, openKeptNames } from './kept-names.ts';

export interface KnownWorkers {
  /** Remembers who is up, forgets who said goodbye. Neither blocks nor throws; the file follows. */
  take(event: KeepAliveEvent): void;
  /** A row for each known worker that `rows` lacks: `down`, never heard by this run (`heardMs` 0). */
  missing(rows: readonly NodeView[]): readonly NodeView[];
  /** It is gone for good. */
  forget(name: NodeName): void;
  /** Takes nothing more: what links end with when this node stops is no goodbye of theirs. Resolves when the file is written. */
  close(): Promise<void>;
}

export const notLinkedYet = 'not linked since this master started';

/** A thousand, those seen last. */
export async function openKnownWorkers(
  disk: Pick<Disk, 'read' | 'replace' | 'steps'>,
  path: string,
  watch: KeptNamesWatch,
): Promise<KnownWorkers> {
  const names = await openKeptNames(disk, path, watch);
  let closed = false;
  return {
    take: (event) => {
      if (closed || event.type !== 'liveness-changed') return;
      if (event.to === 'left') names.delete(event.peer);
      if (event.to === 'up') names.add(event.peer);
    },
    forget: (name) => {
      if (!closed) names.delete(name);
    },
    missing: (rows) => {
      const seen = new Set(rows.map(({ name }) => name));
      return names
        .all()
        .filter((name) => !seen.has(name))
        .map(missingRow);
    },
    close: async () => {
      closed = true;
      await names.written();
    },
  };
}

const missingRow = (name: NodeName): NodeView => ({
  name,
  role: 'worker',
  version: '-',
  address: '-',
  liveness: 'down',
  reason: notLinkedYet,
  sync: 'unknown',
  behindMs: 0,
  files: 0,
  heardMs: 0,
  loopDelayMs: 0,
});

/** What the log says of that file. */
export const watchKnownWorkers = (log: Pick<Logger, 'warning'>): KeptNamesWatch => ({
  failed: (error) => {
    const text = error instanceof Error ? error.message : String(error);
    log.warning(`The list of known workers cannot be kept: ${text}`);
  },
  damaged: (text) =>
    log.warning(
      `The list of known workers is damaged. Workers that cannot be read in it are missed once they linked again. ${text}`,
    ),
});
