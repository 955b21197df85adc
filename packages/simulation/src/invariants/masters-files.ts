/** A master only reads the files that it gives to others. */
import { synchronisedDirectories } from '@muster/config';
import type { FileChange } from '../happenings.ts';
import type { World } from '../world/world.ts';
import { seconds } from './contents.ts';
import { selectedBy } from './selection.ts';

export function openMastersFiles(world: World): (change: FileChange) => void {
  const { master, violate, timeline } = world;
  const directories = synchronisedDirectories
    .filter(({ files }) => files === 'all')
    .map(({ directory }) => `${master.root}/${directory}/`);
  const isGiven = (path: string): boolean =>
    directories.some((directory) => path.startsWith(directory)) ||
    selectedBy(path.slice(master.root.length + 1)) !== undefined;
  return ({ node, by, kind, path, from }) => {
    if (node !== master.name || by !== 'node') return;
    for (const touched of [path, from ?? path])
      if (isGiven(touched))
        return violate(
          'master-only-reads',
          `the master's own node changed ${touched} (${kind}) at ${seconds(timeline.now())}`,
        );
  };
}
