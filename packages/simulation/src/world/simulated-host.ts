/** What a simulated node sees of its machine: its files, its disk, and no process beside it. */
import type { HostPort } from '@muster/daemon';
import type { FileSystem } from '../disk/file-system.ts';

const diskBytes = 2 ** 40;

export const simulatedHost = (files: FileSystem): HostPort => ({
  runtime: 'simulated',
  system: 'simulated',
  zone: 'UTC',
  zoneMinutes: () => 0,
  runs: () => false,
  space: async () => ({ freeBytes: files.faults.freeBytes ?? diskBytes, totalBytes: diskBytes }),
  readEnd: async (path, maxBytes) => {
    const bytes = files.read(path);
    if (bytes === undefined) return undefined;
    return { bytes: bytes.slice(Math.max(0, bytes.length - maxBytes)), cut: bytes.length > maxBytes };
  },
});
