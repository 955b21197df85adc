/** A set of node names that a file keeps across the starts of this node. */
import type { NodeName } from '@muster/protocol';
import { type Disk, DiskError } from '@muster/tree';

export interface KeptNames {
  has(name: NodeName): boolean;
  all(): readonly NodeName[];
  /** False: it is there, or there no more, already. Neither blocks nor throws; the file follows. */
  add(name: NodeName): boolean;
  delete(name: NodeName): boolean;
  /** Resolves when the file holds what is held now, with what kept it from that; undefined: nothing did. */
  written(): Promise<{ readonly error: unknown } | undefined>;
}

/** Beyond it those that were added first are dropped. */
const maxNames = 1_000;
/** A thousand names of 64 characters, with room. */
const maxFileBytes = 128 * 1024;
const namePattern = /^[A-Za-z0-9_-]{1,64}$/;

/** A file that is absent or holds no names counts as empty; `warn` is told once of each row of failures. */
export async function openKeptNames(
  disk: Pick<Disk, 'read' | 'replace'>,
  path: string,
  warn: (error: unknown) => void,
): Promise<KeptNames> {
  const names = await stored(disk, path).catch((error: unknown) => {
    warn(error);
    return new Set<NodeName>();
  });
  let failure: { readonly error: unknown } | undefined;
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
      if (failed !== undefined && failure === undefined) warn(failed.error);
      failure = failed;
    }
    writing = undefined;
  };
  const changed = (): true => {
    unwritten = true;
    writing ??= write();
    return true;
  };
  return {
    has: (name) => names.has(name),
    all: () => [...names],
    add: (name) => {
      if (names.has(name)) return false;
      names.add(name);
      for (const first of [...names].slice(0, Math.max(0, names.size - maxNames))) names.delete(first);
      return changed();
    },
    delete: (name) => names.delete(name) && changed(),
    written: async () => {
      await writing;
      return failure;
    },
  };
}

async function stored(disk: Pick<Disk, 'read'>, path: string): Promise<Set<NodeName>> {
  const bytes = await disk.read(path, maxFileBytes).catch((error: unknown) => {
    if (error instanceof DiskError && error.code === 'TOO_LARGE') return undefined;
    throw error;
  });
  const names = bytes === undefined ? [] : parsed(new TextDecoder().decode(bytes));
  const good = names.filter((name): name is NodeName => typeof name === 'string' && namePattern.test(name));
  return new Set(good.slice(-maxNames));
}

function parsed(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
