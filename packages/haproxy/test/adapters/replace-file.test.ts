import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { nodeHaproxyPorts } from '@muster/haproxy';
import { scratch } from './scratch.ts';

const { replaceFile } = nodeHaproxyPorts();
const never = new AbortController().signal;
const root = scratch();
let count = 0;
const place = (): { folder: string; path: string } => {
  const folder = join(root, String(count++));
  mkdirSync(folder);
  return { folder, path: join(folder, 'agents.cfg') };
};
const script = (text: string) => ({ program: '/bin/sh', arguments: ['-c', text, 'sh', '{}'] });
const faultOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('a file that is replaced', () => {
  it('is made where there is none, readable by all, and nothing else is left', async () => {
    const { folder, path } = place();
    await replaceFile(path, 'one\n', undefined, never);
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['one\n', 0o644]);
    expect(readdirSync(folder)).toEqual(['agents.cfg']);
  });

  it('keeps its mode, and stays the file that a link points at', async () => {
    const { folder, path } = place();
    const real = join(folder, 'real.cfg');
    writeFileSync(real, 'one\n');
    chmodSync(real, 0o640);
    symlinkSync(real, path);
    await replaceFile(path, 'two\n', undefined, never);
    expect([readFileSync(real, 'utf8'), statSync(real).mode & 0o777]).toEqual(['two\n', 0o640]);
    expect(readdirSync(folder).sort()).toEqual(['agents.cfg', 'real.cfg']);
  });

  it('is not touched when it holds the text already', async () => {
    const { path } = place();
    writeFileSync(path, 'one\n');
    const before = statSync(path);
    await replaceFile(path, 'one\n', script('exit 1'), never);
    expect(statSync(path).ino).toBe(before.ino);
  });

  it('is judged first, as it will be, under a name that HAProxy does not load', async () => {
    const { folder, path } = place();
    await replaceFile(
      path,
      'good\n',
      script(`grep -q good "$1" && case "$1" in ${folder}/*.cfg) exit 1;; esac`),
      never,
    );
    expect(readFileSync(path, 'utf8')).toBe('good\n');
  });

  it('stays as it was when it is refused, and the fault says why', async () => {
    const { folder, path } = place();
    writeFileSync(path, 'one\n');
    const check = script('echo "[NOTICE] x" >&2; echo "[ALERT] line 1: unknown \x1bword" >&2; exit 1');
    expect(await faultOf(replaceFile(path, 'two\n', check, never))).toMatchObject({
      code: 'failed',
      endpoint: path,
      message: expect.stringMatching(/\/bin\/sh refuses it: \[ALERT\] line 1: unknown \?word$/),
    });
    expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['one\n', ['agents.cfg']]);
  });

  it.each([
    [undefined, 2, false],
    [[0, 2], 2, true],
    [[0, 2], 1, false],
  ])('with the good exits %j and the exit %i stands: %j', async (good, code, stands) => {
    const { path } = place();
    const check = { ...script(`exit ${code}`), ...(good === undefined ? {} : { good }) };
    await faultOf(replaceFile(path, 'x\n', check, never));
    expect(readdirSync(join(path, '..')).length === 1).toBe(stands);
  });

  it('stays as it was when there is no such program, and says so', async () => {
    const { folder, path } = place();
    const check = { program: join(folder, 'haproxy'), arguments: [] };
    expect(await faultOf(replaceFile(path, 'x\n', check, never))).toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/haproxy cannot be run \(ENOENT\); haproxy.binary says/),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('in a folder that is not there fails with what to do', async () => {
    const path = join(root, 'none', 'agents.cfg');
    expect(await faultOf(replaceFile(path, 'x\n', undefined, never))).toMatchObject({
      code: 'failed',
      message: `${path}: it cannot be written (ENOENT); make its folder`,
    });
  });

  it('stays as it was when the signal fires before or while it is judged', async () => {
    const { folder, path } = place();
    const reason = new Error('stop');
    expect(await faultOf(replaceFile(path, 'x\n', undefined, AbortSignal.abort(reason)))).toBe(reason);
    const abort = new AbortController();
    const mark = join(root, `started-${count}`);
    const replaced = faultOf(replaceFile(path, 'x\n', script(`: > ${mark}; exec sleep 60`), abort.signal));
    while (!readdirSync(root).includes(`started-${count}`)) await new Promise(setImmediate);
    abort.abort(reason);
    expect(await replaced).toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves no litter of a process that was killed long ago, and touches no other file', async () => {
    const { folder, path } = place();
    const names = [
      'agents.cfg.0123456789ab.tmp',
      'agents.cfg.0123456789ac.tmp',
      'agents.cfg.old.tmp',
      'x.0123456789ab.tmp',
    ];
    for (const name of names) writeFileSync(join(folder, name), '');
    for (const name of names.filter((each) => !each.includes('ac'))) utimesSync(join(folder, name), 1, 1);
    await replaceFile(path, 'x\n', undefined, never);
    expect(readdirSync(folder).sort()).toEqual([
      'agents.cfg',
      'agents.cfg.0123456789ac.tmp',
      'agents.cfg.old.tmp',
      'x.0123456789ab.tmp',
    ]);
  });

  it('is whole whoever else replaces it at the same time', async () => {
    const { folder, path } = place();
    const texts = Array.from({ length: 8 }, (_, n) => `${String(n).repeat(5_000)}\n`);
    await Promise.all(texts.map((text) => replaceFile(path, text, undefined, never)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['agents.cfg']);
  });
});

describe('a host name', () => {
  const { resolve } = nodeHaproxyPorts();

  it('has addresses, IPv4 first; an address is its own', async () => {
    expect((await resolve('localhost', never))[0]).toMatch(/^127\.|^::1$/);
    expect(await resolve('10.1.2.3', never)).toEqual(['10.1.2.3']);
    expect(await resolve('::1', never)).toEqual(['::1']);
  });

  it('that nobody knows is unreachable, and a signal ends the wait', async () => {
    expect(await faultOf(resolve('nobody.invalid', never))).toMatchObject({ code: 'unreachable' });
    const reason = new Error('stop');
    expect(await faultOf(resolve('localhost', AbortSignal.abort(reason)))).toBe(reason);
  });
});
