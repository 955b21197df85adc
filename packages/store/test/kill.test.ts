/**
 * `kill -9` of a process that writes, `MUSTER_KILLS` times (20 by default), at seeded moments: what it said to be written is
 * there, and nothing is there in part.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AgentUpdate } from '@muster/protocol';
import { allIds, openRangeDigest } from '@muster/protocol';
import { type Kv, openEventJournal, openLmdbKv, openMasterAgents, openWorkerAgents } from '@muster/store';

const kills = Number(process.env.MUSTER_KILLS ?? 20);
const writer = join(__dirname, 'children/writer.mjs');
const journalist = join(__dirname, 'children/journalist.mjs');
const built = pathToFileURL(join(__dirname, '../dist/index.js')).href;

const { batchOf } = jest.requireActual<{ batchOf: (seed: number, number: number) => readonly AgentUpdate[] }>(
  './children/batches.cjs',
);

/** Starts the writer, and kills it after `lines` lines and some microseconds more; what it said. */
const killed = (path: string, kind: string, seed: number, lines: number): Promise<readonly number[]> =>
  killedAfter([writer, built, path, kind, String(seed)], lines);

function killedAfter(command: readonly string[], lines: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command);
    let out = '';
    let errors = '';
    child.stdout.on('data', (piece: Buffer) => {
      out += piece.toString();
      if (out.split('\n').length > lines) child.kill('SIGKILL');
    });
    child.stderr.on('data', (piece: Buffer) => {
      errors += piece.toString();
    });
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(out.split('\n').slice(0, -1).map(Number));
      else reject(new Error(`the writer ended by itself: ${errors}`));
    });
  });
}

async function reopened(path: string): Promise<Kv> {
  const { kv, setAside } = await openLmdbKv(path, { maxBytes: 2 ** 30 });
  expect(setAside).toBeUndefined();
  return kv;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The newest batch that has `id`, of those up to `last`. */
function newest(batches: readonly (readonly AgentUpdate[])[]): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  for (const [number, batch] of batches.entries()) for (const { id } of batch) numbers.set(id, number);
  return numbers;
}

const seeds = Array.from({ length: kills }, (_, i) => i + 1);

describe(`a process that is killed, ${kills} times`, () => {
  it.each(seeds)('seed %d: what was said to be written is there, and nothing in part', async (seed) => {
    const kind = seed % 4 === 0 ? 'worker' : 'master';
    const path = join(folder, 'agents.mdb');
    const said = await killed(path, kind, seed, 1 + ((seed * 7) % 23));
    const kv = await reopened(path);
    const last = Math.max(...said);
    // Two more may have been written without a word.
    const batches = Array.from({ length: last + 3 }, (_, number) => batchOf(seed, number));
    const sure = newest(batches.map((batch, number) => (said.includes(number) ? batch : [])));
    if (kind === 'master') await master(kv, batches, sure);
    else await worker(kv, batches, sure);
    await kv.close();
  });
});

async function master(
  kv: Kv,
  batches: readonly (readonly AgentUpdate[])[],
  sure: ReadonlyMap<number, number>,
): Promise<void> {
  const agents = await openMasterAgents(kv);
  const held = agents.page({ after: 0, limit: 500 }).rows;
  const more = agents.page({ after: held.at(-1)?.id ?? 0, limit: 500 }).rows;
  const rows = [...held, ...more, ...agents.page({ after: more.at(-1)?.id ?? 2 ** 30, limit: 500 }).rows];
  expect(rows).toHaveLength(agents.size());
  const digest = openRangeDigest();
  for (const { id, revision, code, seenMs } of rows) {
    const batch = batches[revision - 1]!;
    expect(batch.some((update) => update.id === id)).toBe(true);
    expect([code, seenMs]).toEqual([(revision - 1) % 6, revision]);
    expect(agents.info(id)).toEqual(batch[0]!.info);
    digest.change(id, undefined, revision);
  }
  expect(agents.digest('w1')).toEqual(digest.sum());
  for (const [id, number] of sure) expect(agents.one(id)!.revision).toBeGreaterThan(number);
}

async function worker(
  kv: Kv,
  batches: readonly (readonly AgentUpdate[])[],
  sure: ReadonlyMap<number, number>,
): Promise<void> {
  const agents = await openWorkerAgents(kv, { leastRevision: 0 });
  expect(agents.unsentCount()).toBe(agents.size());
  expect(agents.held(allIds)).toEqual([]);
  const rows: AgentUpdate[] = [];
  const { updates } = agents.unsent({ rows: 1_000, fullRows: 1_000, bytes: 2 ** 30 });
  rows.push(...updates);
  const revisions = new Set(rows.map(({ revision }) => revision));
  expect(revisions.size).toBe(rows.length);
  for (const { id, seenMs, info } of rows) {
    const batch = batches[seenMs - 1]!;
    expect(batch.some((update) => update.id === id)).toBe(true);
    expect(info).toEqual(batch[0]!.info);
  }
  const seen = new Map(rows.map(({ id, seenMs }) => [id, seenMs]));
  for (const [id, number] of sure) expect(seen.get(id)).toBeGreaterThan(number);
}

it.each(seeds.slice(0, 5))(
  'kill %d of one that records events: what it could read is there, the next goes on above',
  async (seed) => {
    const path = join(folder, 'agents.mdb');
    const said = await killedAfter([journalist, built, path], 2 + seed * 2);
    const kv = await reopened(path);
    const time = { wallNow: () => 0, now: () => 0, after: () => () => undefined };
    const journal = await openEventJournal(kv, time);
    const newest = said.at(-1)!;
    const { next } = journal.read({ last: 1 });
    expect(next).toBeGreaterThanOrEqual(newest);
    const { rows } = journal.read({ last: 500 });
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_, i) => next - rows.length + 1 + i));
    journal.record('started', 'node', '');
    await journal.close();
    expect((await openEventJournal(kv, time)).read({ last: 1 }).rows[0]!.id).toBe(next + 1);
    await kv.close();
  },
);
