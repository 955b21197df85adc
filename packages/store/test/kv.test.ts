import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyDisk, type Kv, openLmdbKv, openMemoryKv } from '@muster/store';
import { kvCompliance } from '@muster/store/testing';

const framework = {
  describe,
  it,
  equal: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
};

kvCompliance('memory', framework, async (maxBytes) => {
  const disk = emptyDisk();
  return { kv: openMemoryKv(disk, { maxBytes }), again: async () => openMemoryKv(disk, { maxBytes }) };
});

const folders: string[] = [];
const opened: Kv[] = [];
afterEach(async () => {
  for (const kv of opened.splice(0)) await kv.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

kvCompliance('LMDB', framework, async (maxBytes) => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  folders.push(folder);
  const open = async (): Promise<Kv> => {
    const { kv } = await openLmdbKv(join(folder, 'agents.mdb'), { maxBytes });
    opened.push(kv);
    return kv;
  };
  return { kv: await open(), again: open };
});
