import type { LocalRequest } from '@muster/control';
import type { NodeName, NodeReply, Relay } from '@muster/protocol';
import type { Question, Told } from '../../src/happenings.ts';
import { openSituations, situations } from '../../src/situations/index.ts';
import { tellingWords } from '../../src/situations/words.ts';
import { announcement, beat, openStage, root, type Stage, textBytes } from '../invariants/stage.ts';

async function open(): Promise<Stage> {
  const stage = await openStage();
  openSituations(stage.world);
  return stage;
}

describe('the list', () => {
  test('has names that are unique, and each is explained', () => {
    expect(new Set(situations.map(({ name }) => name)).size).toBe(situations.length);
    expect(situations.length).toBeGreaterThan(60);
    for (const { about } of situations) expect(about).toMatch(/^[A-Z].{15,}\.$/);
  });

  test('has every name that a log may tell', () => {
    const names = new Set(situations.map(({ name }) => name));
    for (const { name } of tellingWords) expect(names).toContain(name);
  });
});

test.each([
  ['What it left of etc/rules/a could not be done: no', 'recovery could not do all'],
  ['The link from 10.0.0.1:2 was dead; 10.0.0.1:3 takes its place.', 'link replaced'],
  ['worker1 is suspect: link lost: reset', 'link lost'],
  ['worker1 is down: no beat for 60.0 s', 'down noticed'],
  ['Disconnected worker1: no beat for 60.0 s', 'link closed as silent'],
  ['worker1 is left: it said goodbye: the node is shutting down', 'goodbye'],
  ['Could not connect to master: nothing listens. Trying again in 1.0 seconds.', 'dial failed'],
  ['10.0.0.1:2 did not finish the handshake within 5000 ms', 'handshake timed out'],
  [
    '10 connections from 10.0.0.1 have not finished their handshake; the oldest was closed',
    'connection turned away at a limit',
  ],
  ['Worker worker1 from 10.0.0.1:4 refused (name-taken): worker1 is already linked', 'duplicate name refused'],
  ['Error during handshake with incoming connection from x (wrong-cluster): no', 'wrong cluster refused'],
  ['Error during handshake with incoming connection from x (name-is-masters): no', "master's name refused"],
  ['Error during handshake with incoming connection from x (identity-mismatch): no', 'identity mismatch refused'],
  [
    '3 messages to worker1 were lost, the last of them beat: the link was full, or closing.',
    'message lost at a full link',
  ],
  ['This node itself was 3.0 s late; it gives its peers as much more time.', 'own lateness noticed'],
  ['the clock of worker1 is 9.0 s ahead of ours; synchronise both (NTP)', 'clock skew noticed'],
  ['/file-sync crashed: crashed on request. It is restarted.', 'actor restarted'],
  ['/links/node:x crashed: crashed on request. It stays stopped.', 'actor stayed stopped'],
  ['A message beat for /keep-alive reached nobody: stopped.', 'message reached nobody'],
  [
    "The master's generation 2 would delete 6 of 7 files below etc/rules; waiting for a second generation that says the same.",
    'guard held',
  ],
  ["The master's generation 2 would shrink etc/client.keys from 9 to 1 bytes; waiting for", 'guard held client.keys'],
  ['No more watches. Until the next start changes are looked for every 5 s.', 'watches exhausted'],
  ['a: repaired 10 times within a minute: something', 'contested file rested'],
  ['Applying failed (ENOSPC: full)', 'disk full'],
  ['Applying failed (EIO: broken)', 'disk fault'],
  ['it cannot be listed: permission denied (EACCES)', 'permission denied'],
  ['etc/rules: it cannot be listed: x (EIO)', 'tree not readable whole'],
  ["This node's files can be read whole again.", 'tree readable again'],
  ['etc/rules: it held files and is gone; mount it again', 'directory unmounted'],
  ['Left out of the synchronisation: a: it has 9 bytes, the limit is 3; make it smaller.', 'oversize held'],
  ['Left out of the synchronisation: a: its name is not UTF-8; rename it.', 'broken name held'],
  ['Left out of the synchronisation: a: it is a symlink that leads to no file.', 'symlink held'],
  ['No longer left out: a.', 'held no longer'],
  ['x turned away: 10.0.0.1 has another <key>', 'wrong key turned away'],
  ["Added new server 'worker1', it takes agents.", 'server joined'],
  ["Removed server 'worker1'.", 'server removed'],
  ["Server 'worker1' was found MAINT. Fixing it", 'server mended'],
  ['HAProxy was restarted or reloaded, it is process 2 now: its servers are put right.', 'restart of HAProxy noticed'],
  ['Could not connect to HAProxy, it is tried again: /run/x: connection refused', 'HAProxy unreachable'],
  ['Agent imbalance detected. Moving 3 of 12 agents.', 'agents moved'],
  ['Moved 3 agents, who are not all back after 60.0s.', 'agents not back in time'],
  ['Load balancer backend is balanced: 12 agents.', 'backend balanced'],
  ['Tasks may not perform as expected, this is tried again: adding x: y', 'step with HAProxy failed'],
  ["An operator drains 'worker1': its agents are moved, and it gets no new ones.", 'node drained by an operator'],
])('the line "%s" tells of %s', async (line, name) => {
  const stage = await open();
  stage.logs(stage.master, line);
  expect(stage.met).toContain(name);
});

test('what our own probes do is no situation', async () => {
  const stage = await open();
  stage.logs(stage.master, '/probes/listener crashed: probe: ordered. It is restarted.');
  stage.logs(stage.master, 'A message numbered for /probes/narrow reached nobody: overflow.');
  expect([...stage.met]).toEqual([]);
});

describe('who lives', () => {
  test('a partition healed on the same link', async () => {
    const stage = await open();
    stage.logs(stage.master, 'worker1 is suspect: no beat for 25.0 s');
    stage.logs(stage.master, 'worker1 is up: its beats arrive again after 30.0 s of silence');
    expect(stage.met).toEqual(new Set(['link closed as silent', 'suspect recovered', 'recovered on the same link']));
  });

  test('a new link is another', async () => {
    const stage = await open();
    stage.logs(stage.master, 'worker1 is down: no beat for 60.0 s');
    stage.logs(stage.master, 'Connection from 10.0.0.1:1', 'Worker worker1] [Main');
    stage.logs(stage.master, 'worker1 is up: its beats arrive again after 30.0 s of silence');
    expect(stage.met).toContain('down recovered');
    expect(stage.met).not.toContain('recovered on the same link');
  });
});

describe('the guard', () => {
  const held =
    "The master's generation 2 would delete 2 of 2 files below etc/rules; waiting for a second generation that says the same.";
  const inSync = 'In sync: this disk holds generation 3, 1 files.';
  const rule = (name: string): string => `${root}/etc/rules/${name}`;

  test('what it held is done', async () => {
    const stage = await open();
    for (const name of ['a', 'b']) stage.worker.disk.write(rule(name), textBytes('x'), 'node');
    stage.logs(stage.worker, held);
    for (const name of ['a', 'b'])
      stage.worker.disk.rename(rule(name), `${root}/queue/cluster/muster/trash/1/${name}`, 'node');
    stage.logs(stage.worker, inSync);
    expect(stage.met).toContain('guard confirmed');
  });

  test('or taken back', async () => {
    const stage = await open();
    stage.logs(stage.worker, held);
    stage.logs(stage.worker, inSync);
    expect(stage.met).toContain('held generation replaced');
  });
});

describe('transactions', () => {
  const staged = (n: number): string => `${root}/etc/rules/.muster-0123456789abcdef-x${n}.tmp`;
  const journal = `${root}/queue/cluster/muster/journal`;
  const rows = [
    ['transaction', 'x', 1],
    ['last.files', 'etc/rules/c', 'etc/rules/d'],
    ['renames', { from: 'x', to: 'etc/rules/a' }, { from: 'x', to: 'etc/rules/b' }],
  ];
  const text = `muster-journal-2 0\n${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
  const rolledForward = 'An interrupted run left a journal: 2 renamed, 2 removed.';

  /** A transaction up to its n-th step: 2 are staged, the journal, 2 renames, 2 deletions. */
  function upTo({ worker: { disk } }: Stage, steps: number): void {
    const all = [
      () => disk.write(staged(0), textBytes('a'), 'node'),
      () => disk.write(staged(1), textBytes('b'), 'node'),
      () => disk.write(journal, textBytes(text), 'node'),
      () => disk.rename(staged(0), `${root}/etc/rules/a`, 'node'),
      () => disk.rename(staged(1), `${root}/etc/rules/b`, 'node'),
      () => disk.rename(`${root}/etc/rules/c`, `${root}/queue/cluster/muster/trash/1/etc/rules/c`, 'node'),
      () => disk.rename(`${root}/etc/rules/d`, `${root}/queue/cluster/muster/trash/1/etc/rules/d`, 'node'),
      () => disk.remove(journal, 'node'),
    ];
    for (const step of all.slice(0, steps)) step();
  }

  test.each([
    [3, 'replayed: killed before the first rename'],
    [4, 'replayed: killed amid the renames'],
    [5, 'replayed: killed before the deletions'],
    [6, 'replayed: killed amid the deletions'],
    [7, 'replayed: killed before the journal was removed'],
  ])('a process killed after %d steps', async (steps, name) => {
    const stage = await open();
    stage.becomes(stage.worker, 'started');
    upTo(stage, steps);
    stage.becomes(stage.worker, 'killed');
    expect(stage.met).not.toContain(name);
    stage.logs(stage.worker, rolledForward);
    expect([...stage.met].filter((one) => one.startsWith('replayed'))).toEqual([name]);
  });

  test('one killed while staging', async () => {
    const stage = await open();
    upTo(stage, 1);
    stage.becomes(stage.worker, 'killed');
    stage.logs(stage.worker, 'An interrupted run left a staged: 0 renamed, 0 removed.');
    expect(stage.met).toContain('cleared: killed while staging');
  });

  test('one killed twice, the first time by a loss of power', async () => {
    const stage = await open();
    upTo(stage, 4);
    stage.becomes(stage.worker, 'power-lost');
    stage.becomes(stage.worker, 'started');
    stage.becomes(stage.worker, 'power-lost');
    stage.logs(stage.worker, rolledForward);
    expect(stage.met).toContain('replayed: by a second process');
    expect(stage.met).toContain('replayed: after a loss of power');
  });

  test('one stopped in the middle, and one that is idle', async () => {
    const stage = await open();
    upTo(stage, 8);
    stage.becomes(stage.worker, 'stopping');
    expect(stage.met).not.toContain('stopped during a replication');
    stage.becomes(stage.worker, 'killed');
    expect(stage.met).toContain('killed while idle');
    upTo(stage, 4);
    stage.becomes(stage.worker, 'stopping');
    expect(stage.met).toContain('stopped during a replication');
  });
});

describe('processes', () => {
  test.each([
    ['killed', 'killed while starting'],
    ['gave-up', 'restart budget spent'],
    ['start-failed', 'start failed'],
    ['paused', 'process paused'],
  ] as const)('%s', async (what, name) => {
    const stage = await open();
    stage.becomes(stage.master, what);
    expect(stage.met).toContain(name);
  });

  test('a wall clock that jumps back', async () => {
    const stage = await open();
    stage.logs(stage.master, 'x');
    stage.master.wall = { ...stage.master.wall, now: () => 1_789_999_000_000 };
    stage.logs(stage.master, 'x');
    expect(stage.met).toContain('wall clock jumped back');
  });
});

describe('disks', () => {
  const rule = `${root}/etc/rules/a.xml`;

  test('drift, an extra file, a mode', async () => {
    const stage = await open();
    stage.master.disk.write(rule, textBytes('x'), 'operator');
    // One disk stands for both: what the master has is no extra file.
    const { disk } = stage.worker;
    disk.write(rule, textBytes('y'), 'operator');
    const staged = `${root}/etc/rules/.muster-0123456789abcdef-x0.tmp`;
    disk.write(staged, textBytes('x'), 'node');
    disk.rename(staged, rule, 'node');
    expect(stage.met).toContain('drift repaired');
    disk.write(`${root}/etc/rules/b.xml`, textBytes('y'), 'operator');
    disk.remove(`${root}/etc/rules/b.xml`, 'node');
    expect(stage.met).toContain('extra file removed');
    disk.chmod(rule, 0o600, 'operator');
    disk.chmod(rule, 0o660, 'node');
    expect(stage.met).toContain('mode mended');
  });

  test('a digest cache that was damaged is written anew', async () => {
    const stage = await open();
    const cache = `${root}/queue/cluster/muster/digest-cache`;
    stage.worker.disk.write(cache, textBytes('garbage'), 'fault');
    stage.becomes(stage.worker, 'started');
    expect(stage.met).not.toContain('digest cache rebuilt');
    stage.worker.disk.write(cache, textBytes('good'), 'node');
    expect(stage.met).toContain('digest cache rebuilt');
  });

  test('what was staged and does not fit its name is thrown away', async () => {
    const stage = await open();
    const path = `${root}/etc/rules/.muster-0123456789abcdef-x0.tmp`;
    stage.worker.host = () => ({}) as never;
    stage.worker.disk.write(path, textBytes('other'), 'node');
    stage.worker.disk.remove(path, 'node');
    expect(stage.met).toContain('file changed while it was sent');
  });

  test('power', async () => {
    const stage = await open();
    stage.worker.disk.write(rule, textBytes('x'), 'power');
    stage.worker.disk.remove(rule, 'power');
    expect(stage.met).toContain('power tore a file');
    expect(stage.met).toContain('power took a file');
  });

  test('a change that no hint told of is found by the full scan', async () => {
    const stage = await open();
    stage.becomes(stage.master, 'started');
    stage.master.disk.write(rule, textBytes('x'), 'operator');
    stage.pass(20_000);
    stage.logs(stage.master, 'Generation 2 of epoch 1: 1 files, 1 bytes.');
    expect(stage.met).toContain('full scan found what hints lost');
  });
});

describe('links', () => {
  test('credit that is spent, and a beat between two pieces', async () => {
    const stage = await open();
    stage.says('worker1', 'master', {
      ...{ kind: 'open', stream: 1, to: 'file-sync', credit: 4 },
      message: { type: 'get-content', digests: [new Uint8Array(64)] },
    });
    const piece = Uint8Array.from([0, 0, 0, 7, 2, 0, 0, 0, 1, 9, 9]);
    stage.tell.sent({ from: 'master', to: 'worker1', bytes: piece });
    expect(stage.met).not.toContain('credit exhausted');
    stage.tells('master', 'worker1', beat());
    stage.tell.sent({ from: 'master', to: 'worker1', bytes: piece });
    expect(stage.met).toContain('credit exhausted');
    expect(stage.met).toContain('beat between the pieces of a stream');
    stage.says('worker1', 'master', { kind: 'abort', stream: 1, code: 'x', text: 'x' });
    expect(stage.met).toContain('stream aborted');
  });

  test('generations', async () => {
    const stage = await open();
    const id = (generation: number, epoch = 1) => ({ epoch, generation });
    const delta = { base: id(1), put: [], remove: [], makeDirectories: [], removeDirectories: [], held: [] };
    stage.tells('master', 'worker1', announcement(1));
    stage.says('worker1', 'master', {
      ...{ kind: 'open', stream: 1, to: 'file-sync', credit: 4 },
      message: { type: 'get-manifest', id: id(1) },
    });
    expect(stage.met).toContain('whole manifest fetched');
    stage.tells('worker1', 'master', beat(id(1)));
    stage.tells('master', 'worker1', announcement(2, { delta, rootByte: 1 }));
    expect(stage.met).toContain('generation said again');
    stage.tells('worker1', 'master', beat(id(2)));
    expect(stage.met).toContain('changes were enough');
    stage.tells('worker1', 'master', beat(id(4)));
    expect(stage.met).toContain('generations skipped');
    stage.tells('master', 'worker1', announcement(1, { id: id(1, 2) }));
    expect(stage.met).toContain('master restarted with a new epoch');
  });

  test('backpressure', async () => {
    const stage = await open();
    Object.assign(stage.world.network, { mostBuffered: () => 1_000_000 });
    stage.tells('master', 'worker1', beat());
    expect(stage.met).toContain('backpressure on a link');
  });
});

describe('at doors', () => {
  const question = (request: LocalRequest, node = 'master'): Question => ({ node, incarnation: 1, request, at: 0 });
  const relay = (message: Relay['message']): LocalRequest => ({ type: 'relay', node: 'worker1' as NodeName, message });
  const relayed = (message: NodeReply): Told => ({ what: 'answered', reply: { type: 'relayed', message } });
  const refused = (code: string): Told => ({ what: 'refused', code, text: code });
  const tree = relay({ type: 'get-tree' });

  test('a question to another node, and why it had no answer', async () => {
    const { tell, met, worker, pass } = await open();
    tell.question(question(tree), relayed({ type: 'tree', actors: [] }));
    expect(met).toContain('question answered by another node');
    tell.question(question(tree), refused('not-linked'));
    expect(met).toContain('asked of a node that is down');
    worker.host = () => ({ pausedUntil: () => 9 }) as never;
    tell.question(question(tree), refused('timeout'));
    expect(met).toContain('asked of a node that stands still');
    expect(met).not.toContain('asked of a node that is cut off');
    worker.host = () => ({ pausedUntil: () => 0 }) as never;
    tell.question(question(tree), refused('timeout'));
    expect(met).toContain('asked of a node that is cut off');
    expect(met).not.toContain('link broke amid a question');
    pass(21);
    tell.question(question(tree), refused('not-linked'));
    expect(met).toContain('link broke amid a question');
    tell.question(question(tree), { what: 'broke' });
    expect(met).toContain('door closed amid a question');
  });

  test('orders', async () => {
    const { tell, met } = await open();
    const crash = relay({ type: 'crash-actor', path: '/file-sync' });
    tell.question(question(crash, 'worker2'), refused('not-allowed'));
    expect(met).toContain('order of another node refused on a worker');
    tell.question(question(crash), relayed({ type: 'done' }));
    expect(met).toContain('order carried out on another node');
    expect(met).not.toContain('question answered by another node');
  });

  test('a trace over a crash, and over the end of its node', async () => {
    const { tell, met, logs, worker, becomes } = await open();
    const row = { agoMs: 0, path: '/file-sync', message: 'x', shown: '{}', waitMs: 0, handlingMs: 0 };
    const trace = (asked: number | undefined, session: number): void =>
      tell.question(
        question(relay({ type: 'get-trace', pattern: '**', ...(asked === undefined ? {} : { session: asked }) })),
        relayed({ type: 'trace', session, rows: [row], dropped: 0, actors: 1 }),
      );
    trace(undefined, 1);
    logs(worker, '/file-sync crashed: crashed on request. It is restarted.');
    trace(1, 1);
    expect(met).toContain('trace over a crash');
    trace(1, 2);
    expect(met).toContain('trace ended unasked');
    becomes(worker, 'killed');
    trace(2, 3);
    expect(met).toContain('trace over the end of a node');
  });

  test('events over the end of a node, and over that of its store', async () => {
    const { tell, met, worker, becomes } = await open();
    const page = (after: number): void =>
      tell.question(question({ type: 'get-events', after }, 'worker1'), {
        what: 'answered',
        reply: {
          ...{ type: 'events', next: after + 1, more: false },
          rows: [{ id: after + 1, atMs: 1, kind: 'joined', subject: 'x', text: 'x' }],
        },
      });
    page(0);
    becomes(worker, 'killed');
    page(1);
    expect(met).toContain('events over the end of a node');
    becomes(worker, 'killed');
    worker.store.tell('removed');
    page(2);
    expect(met).toContain('events of a journal that began anew');
  });

  test('programs', async () => {
    const { tell, met } = await open();
    const told = (command: string, text: string): void =>
      tell.question(
        { node: 'worker1', incarnation: 1, request: { type: 'program', command: 'x' }, at: 0 },
        { what: 'answered', reply: { type: 'program', command, text } },
      );
    told('control_res', '{}');
    expect(met).toContain('program answered by the master');
    told('err', '{"__wazuh_exception__":{"code":3023}}');
    expect(met).toContain('program told that there is no master');
    told('ok', '{"error":0,"data":{"id":"001","name":"a","ip":"any","key":"k"}}');
    expect(met).toContain('program got an agent');
  });
});
