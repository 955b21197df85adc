import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlClient, ControlError, type Health } from '@muster/control';
import { plain } from '@muster/render';
import { argumentsOf, startDetached } from '../src/detach.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterEach(() => {
  const pid = readPid();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true });
});

const readPid = (): number | undefined =>
  existsSync(join(folder, 'pid')) ? Number(readFileSync(join(folder, 'pid'), 'utf8')) : undefined;

const options = () => ({ root: folder, foreground: false, debug: 0, logFormat: undefined, stayRoot: false }) as const;

/** Starts `source` in place of the daemon. It answers as soon as the file `pid` is there. */
async function start(
  source: string,
  settings: {
    readonly patienceMs?: number;
    readonly answers?: boolean;
    readonly refused?: 'not-running' | 'no-permission';
    readonly health?: ControlClient['health'];
  } = {},
) {
  const program = join(folder, 'program.cjs');
  writeFileSync(program, `const folder = ${JSON.stringify(folder)};\n${source}`);
  const told = { out: '', error: '' };
  const output = {
    out: (text: string) => void Object.assign(told, { out: told.out + text }),
    error: (text: string) => void Object.assign(told, { error: told.error + text }),
    paint: plain,
  };
  let looks = 0;
  const open = async (): Promise<ControlClient> => {
    looks += 1;
    if ((settings.answers ?? true) && readPid() !== undefined) {
      const health = async () => ({ pid: readPid() }) as Health;
      return { health: settings.health ?? health, close: () => {} } as ControlClient;
    }
    throw new ControlError(settings.refused ?? 'not-running', 'No Muster runs.');
  };
  const { patienceMs = 120_000 } = settings;
  return { code: await startDetached(options(), output, { program, open, patienceMs }), ...told, looks: () => looks };
}

const lives =
  "const fs = require('node:fs'); fs.writeFileSync(folder + '/p', String(process.pid)); fs.renameSync(folder + '/p', folder + '/pid'); setInterval(() => {}, 1e6);";

describe('a start in the background', () => {
  it('ends with 0 when the daemon answers, and names its process', async () => {
    const { code, out, error } = await start(lives);
    expect([code, error]).toEqual([0, '']);
    expect(out).toBe(`Muster runs for R (${folder}), process ${readPid()}.`);
  });

  it('ends with the code and the last words of a daemon that died', async () => {
    const { code, error, out } = await start("process.stderr.write('the port is taken\\n'); process.exitCode = 75;");
    expect([code, out]).toEqual([75, '']);
    expect(error).toBe(`the port is takenMuster did not start for R (${folder}): the process ended with 75.`);
  });

  it('is fine with a daemon that had nothing to do, and passes its words on', async () => {
    const { code, error } = await start("process.stderr.write('the cluster is disabled\\n'); process.exit(0);");
    expect([code, error]).toEqual([0, 'the cluster is disabled']);
  });

  it('looks no further once the daemon died', async () => {
    const first = await start('process.exitCode = 1;');
    const looks = first.looks();
    await start('setTimeout(() => {}, 500);');
    expect(first.looks()).toBe(looks);
  });

  it('points to the log when the daemon died without a word', async () => {
    const { code, error } = await start("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1e6);");
    expect(code).toBe(1);
    expect(error).toContain(`${folder}/logs/cluster.log`);
    expect(error).toContain('ended with SIGKILL');
  });

  it('ends with 3 when the daemon lives and does not answer in time', async () => {
    const { code, error } = await start(lives, { patienceMs: 300, answers: false });
    expect(code).toBe(3);
    expect(error).toContain('does not answer after 0.3 s');
    while (readPid() === undefined) await new Promise((resolve) => setImmediate(resolve));
  });

  it('passes on what a daemon that answers has to warn of', async () => {
    const { code, error } = await start(`process.stderr.write('the log cannot be written\\n'); ${lives}`);
    expect([code, error]).toEqual([0, 'the log cannot be written']);
  });

  it('lets the daemon find out who holds R, where this user may not look', async () => {
    const { code, error } = await start("process.stderr.write('permission denied\\n'); process.exit(1);", {
      refused: 'no-permission',
    });
    expect([code, error]).toMatchObject([1, expect.stringContaining('permission denied')]);
  });

  it('does not start a second daemon for one R', async () => {
    writeFileSync(join(folder, 'pid'), '999999999');
    const { code, error } = await start("require('node:fs').writeFileSync(folder + '/second', '')");
    rmSync(join(folder, 'pid'));
    expect(code).toBe(75);
    expect(error).toContain('Muster runs already');
    expect(existsSync(join(folder, 'second'))).toBe(false);
  });

  it('takes the answer of another daemon, which was faster, for none, and ends as its own does', async () => {
    const source =
      "setTimeout(() => { process.stderr.write('Another Muster runs\\n'); process.exitCode = 75; }, 300);" +
      "require('node:fs').writeFileSync(folder + '/pid', '999999999');";
    const { code, out, error } = await start(source);
    rmSync(join(folder, 'pid'));
    expect([code, out]).toEqual([75, '']);
    expect(error).toContain('Another Muster runs');
  });

  it('takes a daemon that lives and does not say which it is for another', async () => {
    writeFileSync(join(folder, 'pid'), '999999999');
    const health = () => Promise.reject(new ControlError('busy', 'Too many requests.'));
    const { code } = await start("require('node:fs').writeFileSync(folder + '/second', '')", { health });
    rmSync(join(folder, 'pid'));
    expect([code, existsSync(join(folder, 'second'))]).toEqual([75, false]);
  });

  it('hands every option on', () => {
    expect(argumentsOf({ root: '/a', foreground: false, debug: 2, logFormat: 'json', stayRoot: true })).toEqual(
      'start -f --root /a -d -d --log-format json -r'.split(' '),
    );
  });
});
