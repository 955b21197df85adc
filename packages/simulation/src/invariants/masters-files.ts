/** A master only reads the files that it gives to others. */
import { synchronisedDirectories } from '@muster/config';
import { populationOf } from '../agents/index.ts';
import type { FileChange } from '../happenings.ts';
import { hasAuthd } from '../plan/agents.ts';
import { keysPath } from '../workload/paths.ts';
import type { World } from '../world/world.ts';
import { seconds } from './contents.ts';
import { selectedBy } from './selection.ts';

const multigroup = /^var\/multigroups\/[0-9a-f]{8}$/;

export function openMastersFiles(world: World): (change: FileChange) => void {
  const { master, violate, timeline } = world;
  const directories = synchronisedDirectories
    .filter(({ files }) => files === 'all')
    .map(({ directory }) => `${master.root}/${directory}/`);
  const isGiven = (path: string): boolean =>
    directories.some((directory) => path.startsWith(directory)) ||
    selectedBy(path.slice(master.root.length + 1)) !== undefined;
  /** The embedded registrar owns client.keys, and groups of agents have folders for remoted to fill. */
  const isItsOwn = (path: string, kind: FileChange['kind']): boolean => {
    const agents = populationOf(world)?.plan;
    const name = path.slice(master.root.length + 1);
    if (agents === undefined) return false;
    return (kind === 'made' && multigroup.test(name)) || (!hasAuthd(agents) && name === keysPath);
  };
  return ({ node, by, kind, path, from }) => {
    if (node !== master.name || by !== 'node') return;
    for (const touched of [path, from ?? path])
      if (isGiven(touched) && !isItsOwn(touched, kind))
        return violate(
          'master-only-reads',
          `the master's own node changed ${touched} (${kind}) at ${seconds(timeline.now())}`,
        );
  };
}
