import type { Disk } from '@muster/tree';
import { openFileWriter } from '../../src/files/write-files.ts';

/** A disk that does everything, and notes what it is asked to sync. */
function notingDisk(): {
  readonly disk: Disk;
  readonly synced: (readonly [files: number, directories: readonly string[]])[];
} {
  const synced: (readonly [number, readonly string[]])[] = [];
  const disk = {
    list: async () => [],
    steps: async (steps: readonly unknown[]) => steps.map(() => ({ ok: true })),
    sync: async (files: readonly string[], directories: readonly string[]) =>
      void synced.push([files.length, directories]),
    openStager: async () => {
      const begun: string[] = [];
      return {
        begin: ({ path }: { path: string }) => void begun.push(path),
        write: async () => {},
        finish: async () => begun.map((path) => ({ ok: true, path, digest: '', stat: {} })),
        abort: async () => {},
      };
    },
  };
  return { disk: disk as unknown as Disk, synced };
}

describe('files that are to outlive a loss of power', () => {
  it.each([1, 16, 17, 100])(
    '%d at once are synced before they get their names: many go with the device of their directory',
    async (count) => {
      const { disk, synced } = notingDisk();
      const files = Array.from({ length: count }, (_, index) => ({
        path: `/r/queue/agent-groups/${index}`,
        bytes: Buffer.from('default\n'),
      }));
      await openFileWriter(disk).write('/r/queue/agent-groups', files, true);
      expect(synced[0]).toEqual([count, ['/r/queue/agent-groups']]);
    },
  );
});
