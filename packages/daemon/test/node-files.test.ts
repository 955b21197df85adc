import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@muster/actor/testing';
import { loadConfig } from '@muster/config';
import { type Disk, nodeDisk, WatchExhausted } from '@muster/tree';
import { openNodeFiles } from '../src/files/node-files.ts';
import type { Platform } from '../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'muster-files-'));
const real = nodeDisk({});
const told: string[] = [];
const hints = {
  dirty: () => {},
  exhausted: (error: Error) => void told.push(error.name),
  poll: () => void told.push('poll'),
};

async function open(changes: Partial<Disk>) {
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc/ossec.conf'), '<ossec_config>\n</ossec_config>\n');
  const config = await loadConfig({ root, read: (path) => readFile(path, 'utf8').catch(() => undefined) });
  const platform = { disk: { ...real, ...changes }, clock: manualClock(), wallNow: () => 1 };
  return openNodeFiles(config, platform as unknown as Platform, hints);
}

afterAll(async () => {
  await real.close();
  rmSync(root, { recursive: true });
});

it('used-up watches are told once, and that nothing is watched to each integrity actor that asks', async () => {
  const files = await open({
    watch: () => {
      throw new WatchExhausted('etc/rules', 'ENOSPC');
    },
  });
  files.watch(['etc/rules', 'etc/shared']);
  files.watch(['etc/rules']);
  expect(told).toEqual(['WatchExhausted', 'poll', 'poll']);
  await files.close();
});

it('a folder for its own files that cannot be made is a fault with a cure', async () => {
  const failure = { code: 'EROFS', path: `${root}/queue` };
  await expect(open({ steps: async () => [{ ok: false, failure }] })).rejects.toMatchObject({
    code: 'EROFS',
    message: expect.stringContaining('mount it writable'),
  });
});
