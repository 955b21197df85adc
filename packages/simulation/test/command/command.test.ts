import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, 'fake-main.mjs');

/** The whole command, around the simulation of `fake-main.mjs`. */
function simulate(line: string, environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...line.split(' ')], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status, stderr, lines: stdout.trimEnd().split('\n') };
}

/** SIGINT to this process alone, once, at its first words. The code it ends with, and all it said. */
async function interrupt(args: readonly string[], environment = {}): Promise<readonly [unknown, string]> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...environment } });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    if (output === '') child.kill('SIGINT');
    output += text.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return [code, output];
}

const wordsOf = (replay: string): string => replay.replace(/^.*npm run simulate -- /, '');
const found = (lines: readonly string[], start: string): string => lines.find((line) => line.startsWith(start)) ?? '';

describe('npm run simulate', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-simulate-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('ends with 0 when every seed kept every promise, and says so last', () => {
    const { status, lines } = simulate('--seeds 30 --from 100 --jobs 2');
    expect(status).toBe(0);
    expect(lines.at(-1)).toBe('30 seeds passed, 0 failed');
    expect(lines[0]).toMatch(/^30\/30 seeds, 0 failed, [\d.]+ seeds\/s, [\d,]+ x real time, 2\/2 situations$/);
  });

  it('ends with 1 when seeds failed, and names each with its invariant', () => {
    const { status, lines } = simulate('--seeds 2 --from 7 --jobs 1 --no-shrink');
    expect(status).toBe(1);
    expect(lines).toContain('INVARIANT     FAILED  SEEDS');
    expect(lines).toContain('process-died  1       7');
    expect(lines).toContain('run-rejected  1       8');
    expect(lines).toContain('Again:  npm run simulate -- --seed 7');
    expect(lines.at(-1)).toBe('0 seeds passed, 2 failed');
  });

  it('judges the situations from 500 seeds on', () => {
    const never = { FAKE_SITUATION: 'blue-moon' };
    const few = simulate('--seeds 499 --from 100', never);
    expect(few.status).toBe(0);
    expect(few.lines).toContain('1 situation not met; that counts from 500 seeds on.');
    const many = simulate('--seeds 500 --from 100', never);
    expect(many.status).toBe(1);
    expect(many.lines).toContain('1 situation not met: blue-moon.');
    expect(many.lines).toContain('blue-moon  none');
    expect(many.lines.at(-1)).toBe('500 seeds passed, 0 failed');
  });

  it('shrinks a failure to a command that fails the same way, with the hash that was told', () => {
    const { status, lines } = simulate('--seed 13');
    expect(status).toBe(1);
    expect(lines).toContain('Seed 13: nothing-lost at 12.000 s');
    const replay = found(lines, 'Again:');
    expect(replay).toMatch(/--seed 13 --only d3,d9 --workers 2/);
    const again = simulate(wordsOf(replay));
    expect(again.status).toBe(1);
    expect(again.lines).toContain('Seed 13: nothing-lost at 12.000 s');
    const [, hash] = /hash ([0-9a-f]{16})/.exec(found(lines, 'After')) ?? [];
    expect(again.lines.join('\n')).toContain(`hash ${hash}`);
    expect(again.lines.join('\n')).not.toContain('Shrunk');
  });

  it('writes the shrunk plan only where it is told to, and runs it from there', () => {
    const { lines } = simulate(`--seed 13 --save ${folder}/plans`);
    const file = `${folder}/plans/seed-13.json`;
    expect(found(lines, 'Or:')).toBe(`Or:     npm run simulate -- --plan ${file}`);
    expect(JSON.parse(readFileSync(file, 'utf8')).deeds).toHaveLength(2);
    const again = simulate(`--plan ${file}`);
    expect(again.status).toBe(1);
    expect(found(again.lines, 'Again:')).toBe(`Again:  npm run simulate -- --plan ${file}`);
  });

  it('shows one seed: its plan, what came of it, and its steps where they are wanted', () => {
    const { status, lines } = simulate(`--seed 20 --nodes 3 --trace ${folder}/trace`);
    expect(status).toBe(0);
    expect(lines[0]).toBe('Seed 20: a master and 2 workers, 10 files');
    expect(lines).toContain('  3 s  #d3  prod');
    expect(lines.at(-2)).toMatch(/^kept every promise, 40\.000 s simulated in .* 120 steps, 2 situations met, hash /);
    expect(readFileSync(`${folder}/trace`, 'utf8')).toBe('a step\nanother step\n');
  });

  it('keeps a planted fault in the command that finds it again', () => {
    const { status, lines } = simulate('--planted early --seeds 6 --jobs 2');
    expect(status).toBe(0);
    expect(lines).toContain('early: FOUND by seed 4, after 4 seeds: nothing-early');
    const replay = found(lines, 'Again:');
    expect(replay).toContain('--planted early');
    const again = simulate(wordsOf(replay));
    expect(again.status).toBe(0);
    expect(again.lines.at(-1)).toBe('early: FOUND by this run');
  });

  it('ends with 1 when one run does not find the planted fault', () => {
    const { status, lines } = simulate('--seed 20 --planted early');
    expect(status).toBe(1);
    expect(lines.at(-1)).toBe('early: NOT FOUND by this run');
  });

  it('keeps a planted fault in the plan that is saved with it', () => {
    const { lines } = simulate(`--planted early --seeds 6 --save ${folder}/planted`);
    const file = `${folder}/planted/seed-4.json`;
    expect(found(lines, 'Or:')).toBe(`Or:     npm run simulate -- --plan ${file}`);
    const again = simulate(`--plan ${file}`);
    expect(again.status).toBe(0);
    expect(again.lines[0]).toBe(`With the planted fault early, as ${file} says.`);
    expect(again.lines.at(-1)).toBe('early: FOUND by this run');
    expect(simulate(`--plan ${file} --planted early`).status).toBe(0);
    expect(simulate(`--plan ${file} --planted hidden`)).toMatchObject({
      status: 64,
      stderr: expect.stringMatching(/^--planted hidden: .* was saved with early; leave --planted out/),
    });
    writeFileSync(file, readFileSync(file, 'utf8').replace('early', 'gone'));
    expect(simulate(`--plan ${file}`)).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('there is no planted fault "gone"'),
    });
  });

  it('ends with 1 when a planted fault was not found, and makes the table for the papers', () => {
    const { status, lines } = simulate('--planted all --seeds 6');
    expect(status).toBe(1);
    expect(lines.slice(-6)).toEqual([
      '| planted fault | seeds needed | invariant | seed |',
      '| --- | --- | --- | --- |',
      '| `early` | 4 | `nothing-early` | 4 |',
      '| `hidden` | not found in 6 | | |',
      '',
      '1 planted fault found, 1 not',
    ]);
  });

  it('does not give a planted fault the credit for what fails without it', () => {
    const { status, lines } = simulate('--planted early --seeds 6 --no-shrink', { FAKE_ANYWAY: '1' });
    expect(status).toBe(0);
    expect(lines).toContain('Seed 3 breaks nothing-early without it too: that does not count.');
    expect(lines).toContain('early: FOUND by seed 4, after 4 seeds: nothing-early');
    expect(simulate('--planted hidden --seeds 2 --from 7').lines).toContain(
      'Seed 7 breaks process-died without it too: that does not count.',
    );
  });

  it('goes on with the next planted fault when the process with one cannot be started', () => {
    const { status, lines, stderr } = simulate('--planted all --seeds 6', { FAKE_STALE: 'early' });
    expect(status).toBe(1);
    expect(stderr).toContain('the fault early is stale');
    expect(lines).toContain('| `early` | could not be planted | | |');
    expect(lines.at(-1)).toBe('0 planted faults found, 2 not');
  });

  it('prints the hash of each seed, in their order, and nothing else', () => {
    const { status, lines } = simulate('--hashes --seeds 3 --from 20 --jobs 3');
    expect(status).toBe(0);
    expect(lines).toEqual(['20 0000000000004e34', '21 000000000000521c', '22 0000000000005604']);
  });

  it('compares the hashes of several Nodes', () => {
    const { status, lines } = simulate(
      `--hashes --seeds 3 --from 20 --node-binaries ${process.execPath},${process.execPath}`,
    );
    expect(status).toBe(0);
    expect(lines.at(-1)).toBe('3 seeds under 2 Nodes: each has the same hash under all');
  });

  it('shows where the traces part when hashes differ', () => {
    const { status, lines } = simulate(
      `--hashes --seeds 1 --from 14 --node-binaries ${process.execPath},${process.execPath}`,
    );
    expect(status).toBe(1);
    expect(lines).toContain('The traces of seed 14 part in line 2:');
    expect(lines).toContain('  a step');
    expect(lines.at(-1)).toBe('1 seed under 2 Nodes: 1 have not the same hash under all');
  });

  it('runs nothing when one of several Nodes is none', () => {
    const { status, stderr, lines } = simulate(`--hashes --node-binaries ${process.execPath},nosuch,/bin/echo`);
    expect(status).toBe(64);
    expect(stderr.split('\n')).toEqual([
      '--node-binaries nosuch: it cannot be started (spawnSync nosuch ENOENT); give names or paths of Nodes',
      '--node-binaries /bin/echo: it does not say the version of a Node; give names or paths of Nodes',
      '',
    ]);
    expect(lines).toEqual(['']);
  });

  it('makes no folder for a trace, and leaves what is there until there are steps', () => {
    expect(simulate(`--seed 20 --trace ${folder}/none/trace`).status).toBe(64);
    expect(existsSync(`${folder}/none`)).toBe(false);
    writeFileSync(`${folder}/kept`, 'of before');
    // Its process cannot be started.
    expect(simulate(`--seed 20 --trace ${folder}/kept --planted early`, { FAKE_STALE: 'early' }).status).toBe(1);
    expect(readFileSync(`${folder}/kept`, 'utf8')).toBe('of before');
  });

  it('lists what there is', () => {
    const { lines } = simulate('--list');
    expect(lines).toContain('  early   a thing comes early');
    expect(lines).toContain('  nothing-lost  all is there');
    expect(lines).toContain('  no-progress   a run does not hang');
  });

  it.each([
    ['--seeds none', '--seeds none: give a whole number from 1 to 10000000'],
    [
      '--seed 20 --only d3,d77 --nodes 2',
      /^--only d77: the plan has no such deed; it has d1, d2, .*\. Is it the same seed, with the same --nodes/,
    ],
    ['--seed 20 --nodes 2 --workers 2', '--workers 2: the plan has 1; give at most so many'],
    ['--seed 20 --trace /dev/null/x', /^--trace \/dev\/null\/x: .*; give a file that can be written/],
    ['--plan /there/is/none', /^--plan \/there\/is\/none: ENOENT.*; give a file that --save wrote/],
  ])('ends with 64 on %s', (line, fault) => {
    const { status, stderr } = simulate(line);
    expect(status).toBe(64);
    expect(stderr).toMatch(fault);
  });

  it('ends with 64 on a file that is no plan', () => {
    writeFileSync(`${folder}/broken`, '{');
    expect(simulate(`--plan ${folder}/broken`).status).toBe(64);
  });

  it('gives up shrinking at Ctrl-C, and still says how to run it again', async () => {
    const child = spawn(process.execPath, [script, '--seed', '12']);
    let output = '';
    let asked = false;
    // Every smaller plan of seed 12 hangs.
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      if (!asked && output.includes('The end of the log')) asked = child.kill('SIGINT');
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(output).toMatch(/Again: {2}npm run simulate -- --seed 12\n$/);
  });

  it.each([
    ['--seeds 5 --from 8 --jobs 1', 1, /\nInterrupted after 1 of 5 seeds\.\n0 seeds passed, 1 failed\n$/],
    ['--seed 9', 130, /^Seed 9: a master and 4 workers[\s\S]*\nInterrupted before the run was over\.\n$/],
    ['--planted hidden --seeds 9 --from 9', 130, /\nhidden: Interrupted after 0 of 9 seeds\.\n$/],
    [
      '--planted all --seeds 9 --from 9',
      130,
      /\| `early` \| interrupted after 0 \| \| \|\n\nInterrupted; 1 of 2 planted faults were sought\.\n$/,
    ],
  ])('says at Ctrl-C what it has learnt so far: %s', async (line, code, said) => {
    // Seed 9, which hangs, comes after the first words of each.
    expect(await interrupt([script, ...line.split(' ')])).toEqual([code, expect.stringMatching(said)]);
  });

  it('says so when it is interrupted before anything failed', async () => {
    const [code, output] = await interrupt([script, '--seeds', '3', '--from', '9', '--jobs', '1'], { FAKE_HELLO: '1' });
    expect(code).toBe(130);
    expect(output).toMatch(/\nInterrupted after 0 of 3 seeds\.\n0 seeds passed, 0 failed\n$/);
  });

  it('is ended with the process in whose foreground it runs', async () => {
    const foreground = join(__dirname, '../../../../scripts/foreground.mjs');
    const text = `import { runInForeground } from ${JSON.stringify(foreground)}; runInForeground(${JSON.stringify(script)}, ['--seed', '9']);`;
    const [code, output] = await interrupt(['--input-type=module', '--eval', text]);
    expect(code).toBe(130);
    expect(output).toMatch(/\nInterrupted before the run was over\.\n$/);
  });
});
