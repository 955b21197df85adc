import type { NodeView } from '@muster/protocol';
import { invariants, openInvariants } from '../../src/invariants/index.ts';
import { tellingWords } from '../../src/situations/words.ts';
import { key, openStage, type Stage, textBytes } from './stage.ts';

async function open(): Promise<Stage> {
  const stage = await openStage();
  openInvariants(stage.world);
  return stage;
}

test('every invariant has a name of its own and is explained', () => {
  const names = invariants.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, about } of invariants) {
    expect(name).toMatch(/^[a-z][a-z-]+$/);
    expect(about).toMatch(/^[A-Z].{20,}\.$/);
  }
  expect(tellingWords.length).toBeGreaterThan(30);
});

describe('logs', () => {
  test.each([
    ['/file-sync crashed: bug: this tell cannot be sent: x. It is restarted.', 'no-bug-in-logs'],
    ['bug: no', 'no-bug-in-logs'],
    ['Applying the generation failed (FAILED: bug: x); it is tried again', 'no-bug-in-logs'],
    ["the master's content is not well-formed: too long", 'no-bug-in-logs'],
    ['/integrity crashed: Cannot read properties of undefined. It is restarted.', 'no-unordered-crash'],
    [
      '/links/dialer crashed: /links is stopped: nothing is spawned under it any more (node:master). It stays stopped.',
      'no-unordered-crash',
    ],
    ['/control crashed: listen EADDRINUSE: address already in use. It is restarted.', 'no-unordered-crash'],
    ['/links/listener crashed: listen EADDRINUSE: address already in use. It is restarted.', 'no-unordered-crash'],
    ['etc/x: the path leads out of its synchronised directory (OUTSIDE)', 'no-bug-in-logs'],
    ['/ crashed: no. Its supervisor gives up.', 'no-unordered-crash'],
    ['worker1 broke the protocol, its link was closed: a frame', 'honest-peers'],
    [`the key is ${key}`, 'secrets'],
  ])('%s is a broken promise', async (line, invariant) => {
    const stage = await open();
    stage.logs(stage.master, line);
    expect(stage.violations).toEqual([expect.stringContaining(`${invariant}: `)]);
  });

  test.each([
    '/file-sync crashed: crashed on request. It is restarted.',
    '/ crashed: /file-sync crashed beyond the 3 restarts granted within 60000 ms: crashed on request. Its supervisor gives up.',
    '/probes/listener crashed: probe: ordered. It is restarted.',
    'at level debug: nothing',
    'somebody broke the protocol, its link was closed: a frame',
  ])('%s is none', async (line) => {
    const stage = await open();
    stage.logs(stage.master, line);
    expect(stage.violations).toEqual([]);
  });

  test('what a stranger does is told of the name that he took', async () => {
    const stage = await open();
    hello(stage, 'intruder1', 'worker1', 'one');
    stage.logs(stage.master, 'worker1 broke the protocol, its link was closed: a frame');
    expect(stage.violations).toEqual([]);
  });
});

test('the key is in no byte that is sent', async () => {
  const stage = await open();
  stage.tell.sent({ from: 'worker1', to: 'master', bytes: textBytes(`....${key}`) });
  expect(stage.violations).toEqual(["secrets: worker1 sent the cluster's key to master"]);
});

function hello({ says }: Stage, from: string, node: string, cluster: string): void {
  says(from, 'master', {
    ...{ kind: 'hello', protocol: { min: 1, max: 1 }, cluster, node, role: 'worker', version: '0', wallMs: 1 },
  });
}

describe('strangers', () => {
  const welcome = (stage: Stage, to: string): void =>
    stage.says('master', to, { kind: 'welcome', protocol: 1, node: 'master', version: '0', wallMs: 1 });

  test.each([
    ['a name of nobody', 'somebody', 'one'],
    ["the master's name", 'master', 'one'],
    ['another cluster', 'worker1', 'two'],
  ])('one with %s is not welcomed', async (_, node, cluster) => {
    const stage = await open();
    hello(stage, 'intruder1', node, cluster);
    welcome(stage, 'intruder1');
    expect(stage.violations).toEqual([expect.stringMatching(/^strangers: the master welcomed/)]);
  });

  test('nor one that said nothing', async () => {
    const stage = await open();
    welcome(stage, 'intruder1');
    expect(stage.violations).toHaveLength(1);
  });

  test('the workers are, and who has the key and a name that nobody else has at the moment', async () => {
    const stage = await open();
    hello(stage, 'worker1', 'worker1', 'one');
    welcome(stage, 'worker1');
    hello(stage, 'intruder1', 'worker1', 'one');
    welcome(stage, 'intruder1');
    expect(stage.violations).toEqual([]);
  });

  describe("a worker's link", () => {
    const closesLink = (stage: Stage): void =>
      stage.says('master', 'worker1', { kind: 'goodbye', code: 'replaced', text: '-' });

    test('is not closed for one that may not have its name', async () => {
      const stage = await open();
      hello(stage, 'intruder1', 'worker1', 'two');
      closesLink(stage);
      expect(stage.violations).toEqual([expect.stringMatching(/^strangers: the master replaced .* for nobody/)]);
    });

    test.each([
      ['its successor was welcomed', welcome],
      [
        'who wanted its name was refused',
        (stage: Stage, to: string) => stage.says('master', to, { kind: 'refuse', code: 'name-taken', text: '-' }),
      ],
    ])('nor once more when %s', async (_, answer) => {
      const stage = await open();
      hello(stage, 'worker1', 'worker1', 'one');
      closesLink(stage);
      answer(stage, 'worker1');
      expect(stage.violations).toEqual([]);
      closesLink(stage);
      expect(stage.violations).toHaveLength(1);
    });

    test.each([
      ['that answers its probe is not closed', true, 500, 1],
      ['that does not answer it is', false, 500, 0],
      ['that answered one long ago is', true, 1_000, 0],
    ])('%s', async (_, answers, afterMs, broken) => {
      const stage = await open();
      hello(stage, 'intruder1', 'worker1', 'one');
      stage.says('master', 'worker1', { kind: 'ping', id: 1 });
      if (answers) stage.says('worker1', 'master', { kind: 'pong', id: 1 });
      stage.pass(afterMs);
      closesLink(stage);
      expect(stage.violations).toHaveLength(broken);
    });
  });

  test('no view shows one', async () => {
    const stage = await openStage();
    const row: NodeView = {
      ...{ name: 'somebody', role: 'worker', version: '0', address: '-', liveness: 'up', reason: '-', sync: 'in-sync' },
      ...{ behindMs: 0, files: 0, heardMs: 0, loopDelayMs: 0 },
    };
    stage.master.running = () => ({ system: { inspect: () => [] }, stop: async () => {} }) as never;
    stage.master.ask = async () => ({ type: 'cluster', cluster: 'one', nodes: [row] });
    openInvariants(stage.world).sampled();
    await Promise.resolve();
    await Promise.resolve();
    expect(stage.violations).toEqual([expect.stringMatching(/^strangers: .*somebody/)]);
  });
});

describe('turns', () => {
  test('one after the other is fine, also when a process died in one', async () => {
    const stage = await open();
    stage.tell.turn('master', '/a', 'begins');
    stage.tell.turn('master', '/a', 'ends');
    stage.tell.turn('master', '/b', 'begins');
    stage.becomes(stage.master, 'killed');
    stage.tell.turn('worker1', '/b', 'begins');
    expect(stage.violations).toEqual([]);
  });

  test('one amid another is not', async () => {
    const stage = await open();
    stage.tell.turn('master', '/a', 'begins');
    stage.tell.turn('master', '/a', 'begins');
    expect(stage.violations).toEqual([expect.stringMatching(/^one-turn-at-a-time: /)]);
  });
});

describe('who lives', () => {
  async function calmStage(): Promise<Stage> {
    const stage = await openStage();
    stage.master.ask = () => Promise.reject(new Error('no'));
    const watching = openInvariants(stage.world);
    stage.becomes(stage.master, 'started');
    stage.becomes(stage.worker, 'started');
    stage.logs(stage.worker, 'Successfully connected to master.');
    await watching.healed();
    return stage;
  }

  test('in calm weather nobody is accused who has been linked for long', async () => {
    const stage = await calmStage();
    stage.pass(1_000_000);
    stage.logs(stage.master, 'worker1 is suspect: no beat for 30.0 s');
    expect(stage.violations).toEqual([expect.stringMatching(/^liveness: the master calls worker1 suspect/)]);
  });

  test('a verdict right after the weather is none of it', async () => {
    const stage = await calmStage();
    stage.pass(5_000);
    stage.logs(stage.master, 'worker1 is suspect: no beat for 30.0 s');
    expect(stage.violations).toEqual([]);
  });

  test.each(['killed', 'paused', 'stopping'] as const)('nor one after it was %s', async (what) => {
    const stage = await calmStage();
    stage.pass(1_000_000);
    stage.becomes(stage.worker, what);
    stage.logs(stage.master, 'worker1 is suspect: link lost: reset');
    expect(stage.violations).toEqual([]);
  });
});

describe('after a stop', () => {
  test.each([
    ['a timer', { timers: 1, connections: 0, files: 0, watches: 0 }, '1 timers'],
    ['a connection', { timers: 0, connections: 1, files: 0, watches: 0 }, '1 connections'],
    ['an open file', { timers: 0, connections: 0, files: 2, watches: 0 }, '2 open files'],
    ['a watch', { timers: 0, connections: 0, files: 0, watches: 3 }, '3 watches'],
  ])('%s is left over', async (_, open, words) => {
    const stage = await openStage();
    stage.worker.open = () => open;
    openInvariants(stage.world).stopped(stage.worker, 'later');
    expect(stage.violations).toEqual([`nothing-left-over: after its stop worker1 has left ${words}`]);
  });

  test('only a goodbye and its deadline may take a moment', async () => {
    const stage = await openStage();
    const watching = openInvariants(stage.world);
    stage.worker.open = () => ({ timers: 1, connections: 1, files: 0, watches: 0 });
    watching.stopped(stage.worker, 'now');
    expect(stage.violations).toEqual([]);
    stage.worker.open = () => ({ timers: 1, connections: 1, files: 0, watches: 1 });
    watching.stopped(stage.worker, 'now');
    expect(stage.violations).toEqual(['nothing-left-over: after its stop worker1 has left 1 watches']);
  });

  test('an actor is, and a stopped root is not', async () => {
    const stage = await openStage();
    const watching = openInvariants(stage.world);
    const inspected: { path: string; status: string }[] = [{ path: '/', status: 'stopped' }];
    stage.worker.running = () => ({ system: { inspect: () => inspected }, stop: async () => {} }) as never;
    watching.stopped(stage.worker, 'now');
    expect(stage.violations).toEqual([]);
    inspected.push({ path: '/file-sync', status: 'down' });
    watching.stopped(stage.worker, 'now');
    expect(stage.violations).toEqual(['nothing-left-over: after its stop worker1 has left the down actor /file-sync']);
  });
});

describe('bounds', () => {
  const actor = { path: '/x', kind: 'actor', depth: 0, highWater: 0, capacity: 10, overflowed: 0 };
  test.each([
    ['more than it takes', { highWater: 11 }, 'bounded-mailboxes'],
    ['so many that it never comes to them', { capacity: 65_536, depth: 30_000 }, 'bounded-mailboxes'],
    ['what is dropped', { overflowed: 1 }, 'bounded-mailboxes'],
  ])('a mailbox holds %s', async (_, view, invariant) => {
    const stage = await openStage();
    stage.worker.running = () => ({ system: { inspect: () => [{ ...actor, ...view }] } }) as never;
    openInvariants(stage.world).sampled();
    expect(stage.violations).toEqual([expect.stringContaining(`${invariant}: `)]);
  });

  test('a connection holds more than its queue', async () => {
    const stage = await openStage();
    Object.assign(stage.world.network, { mostBuffered: () => 10 * 1024 * 1024 });
    openInvariants(stage.world).sampled();
    expect(stage.violations[0]).toMatch(/^bounded-links: /);
  });
});
