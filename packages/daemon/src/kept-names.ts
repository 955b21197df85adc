/** A set of node names that a file keeps across the starts of this node. */
import { isNodeName, type NodeName } from '@muster/protocol';
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

/** Who is told that the file is not what it should be. */
export interface KeptNamesWatch {
  /** It can be neither read nor written: once of each row of failures. */
  readonly failed: (error: unknown) => void;
  /** It holds something else than names, and was put aside: which file, what is wrong, and where it is now. */
  readonly damaged: (text: string) => void;
}

/** An absent or empty file holds no names. Of one that is damaged the names that can be told apart count. */
export async function openKeptNames(
  disk: Pick<Disk, 'read' | 'replace' | 'steps'>,
  path: string,
  watch: KeptNamesWatch,
): Promise<KeptNames> {
  const warn = watch.failed;
  const found = await stored(disk, path).catch((error: unknown): Stored => {
    warn(error);
    return { names: [] };
  });
  const names = new Set(found.names);
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
  if (found.fault !== undefined) {
    watch.damaged(`${path}: ${found.fault}; ${await putAside(disk, path)}`);
    if (names.size > 0) changed();
  }
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

interface Stored {
  readonly names: readonly NodeName[];
  readonly fault?: string;
}

async function stored(disk: Pick<Disk, 'read'>, path: string): Promise<Stored> {
  const bytes = await disk.read(path, maxFileBytes).catch((error: unknown): 'too-large' => {
    if (error instanceof DiskError && error.code === 'TOO_LARGE') return 'too-large';
    throw error;
  });
  if (bytes === 'too-large') return { names: [], fault: `it has more than ${maxFileBytes / 1024} KB` };
  return bytes === undefined ? { names: [] } : namesIn(new TextDecoder().decode(bytes).trim());
}

function namesIn(text: string): Stored {
  if (text === '') return { names: [] };
  const list = parsed(text);
  if (!Array.isArray(list)) return { names: [], fault: 'it is no JSON list of names, such as ["worker1", "worker2"]' };
  const good = list.filter((name): name is NodeName => typeof name === 'string' && isNodeName(name));
  const names = good.slice(-maxNames);
  const others = list.length - good.length;
  return others === 0 ? { names } : { names, fault: `${others} of its ${list.length} entries are no names of nodes` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** So that what somebody wrote is not lost with the next change. An earlier one that was put aside is replaced. */
async function putAside(disk: Pick<Disk, 'steps'>, path: string): Promise<string> {
  const to = `${path}.damaged`;
  const [outcome] = await disk.steps([{ do: 'rename', from: path, to }]);
  return outcome?.ok === false ? `it could not be put aside as ${to} (${outcome.failure.code})` : `put aside as ${to}`;
}
