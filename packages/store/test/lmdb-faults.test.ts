/** What stands in the way of the file, and what may be in it, tried with real files and processes. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openLmdbKv, openMasterAgents } from '@muster/store';
import { open as openLmdb } from 'lmdb';
import { info, update } from './agents.ts';

const built = pathToFileURL(join(__dirname, '../dist/index.js')).href;
const child = (name: string): string => join(__dirname, `children/${name}.mjs`);
const options = { maxBytes: 2 ** 30 };

/** A small disk of its own; only root may. */
const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  path = join(folder, 'agents.mdb');
});
afterEach(() => rmSync(folder, { recursive: true }));

let filled: Buffer | undefined;

/** A store of 3,000 agents; made once. */
async function fill(): Promise<void> {
  if (filled !== undefined) return writeFileSync(path, filled);
  const { kv } = await openLmdbKv(path, options);
  const agents = await openMasterAgents(kv);
  for (let first = 1; first <= 3_000; first += 1_000) {
    const batch = Array.from({ length: 1_000 }, (_, i) => update(first + i, { info: info(`agent-${first + i}`) }));
    await agents.merge('w1', batch, () => true);
  }
  await kv.close();
  filled = readFileSync(path);
}

/** Opens, expects that the file was moved and kept as it was, and that the new one works; why it was moved. */
async function moved(): Promise<string> {
  const before = statSync(path).isFile() ? readFileSync(path) : undefined;
  const { kv, setAside } = await openLmdbKv(path, options);
  expect(setAside?.to).toBe(`${path}.aside-1`);
  if (before !== undefined) expect(readFileSync(setAside!.to).equals(before)).toBe(true);
  const agents = await openMasterAgents(kv);
  expect(agents.size()).toBe(0);
  await agents.merge('w1', [update(1)], () => true);
  await kv.close();
  const again = await openLmdbKv(path, options);
  expect([again.setAside, (await openMasterAgents(again.kv)).size()]).toEqual([undefined, 1]);
  await again.kv.close();
  return setAside!.why;
}

test('the file and its lock are not for everybody to read', async () => {
  const { kv } = await openLmdbKv(path, options);
  expect([path, `${path}-lock`].map((each) => (statSync(each).mode & 0o777).toString(8))).toEqual(['640', '640']);
  await kv.close();
});

describe('a file that is not ours, or not whole, is moved aside and kept', () => {
  it('a text', async () => {
    writeFileSync(path, 'agents: none\n'.repeat(1_000));
    expect(await moved()).toBe('it is no LMDB file');
  });

  it('a short text', async () => {
    writeFileSync(path, 'x');
    expect(await moved()).toBe('it is cut off after 1 bytes');
  });

  it('a directory', async () => {
    mkdirSync(path);
    expect(await moved()).toBe('it is a directory');
  });

  it('the LMDB file of another program', async () => {
    const db = openLmdb({ path, noSubdir: true });
    await db.put('theirs', 1);
    await db.close();
    expect(await moved()).toBe('it is an LMDB file of another program');
  });

  it('the file of another version of Muster', async () => {
    const db = openLmdb<Buffer, Buffer>({ path, noSubdir: true, encoding: 'binary', keyEncoding: 'binary' });
    await db.put(Buffer.from('\0muster'), Buffer.from('muster store 9'));
    await db.close();
    expect(await moved()).toBe('it was written by another version of Muster');
  });

  it.each([0.1, 0.5, 0.9, 0.999])('ours, of which %d is left', async (share) => {
    await fill();
    truncateSync(path, Math.floor(statSync(path).size * share));
    expect(await moved()).toMatch(/^it is cut off/);
  });

  it('ours, whose first pages are zeros', async () => {
    await fill();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, 0, 8_192));
    expect(await moved()).toBe('it is no LMDB file');
  });

  it('and a second one does not take the place of the first', async () => {
    writeFileSync(path, 'x');
    await (await openLmdbKv(path, options)).kv.close();
    writeFileSync(path, 'y');
    const { kv, setAside } = await openLmdbKv(path, options);
    await kv.close();
    expect(setAside?.to).toBe(`${path}.aside-2`);
    expect(readFileSync(`${path}.aside-1`, 'utf8')).toBe('x');
  });

  it('but an empty file is what a process leaves that died at once', async () => {
    writeFileSync(path, '');
    const { kv, setAside } = await openLmdbKv(path, options);
    await kv.close();
    expect(setAside).toBeUndefined();
  });
});

const seeds = Array.from({ length: 12 }, (_, i) => i + 1);
describe('a file with damaged pages', () => {
  it.each(seeds)('is moved aside and kept, seed %d', async (seed) => {
    await fill();
    const bytes = readFileSync(path);
    let state = seed * 7_919;
    const below = (bound: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * bound);
    };
    const pages = bytes.length / 4_096;
    for (let i = 0; i < pages / 2; i++) {
      const at = (2 + below(pages - 2)) * 4_096;
      if (seed % 3 === 0) bytes.fill(0, at, at + 4_096);
      else if (seed % 3 === 1) for (let j = 0; j < 4_096; j++) bytes[at + j] = below(256);
      else bytes[at + below(4_096)]! ^= 1 + below(255);
    }
    writeFileSync(path, bytes);
    expect(await moved()).toMatch(/^it is damaged/);
  });

  it('is found by one changed bit of one agent', async () => {
    await fill();
    const bytes = readFileSync(path);
    const at = bytes.indexOf('agent-1234');
    bytes[at + 7]! ^= 1;
    writeFileSync(path, bytes);
    expect(await moved()).toMatch(/^it is damaged/);
  });
});

describe('a system that does not let us', () => {
  const said = (opener: ChildProcessWithoutNullStreams): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      let out = '';
      opener.stdout.on('data', (piece: Buffer) => {
        out += piece.toString();
        if (out.endsWith('\n')) resolve(JSON.parse(out));
      });
      opener.on('error', reject);
      opener.on('close', () => reject(new Error('it said nothing')));
    });
  const ended = (opener: ChildProcessWithoutNullStreams): Promise<void> =>
    new Promise((resolve) => {
      opener.on('close', () => resolve());
      opener.stdin.end();
    });

  it('one process has it at a time, and the next when that one is gone', async () => {
    const first = spawn(process.execPath, [child('opener'), built, path]);
    expect(await said(first)).toEqual({});
    await expect(openLmdbKv(path, options)).rejects.toMatchObject({
      code: 'store-busy',
      message: expect.stringContaining(`process ${first.pid}`),
    });
    first.kill('SIGKILL');
    await ended(first);
    const { kv } = await openLmdbKv(path, options);
    await expect(openLmdbKv(path, options)).rejects.toMatchObject({ code: 'store-busy' });
    await kv.close();
    await (await openLmdbKv(path, options)).kv.close();
  });

  it('a folder that is not there is made', async () => {
    const { kv } = await openLmdbKv(join(folder, 'a/b/agents.mdb'), options);
    await kv.close();
  });

  it('a file in the place of its folder is refused, with the cure', async () => {
    writeFileSync(join(folder, 'a'), '');
    await expect(openLmdbKv(join(folder, 'a/agents.mdb'), options)).rejects.toMatchObject({
      code: 'store-refused',
      message: expect.stringContaining('a file stands where a directory must be'),
    });
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('a file that this user may not write is refused, with the cure, and stays', async () => {
    await fill();
    chmodSync(path, 0o600);
    chmodSync(folder, 0o777);
    const script = `import('node:fs').then(() => { process.setgid(65534); process.setuid(65534); });
      await import(${JSON.stringify(built)}).then(async ({ openLmdbKv }) => {
        const said = await openLmdbKv(${JSON.stringify(path)}, { maxBytes: 1e9 }).then(() => 'open', (error) => error.code + ' ' + error.message);
        process.stdout.write(said);
      });`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(stdout).toMatch(/^store-refused .*permission denied/);
    expect(existsSync(`${path}.aside-1`)).toBe(false);
  });

  it('a disk that is full refuses what does not fit, and keeps what it had', async () => {
    const command = `ulimit -f 4096; exec "$0" "$@"`;
    const { stdout } = spawnSync('sh', ['-c', command, process.execPath, child('filler'), built, path], {
      encoding: 'utf8',
    });
    const { count, refused, there } = JSON.parse(stdout);
    expect(refused).toMatchObject({ code: 'store-disk', text: expect.stringContaining('could not be written') });
    expect([count > 100, there]).toEqual([true, true]);
    const { kv, setAside } = await openLmdbKv(path, options);
    const key = (number: number) => new TextEncoder().encode(String(number).padStart(6, '0'));
    expect([setAside, kv.table('t').get(key(count - 1))?.length, kv.table('t').get(key(count))]).toEqual([
      undefined,
      3_000,
      undefined,
    ]);
    await kv.close();
  });

  (mayMount ? it : it.skip)(
    'a full disk costs neither the process nor its end, whether it was full before or not',
    () => {
      const disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
      try {
        const run = () =>
          spawnSync(process.execPath, [child('filler'), built, join(disk, 'agents')], { encoding: 'utf8' });
        const { status, stdout } = run();
        expect(JSON.parse(stdout)).toMatchObject({ refused: { text: expect.stringContaining('ENOSPC') }, there: true });
        expect(status).toBe(0);
        rmSync(join(disk, 'agents'));
        rmSync(join(disk, 'agents-lock'));
        spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k']);
        expect(run()).toMatchObject({ status: 1, stderr: expect.stringMatching(/could not be written.*ENOSPC/) });
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    },
  );
});
