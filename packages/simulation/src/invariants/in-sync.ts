/** Whether every worker has exactly the master's files, and the master says so: the end of all faults. */
import type { ClusterView } from '@muster/protocol';
import type { SimNode, World } from '../world/world.ts';
import { digestOf } from './contents.ts';
import { isPlain, selectedBy } from './selection.ts';

export interface Synchrony {
  /** In words, what is not yet as it has to be; undefined: all is. */
  differs(): Promise<string | undefined>;
}

/** So many differences are named. */
const named = 5;

export function openSynchrony(world: World, maxBytes: (node: string) => number): Synchrony {
  const { master, workers, nodes } = world;

  const nodeWords = (view: ClusterView): readonly string[] => {
    const rows = new Map(view.nodes.map((row) => [row.name, row]));
    const missing = nodes.filter(({ name }) => !rows.has(name)).map(({ name }) => `the master does not know ${name}`);
    const wrong = view.nodes.flatMap(({ name, liveness, sync, lag, why, reason }) =>
      liveness === 'up' && sync === 'in-sync' && (lag ?? 0) === 0
        ? []
        : [`the master sees ${name} ${liveness} (${reason}), ${sync}${why === undefined ? '' : `: ${why}`}`],
    );
    return [...missing, ...wrong];
  };

  /** By path relative to R: what has to be on every worker. */
  const wantedFiles = (): ReadonlyMap<string, Uint8Array> => {
    const limit = maxBytes(master.name);
    return new Map(synchronised(master).filter(([path, bytes]) => isPlain(path) && bytes.length <= limit));
  };
  const fileWords = (worker: SimNode, wanted: ReadonlyMap<string, Uint8Array>): readonly string[] => {
    const words: string[] = [];
    const there = new Map(synchronised(worker));
    for (const [path, bytes] of wanted) {
      const own = there.get(path);
      if (own === undefined) words.push(`${worker.name} lacks ${path}`);
      else if (own !== bytes && Buffer.compare(own, bytes) !== 0)
        words.push(
          `${path} on ${worker.name} is ${digestOf(own).slice(0, 8)}, the master's ${digestOf(bytes).slice(0, 8)}`,
        );
      else words.push(...modeWords(worker, path));
    }
    const limit = maxBytes(worker.name);
    for (const [path, bytes] of there)
      if (!wanted.has(path) && isPlain(path) && bytes.length <= limit && !isHeld(path))
        words.push(`${worker.name} has ${path}, which the master has not`);
    return words;
  };
  /** Left out on the master, so that a worker's is left as it is. */
  const isHeld = (path: string): boolean => master.files.exists(`${master.root}/${path}`);

  return {
    differs: async () => {
      const view = await master.ask({ type: 'get-cluster' }).catch((error: unknown) => String(error));
      if (typeof view === 'string') return `the master does not answer: ${view}`;
      if (view.type !== 'cluster') return `the master answers ${view.type}`;
      const seen = nodeWords(view);
      if (seen.length > 0) return inWords(seen);
      const wanted = wantedFiles();
      const differences = workers.flatMap((worker) => fileWords(worker, wanted));
      return differences.length === 0 ? undefined : inWords(differences);
    },
  };
}

const synchronised = ({ files, root }: SimNode): readonly (readonly [string, Uint8Array])[] =>
  files
    .filesBelow(root)
    .map(([path, bytes]) => [path.slice(root.length + 1), bytes] as const)
    .filter(([path]) => selectedBy(path) !== undefined);

function modeWords({ files, root, name }: SimNode, path: string): readonly string[] {
  const mode = files.mode(`${root}/${path}`);
  const wanted = selectedBy(path)!.mode;
  return mode === undefined || mode === wanted
    ? []
    : [`${path} on ${name} has mode ${mode.toString(8)}, wanted is ${wanted.toString(8)}`];
}

const inWords = (all: readonly string[]): string =>
  `${all.slice(0, named).join('; ')}${all.length > named ? `; and ${all.length - named} more` : ''}`;
