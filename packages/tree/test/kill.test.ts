import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isStagedName } from '../src/index.ts';
import { filesOf } from './kill-plan.ts';

/** Seeded, so that a failure can be had again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const child = (root: string, version: number, dieAt: string): ChildProcess =>
  spawn(
    process.execPath,
    [
      '-C',
      'source',
      '--require',
      join(__dirname, 'require-ts.cjs'),
      join(__dirname, 'kill-child.cjs'),
      root,
      `${version}`,
      dieAt,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );

interface Run {
  readonly began: { readonly recovered: { readonly found: string } } | undefined;
  readonly ended: { readonly failures: readonly unknown[]; readonly same: boolean } | undefined;
  /** Milliseconds between the two. */
  readonly tookMs: number;
}

/** Runs to the end, or is killed `afterMs` after it began. */
function run(root: string, version: number, afterMs?: number, dieAt = ''): Promise<Run> {
  const process = child(root, version, dieAt);
  let began: Run['began'];
  let ended: Run['ended'];
  let [from, to] = [0, 0];
  createInterface({ input: process.stdout! }).on('line', (line) => {
    if (line.startsWith('begin ')) {
      began = JSON.parse(line.slice(6)) as Run['began'];
      from = performance.now();
      if (afterMs !== undefined) setTimeout(() => process.kill('SIGKILL'), afterMs);
    } else {
      ended = JSON.parse(line.slice(4)) as Run['ended'];
      to = performance.now();
    }
  });
  return new Promise((resolve) => process.on('close', () => resolve({ began, ended, tookMs: to - from })));
}

const digestOf = (path: string): string => createHash('blake2b512').update(fs.readFileSync(path)).digest('hex');

/** Every file under a name that is synchronised holds the old or the new content, whole. */
function torn(root: string): string[] {
  const known = [filesOf(0), filesOf(1)];
  return fs
    .readdirSync(join(root, 'etc/rules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isStagedName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !known.some((files) => files.get(path.slice(root.length + 1))?.entry.digest === digestOf(path)));
}

it('killed at 24 moments of a transaction, a worker never holds a torn file and always converges', async () => {
  const root = fs.mkdtempSync(join(tmpdir(), 'muster-kill-'));
  fs.mkdirSync(join(root, 'etc/rules'), { recursive: true });
  const random = randomOf(20_261_121);
  const found = new Map<string, number>();
  let { tookMs } = await run(root, 0);
  // Where the machine is so busy that every kill came too late, some more are tried.
  const isEnough = (version: number): boolean => version > 24 && ((found.get('again') ?? 0) > 0 || version > 240);
  for (let version = 1; !isEnough(version); version++) {
    const killed = await run(root, version, random() * tookMs * 1.1);
    expect(torn(root)).toEqual([]);
    if (version % 4 !== 0) found.set('again', (found.get('again') ?? 0) + Number(killed.ended === undefined));
    else {
      const healed = await run(root, version);
      expect(healed.ended).toEqual({ failures: [], same: true });
      found.set(healed.began!.recovered.found, (found.get(healed.began!.recovered.found) ?? 0) + 1);
      tookMs = (tookMs + healed.tookMs) / 2;
    }
  }
  const healed = await run(root, 1);
  expect(healed.ended).toEqual({ failures: [], same: true });
  const left = fs.readdirSync(join(root, 'etc/rules'), { recursive: true }) as string[];
  expect(left.filter((path) => path.includes('.muster-'))).toEqual([]);
  expect(found.get('again')).toBeGreaterThan(0);
  fs.rmSync(root, { recursive: true, force: true });
});

/** What a kill left behind. */
function leftBy(root: string): string {
  const has = (path: string): boolean => fs.existsSync(join(root, path));
  const names = fs.readdirSync(join(root, 'etc/rules'), { recursive: true }) as string[];
  const staged = names.filter((path) => isStagedName(path.slice(path.lastIndexOf('/') + 1))).length;
  const trashed = has('state/trash')
    ? fs.readdirSync(join(root, 'state/trash'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
        .length
    : 0;
  const journal = has('state/journal') ? 'journal' : has('state/journal.new') ? 'torn journal' : 'no journal';
  return `${journal}, ${staged} staged, ${trashed} in the trash`;
}

/** From version 0 to 1: 1,000 files come, of which 666 replace others; 334 go. */
it.each([
  ['staged', 'no journal, 1000 staged, 0 in the trash', 'staged', 0, 0],
  ['journal torn', 'torn journal, 1000 staged, 0 in the trash', 'staged', 0, 0],
  ['journal whole', 'journal, 1000 staged, 0 in the trash', 'journal', 1_000, 334],
  ['renames', 'journal, 500 staged, 0 in the trash', 'journal', 500, 334],
  ['all renamed', 'journal, 0 staged, 0 in the trash', 'journal', 0, 334],
  ['deletions', 'journal, 0 staged, 167 in the trash', 'journal', 0, 167],
  ['all done', 'journal, 0 staged, 334 in the trash', 'journal', 0, 0],
] as const)(
  'killed at "%s" it leaves %s, and the next start makes it good',
  async (dieAt, left, found, renamed, removed) => {
    const root = fs.mkdtempSync(join(tmpdir(), 'muster-kill-'));
    fs.mkdirSync(join(root, 'etc/rules'), { recursive: true });
    expect((await run(root, 0)).ended).toEqual({ failures: [], same: true });
    expect((await run(root, 1, undefined, dieAt)).ended).toBeUndefined();
    expect(leftBy(root)).toBe(left);
    expect(torn(root)).toEqual([]);
    const healed = await run(root, 1);
    expect(healed.began!.recovered).toEqual({ found, renamed, removed, failures: [] });
    expect(healed.ended).toEqual({ failures: [], same: true });
    expect(leftBy(root)).toBe('no journal, 0 staged, 334 in the trash');
    fs.rmSync(root, { recursive: true, force: true });
  },
);
