import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labNodes } from '../src/layout.ts';
import { type NodeProcess, startNodeProcess } from '../src/node-process.ts';

let folder = '';
let running: NodeProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
  mkdirSync(join(folder, 'master/logs'), { recursive: true });
});
afterEach(async () => {
  await running?.stop(0);
  running = undefined;
  rmSync(folder, { recursive: true });
});

/** Runs `source` in place of the command line; `lines` tells each line that it prints. */
function start(source: string) {
  const program = join(folder, 'program.cjs');
  writeFileSync(program, source);
  const lines = new EventTarget();
  const said: string[] = [];
  const events: string[] = [];
  const gaveUp = new Promise<Error>((resolve) => {
    const settings = {
      program,
      show: (line: string) => {
        said.push(line);
        lines.dispatchEvent(new Event('line'));
      },
      event: (text: string) => void events.push(text),
      gaveUp: resolve,
    };
    running = startNodeProcess(labNodes(folder, 0)[0]!, settings);
  });
  return { process: running!, said, events, gaveUp, nextLine: () => once(lines, 'line') };
}

const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log('ready');";
const polite =
  "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1e6); console.log(process.argv.slice(2).join(' '));";

describe('a node’s process', () => {
  it('is started like a user would start it', async () => {
    const { said, nextLine } = start(polite);
    await nextLine();
    expect(said).toEqual([`master   start -f --root ${join(folder, 'master')}`]);
  });

  it('stops when it is asked, and is not started again', async () => {
    const { process, nextLine, events } = start(polite);
    await nextLine();
    await process.stop(60_000);
    expect([process.pid(), events]).toEqual([undefined, []]);
  });

  it('is killed when it does not stop in time', async () => {
    const { process, nextLine } = start(stubborn);
    await nextLine();
    await process.stop(1);
    expect(process.pid()).toBeUndefined();
  });

  it('is started again after it was killed', async () => {
    const { process, nextLine, events } = start(polite);
    await nextLine();
    const first = process.pid();
    process.kill('SIGKILL');
    await nextLine();
    expect(process.pid()).not.toBe(first);
    expect(events).toEqual(['master ended (SIGKILL); it is started again in 2 s']);
  });

  it('is given up when it ends at once with a fault', async () => {
    const { gaveUp } = start('process.exit(1)');
    expect((await gaveUp).message).toContain('master ended at once (code 1).');
  });
});
