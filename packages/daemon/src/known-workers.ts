/**
 * The workers that a master has seen, kept in a file across its starts: one that does not come back after a
 * restart (it was turned away, it is dead) must be missed, not forgotten.
 */
import type { KeepAliveEvent } from '@muster/keep-alive';
import type { NodeName, NodeView } from '@muster/protocol';
import { type Disk, DiskError } from '@muster/tree';

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

/** Beyond it those seen first are forgotten. */
const maxKnown = 1_000;
/** A thousand names of 64 characters, with room. */
const maxFileBytes = 128 * 1024;
const namePattern = /^[A-Za-z0-9_-]{1,64}$/;
export const notLinkedYet = 'not linked since this master started';

/** A file that is absent or holds no names counts as empty; `warn` is told once of each row of failures. */
export async function openKnownWorkers(
  disk: Pick<Disk, 'read' | 'replace'>,
  path: string,
  warn: (error: unknown) => void,
): Promise<KnownWorkers> {
  const names = await stored(disk, path).catch((error: unknown) => {
    warn(error);
    return new Set<NodeName>();
  });
  let closed = false;
  let failing = false;
  let unwritten = false;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    while (unwritten) {
      unwritten = false;
      const text = `${JSON.stringify([...names], undefined, 1)}\n`;
      const failed = await disk.replace(path, new TextEncoder().encode(text), 0o640).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (failed !== undefined && !failing) warn(failed.error);
      failing = failed !== undefined;
    }
    writing = undefined;
  };
  const changed = (): void => {
    unwritten = true;
    writing ??= write();
  };
  return {
    take: (event) => {
      if (closed || event.type !== 'liveness-changed') return;
      const { peer, to } = event;
      if (to === 'left' && names.delete(peer)) changed();
      if (to !== 'up' || names.has(peer)) return;
      names.add(peer);
      for (const first of [...names].slice(0, Math.max(0, names.size - maxKnown))) names.delete(first);
      changed();
    },
    forget: (name) => {
      if (!closed && names.delete(name)) changed();
    },
    missing: (rows) => {
      const seen = new Set(rows.map(({ name }) => name));
      return [...names].filter((name) => !seen.has(name)).map(missingRow);
    },
    close: async () => {
      closed = true;
      await writing;
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

async function stored(disk: Pick<Disk, 'read'>, path: string): Promise<Set<NodeName>> {
  const bytes = await disk.read(path, maxFileBytes).catch((error: unknown) => {
    if (error instanceof DiskError && error.code === 'TOO_LARGE') return undefined;
    throw error;
  });
  const names = bytes === undefined ? [] : parsed(new TextDecoder().decode(bytes));
  const good = names.filter((name): name is NodeName => typeof name === 'string' && namePattern.test(name));
  return new Set(good.slice(-maxKnown));
}

function parsed(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
