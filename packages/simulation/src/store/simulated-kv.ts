/**
 * Adapter: the stores of one process, on its machine. A commit takes time and is an effect like any other; what
 * was acknowledged outlives a `kill -9`. LMDB acknowledges what it handed to the system and syncs it right after:
 * at a loss of power the newest commits may be gone, never one without all that came after it.
 */
import { type OpenKv, openMemoryKv, StoreError } from '@muster/store';
import type { Dice } from '../dice.ts';
import type { DiskFaults } from '../disk/file-system.ts';
import type { Host } from '../host.ts';
import type { StoreDisk, StoreFile } from './store-disk.ts';

export interface SimulatedStores {
  readonly open: OpenKv;
  /** Stores that are open. */
  readonly count: () => number;
}

export interface StoreSurroundings {
  readonly store: StoreDisk;
  /** Of the disk that the stores lie on: how long it takes, and what fails. */
  readonly faults: DiskFaults;
  readonly now: () => number;
}

/** Never resolves: what waits for it is of a process that is dead. */
const never = new Promise<never>(() => {});

export function simulatedStores({ store, faults, now }: StoreSurroundings, host: Host, dice: Dice): SimulatedStores {
  const [times, chances] = [dice.fork('times'), dice.fork('failures')];
  let count = 0;
  const takesMs = (): number => times.between(faults.latency.minMs, faults.latency.maxMs);
  const after = (what: string): Promise<void> =>
    new Promise((resolve) => {
      host.after(takesMs(), what, resolve);
    });
  /** The code with which the device refuses a change of so many bytes. */
  const refusal = (path: string, bytes: number): string | undefined => {
    const own = store.failures.find(({ probability }) => chances.chance(probability));
    if (own !== undefined) return own.code;
    if (faults.freeBytes !== undefined && faults.freeBytes < bytes) return 'ENOSPC';
    return faults.failures.find(
      ({ below, operations, probability }) =>
        path.startsWith(below) &&
        (operations === 'all' || operations.includes('write') || operations.includes('sync')) &&
        chances.chance(probability),
    )?.code;
  };
  const commit = async (path: string, file: StoreFile, bytes: number): Promise<void> => {
    await after('store commits');
    const refused = refusal(path, bytes);
    if (refused !== undefined) {
      store.tell('commit failed');
      throw Object.assign(new Error(refused), { code: refused });
    }
    for (const ambush of [...store.ambushes]) ambush();
    if (!host.effect('commit')) return never;
    file.beginCommit(now() + takesMs());
  };

  return {
    count: () => count,
    open: async (path, options) => {
      await after('store opens');
      const refused = refusal(path, 0);
      if (refused !== undefined) throw new StoreError('store-refused', `${path} cannot be opened: ${refused}`);
      const found = store.files.get(path);
      const why = found?.harmed;
      const file = found === undefined || why !== undefined ? store.make(path) : found;
      if (why !== undefined) store.tell('set aside');
      const kv = openMemoryKv(file.disk, options, { commit: (bytes) => commit(path, file, bytes) });
      host.onDeath(kv.crash);
      count += 1;
      let closed = false;
      const close = async (): Promise<void> => {
        if (!closed) count -= 1;
        closed = true;
        await kv.close();
      };
      const opened = { kv: { ...kv, close } };
      return why === undefined ? opened : { ...opened, setAside: { to: `${path}.aside-1`, why } };
    },
  };
}
