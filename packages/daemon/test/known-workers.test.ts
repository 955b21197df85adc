import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeepAliveEvent } from '@muster/keep-alive';
import { nodeDisk } from '@muster/tree';
import { openKnownWorkers } from '../src/known-workers.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-workers-'));
const disk = nodeDisk({});
const path = join(folder, 'workers');
const warned: unknown[] = [];
const damaged: string[] = [];
const open = (file = path) =>
  openKnownWorkers(disk, file, {
    failed: (error) => void warned.push(error),
    damaged: (text) => void damaged.push(text),
  });
const turned = (peer: string, to: 'up' | 'down' | 'left'): KeepAliveEvent => ({
  type: 'liveness-changed',
  peer,
  from: 'unknown',
  to,
  reason: 'so',
});
const namesOf = (known: Awaited<ReturnType<typeof open>>) => known.missing([]).map(({ name }) => name);

beforeEach(() => {
  rmSync(path, { force: true });
  warned.length = 0;
  damaged.length = 0;
});
afterAll(async () => {
  await disk.close();
  rmSync(folder, { recursive: true });
});

it('a worker that was up is missed by the next start, until it is there', async () => {
  const first = await open();
  expect(first.missing([])).toEqual([]);
  for (const event of [turned('w1', 'up'), turned('w2', 'up'), turned('w2', 'down')]) first.take(event);
  await first.close();
  const second = await open();
  const [w1] = second.missing([]);
  expect(w1).toMatchObject({ name: 'w1', liveness: 'down', reason: 'not linked since this master started' });
  expect(second.missing([w1!]).map(({ name }) => name)).toEqual(['w2']);
});

it('one that said goodbye is forgotten; what comes while the master stops is no goodbye', async () => {
  const first = await open();
  for (const event of [turned('w1', 'up'), turned('w2', 'up'), turned('w2', 'left')]) first.take(event);
  const closed = first.close();
  first.take(turned('w1', 'left'));
  await closed;
  expect(namesOf(await open())).toEqual(['w1']);
});

it('a thousand are remembered, the last seen', async () => {
  const known = await open();
  for (let index = 0; index < 1_002; index++) known.take(turned(`w${index}`, 'up'));
  expect(namesOf(known)).toHaveLength(1_000);
  expect(namesOf(known)[0]).toBe('w2');
  await known.close();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveLength(1_000);
});

it.each(['', '\n', '[]'])('a file with %j is no fault', async (text) => {
  writeFileSync(path, text);
  expect(namesOf(await open())).toEqual([]);
  expect([warned, damaged]).toEqual([[], []]);
});

it.each([
  ['no JSON', '["w1",]', [], 'it is no JSON list of names, such as ["worker1", "worker2"]'],
  ['no list', '{"w1":1}', [], 'it is no JSON list of names, such as ["worker1", "worker2"]'],
  ['of other things', '[1, null, "a b", "../w", "w1"]', ['w1'], '4 of its 5 entries are no names of nodes'],
  ['far too long', `["${'x'.repeat(200_000)}"]`, [], 'it has more than 128 KB'],
])('a file that is %s is told of and put aside; the names in it count', async (_title, text, names, fault) => {
  writeFileSync(path, text);
  const known = await open();
  expect(namesOf(known)).toEqual(names);
  expect([warned, damaged]).toEqual([[], [`${path}: ${fault}; put aside as ${path}.damaged`]]);
  expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(text);
  await known.close();
  expect(namesOf(await open())).toEqual(names);
  expect(damaged).toHaveLength(1);
});

it('a file that cannot be written is told once, and the names are known all the same', async () => {
  const known = await open(join(folder, 'missing/workers'));
  known.take(turned('w1', 'up'));
  await known.close();
  expect(namesOf(known)).toEqual(['w1']);
  expect(warned).toMatchObject([{ code: 'ENOENT' }]);
});

it('one that is forgotten on request is missed no more', async () => {
  const first = await open();
  first.take(turned('w1', 'up'));
  first.forget('w1');
  await first.close();
  expect(namesOf(await open())).toEqual([]);
});
