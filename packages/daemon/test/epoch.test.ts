import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeDisk } from '@muster/tree';
import { nextEpoch } from '../src/epoch.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-epoch-'));
const disk = nodeDisk({});
const path = join(folder, 'epoch');

afterAll(async () => {
  await disk.close();
  rmSync(folder, { recursive: true });
});

it('the first epoch is the wall clock, and each later one is greater, whatever the clock says', async () => {
  expect(await nextEpoch(disk, path, 1_790_000_000_000.7)).toBe(1_790_000_000_000);
  expect(await nextEpoch(disk, path, 1_790_000_000_000)).toBe(1_790_000_000_001);
  expect(await nextEpoch(disk, path, 5)).toBe(1_790_000_000_002);
  expect(await nextEpoch(disk, path, 1_790_000_000_500)).toBe(1_790_000_000_500);
});

it.each([
  ['empty', ''],
  ['of words', 'not a number'],
  ['negative', '-7'],
  ['a fraction', '1.5'],
  ['beyond what the wire takes', '9007199254740991'],
  ['far too long', '1'.repeat(1_000)],
])('a file that is %s counts as lost: the wall clock decides', async (_title, text) => {
  writeFileSync(path, text);
  expect(await nextEpoch(disk, path, 1_790_000_000_000)).toBe(1_790_000_000_000);
  expect(await nextEpoch(disk, path, 0)).toBe(1_790_000_000_001);
});

it('an epoch that cannot be written down is not used', async () => {
  await expect(nextEpoch(disk, join(folder, 'missing/epoch'), 1)).rejects.toMatchObject({ code: 'ENOENT' });
});
