import type { NodeView } from '@muster/protocol';
import { labNodes, ossecConf } from '../src/layout.ts';
import { held, renderResults, type StepResult } from '../src/results.ts';
import { openScreen } from '../src/screen.ts';
import { agentsText, changeLine, labRow, renderView, suggestions } from '../src/view.ts';

const nodes = labNodes('/tmp/lab', 2);
const [master, worker1, worker2] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]];
const view = (changes: Partial<NodeView>): NodeView => ({
  name: 'worker1',
  role: 'worker',
  version: '0.1.0',
  address: '127.0.0.1:4',
  liveness: 'up',
  reason: '',
  sync: 'in-sync',
  holds: { epoch: 1, generation: 3 },
  lag: 0,
  behindMs: 0,
  files: 19,
  heardMs: 10,
  loopDelayMs: 0,
  ...changes,
});
const rows = [
  labRow(master, 100, view({ name: 'master', role: 'master' }), { keys: 12, agents: '4' }),
  labRow(worker1, 101, view({ sync: 'syncing', lag: 2, why: 'It fetches\n3 files.' }), { keys: 11, agents: '3 of 4' }),
  labRow(worker2, undefined, undefined, { keys: 0, agents: '-' }),
];

describe('the live view', () => {
  it('has one line a node', () => {
    expect(renderView(rows, ['Ctrl-C ends the lab.'], 200)).toEqual([
      'NODE     PROCESS  STATE  SYNC     GENERATION  LAG  FILES  KEYS  AGENTS',
      'master   100      up     in-sync  3           0    19     12    4',
      'worker1  101      up     syncing  3           2    19     11    3 of 4  It fetches 3 files.',
      'worker2  -        ended  -        -           -    0      0     -',
      '',
      'Ctrl-C ends the lab.',
    ]);
  });

  it('is no wider than the terminal', () => {
    for (const line of renderView(rows, ['x'.repeat(90)], 40)) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('says of a process that runs unseen that it starts', () => {
    expect(labRow(worker1, 7, undefined, { keys: 0, agents: '-' })).toMatchObject({ state: 'starting', sync: '-' });
  });

  it('says that a process is gone even while the master still believes in it', () => {
    expect(labRow(worker1, undefined, view({}), { keys: 0, agents: '-' }).state).toBe('ended');
  });

  it('says how many agents report where the master does not show all of them yet', () => {
    expect(agentsText({ shown: 4, connected: 4 })).toBe('4');
    expect(agentsText({ shown: 3, connected: 4 })).toBe('3 of 4');
    expect(agentsText({ shown: 10, connected: 0 })).toBe('10 (0 there)');
  });

  it('suggests commands with the real paths', () => {
    const text = suggestions(nodes, 'node /x/main.js').join('\n');
    expect(text).toContain('/tmp/lab/master/etc/rules/local_rules.xml');
    expect(text).toContain('node /x/main.js why worker1 --root /tmp/lab/worker1');
    expect(text).toContain('/tmp/lab/worker1/bin/cluster_control -i more');
  });
});

describe('the screen', () => {
  it('writes one line for each change where there is no terminal', () => {
    const written: string[] = [];
    const screen = openScreen({ write: (text) => written.push(text), size: () => undefined, now: () => 1_500 });
    screen.show(rows, []);
    screen.show(rows, []);
    screen.show([rows[0]!, { ...rows[1]!, sync: 'in-sync', lag: 0, why: '' }, rows[2]!], []);
    expect(written).toHaveLength(4);
    expect(written[3]).toBe(' 1.50 s  worker1   up, in-sync, generation 3, 19 files, 11 keys, 3 of 4 agents\n');
    expect(changeLine(rows[1]!, 12_345)).toContain('2 behind, 19 files, 11 keys, 3 of 4 agents (It fetches 3 files.)');
    const line = (agents: string): string => changeLine({ ...rows[0]!, files: 1, keys: 1, agents }, 0);
    expect(line('1')).toMatch(/, 1 file, 1 key, 1 agent$/);
    expect(line('0 of 1')).toMatch(/, 0 of 1 agent$/);
    expect(line('11')).toMatch(/, 11 agents$/);
    expect(line('10 (0 there)')).toMatch(/, 10 agents \(0 there\)$/);
  });

  it('redraws in place on a terminal, only what changed, and never taller than it', () => {
    const written: string[] = [];
    const size = { columns: 80, rows: 4 };
    const screen = openScreen({ write: (text) => written.push(text), size: () => size, now: () => 0 });
    screen.show(rows, ['below the screen']);
    screen.show(rows, ['below the screen']);
    screen.say('hello');
    expect(written).toHaveLength(4);
    expect(written[0]!.split('\n')).toHaveLength(4);
    expect(written[1]).toBe('\u001b[3F\u001b[J');
    expect(written[2]).toBe('hello\n');
    expect(written[3]).toBe(written[0]);
  });
});

describe('the results', () => {
  const fine: StepResult = { name: 'edit', tookMs: 180, goalMs: 1_000, broken: '' };
  const slow: StepResult = { name: 'rename', tookMs: 1_200, goalMs: 1_000, broken: '' };
  const bad: StepResult = {
    name: 'deletion',
    tookMs: undefined,
    goalMs: 1_000,
    broken: 'worker1: a is not on the master',
  };

  it('are a table that names what did not hold', () => {
    expect(renderResults([fine, slow, bad])).toEqual([
      'STEP      TOOK    GOAL    RESULT',
      'edit      0.18 s  1.00 s  held',
      'rename    1.20 s  1.00 s  held, slower than the goal',
      'deletion  -       1.00 s  worker1: a is not on the master',
      '',
      'Did not hold: deletion.',
    ]);
  });

  it('hold when all do, and not when there are none', () => {
    expect(held([fine, slow])).toBe(true);
    expect(held([fine, bad])).toBe(false);
    expect(held([])).toBe(false);
    expect(renderResults([fine]).at(-1)).toBe('All of it held.');
  });
});

describe('the layout', () => {
  it('is one root a node, the master first', () => {
    expect(nodes.map(({ name, role, root }) => [name, role, root])).toEqual([
      ['master', 'master', '/tmp/lab/master'],
      ['worker1', 'worker', '/tmp/lab/worker1'],
      ['worker2', 'worker', '/tmp/lab/worker2'],
    ]);
  });

  it('gives each node its name, role and the common key', () => {
    expect(ossecConf(worker1, 'k'.repeat(32), 1516)).toContain('<node_name>worker1</node_name>');
    expect(ossecConf(worker1, 'k'.repeat(32), 1516)).toContain('<node_type>worker</node_type>');
  });
});
