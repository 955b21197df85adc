import { controlDefaults, workerControlDefaults } from '@muster/control';
import type { Answer } from '@muster/link';
import { decide, type Effect, nothingYet, type Own, type State } from '../src/decide.ts';
import type { ControlMessage, Origin } from '../src/messages.ts';

const limits = { deadlineMs: 3_000, viewDeadlineMs: 1_000, maxRequests: 2, maxPerNode: 1, peersMayOrder: false };
type Step = readonly [at: number, message: ControlMessage | Own];

const answer: Answer = { reply: () => {}, fail: () => {} };
const local: Origin = { kind: 'local' };
const worker: Origin = { kind: 'node', node: 'worker1' };
const tick: Own = { type: 'tick' };
const opened: Own = { type: 'opened' };
const done = { type: 'done' } as const;
const question = (message: ControlMessage['message'], from: Origin): ControlMessage => ({
  type: 'ask',
  from,
  message,
  answer,
});
const ask = (type: 'get-tree' | 'get-cluster' | 'sync-now' | 'get-health', from: Origin = local): ControlMessage => ({
  type: 'ask',
  from,
  message: { type },
  answer,
});
const explain = (from: Origin): ControlMessage => ({
  ...ask('get-tree', from),
  message: { type: 'explain', node: 'w' },
});
const healthcheck = { type: 'get-healthcheck' } as const;
const asked = { type: 'relay', node: 'w', message: { type: 'get-standing' } } as const;
const ordered = { type: 'relay', node: 'w', message: { type: 'crash-actor', path: '/x' } } as const;
const work = (id: number, type: 'get-tree' | 'get-cluster' | 'sync-now'): Effect => ({
  type: 'work',
  id,
  request: { type },
});
const ofPeer = (effect: Effect): Effect => ({ ...effect, ofPeer: true }) as Effect;
const fail = (code: string, text: string): Effect => ({ type: 'fail', answer, code, text });
const open: Effect = { type: 'open-socket' };
const late = fail('timeout', 'The node did not answer get-tree within 1000 ms.');

function run(steps: readonly Step[]): { readonly state: State; readonly effects: readonly Effect[] } {
  let step: { readonly state: State; readonly effects: readonly Effect[] } = { state: nothingYet, effects: [] };
  for (const [at, message] of steps) step = decide(step.state, message, at, limits);
  return step;
}

const cases: readonly [name: string, steps: readonly Step[], effects: readonly Effect[]][] = [
  ['the socket is opened at the first tick', [[0, tick]], [open]],
  [
    'it is not opened twice at once',
    [
      [0, tick],
      [500, tick],
    ],
    [],
  ],
  [
    'an open socket is left alone',
    [
      [0, tick],
      [1, opened],
      [500, tick],
    ],
    [],
  ],
  [
    'a socket whose file is gone is warned of',
    [
      [0, tick],
      [1, opened],
      [2, { type: 'lost' }],
    ],
    [{ type: 'warn', text: 'The file of the local socket was deleted or replaced; it is made anew.' }],
  ],
  [
    'and opened again at the next tick',
    [
      [0, tick],
      [1, opened],
      [2, { type: 'lost' }],
      [500, tick],
    ],
    [open],
  ],
  [
    'a socket that cannot be opened is warned of',
    [
      [0, tick],
      [1, { type: 'open-failed', text: 'busy' }],
    ],
    [{ type: 'warn', text: 'busy' }],
  ],
  [
    'and tried again at the next tick',
    [
      [0, tick],
      [1, { type: 'open-failed', text: 'busy' }],
      [500, tick],
    ],
    [open],
  ],
  [
    'the same failure is warned of once',
    [
      [0, tick],
      [1, { type: 'open-failed', text: 'busy' }],
      [500, tick],
      [501, { type: 'open-failed', text: 'busy' }],
    ],
    [],
  ],
  ['a request is worked on', [[0, ask('get-tree')]], [work(1, 'get-tree')]],
  [
    'its outcome is replied',
    [
      [0, ask('sync-now')],
      [5, { type: 'answered', id: 1, reply: done }],
    ],
    [{ type: 'reply', answer, reply: done }],
  ],
  [
    'its refusal is told',
    [
      [0, ask('sync-now')],
      [5, { type: 'refused', id: 1, code: 'x', text: 'y' }],
    ],
    [fail('x', 'y')],
  ],
  [
    'a view is not given up 1 ms short of its deadline',
    [
      [0, ask('get-tree')],
      [1, tick],
      [2, opened],
      [999, tick],
    ],
    [],
  ],
  [
    'a view is given up at its deadline',
    [
      [0, ask('get-tree')],
      [1, tick],
      [2, opened],
      [1_000, tick],
    ],
    [late],
  ],
  [
    'what does something has more time than a view',
    [
      [0, ask('sync-now')],
      [1, tick],
      [2, opened],
      [2_999, tick],
    ],
    [],
  ],
  [
    'and is given up at a deadline of its own',
    [
      [0, ask('sync-now')],
      [1, tick],
      [2, opened],
      [3_000, tick],
    ],
    [fail('timeout', 'The node did not answer sync-now within 3000 ms.')],
  ],
  [
    'what it comes to after its deadline is dropped',
    [
      [0, ask('get-tree')],
      [1_000, tick],
      [1_001, { type: 'answered', id: 1, reply: done }],
    ],
    [],
  ],
  [
    'the last request within the limit is taken',
    [
      [0, ask('get-tree')],
      [1, ask('get-cluster')],
    ],
    [work(2, 'get-cluster')],
  ],
  [
    'one more is refused',
    [
      [0, ask('get-tree')],
      [1, ask('get-tree')],
      [2, ask('get-tree')],
    ],
    [fail('overloaded', '2 requests are being answered already. Ask again in a moment.')],
  ],
  [
    'a finished request makes room',
    [
      [0, ask('get-tree')],
      [1, ask('get-tree')],
      [2, { type: 'answered', id: 1, reply: done }],
      [3, ask('sync-now')],
    ],
    [work(3, 'sync-now')],
  ],
  [
    'one more of the same worker than it may have is refused',
    [
      [0, ask('get-cluster', worker)],
      [1, ask('get-cluster', worker)],
    ],
    [fail('overloaded', '1 requests are being answered already. Ask again in a moment.')],
  ],
  [
    'another worker is not kept from asking',
    [
      [0, ask('get-cluster', worker)],
      [1, ask('get-cluster', { kind: 'node', node: 'worker2' })],
    ],
    [ofPeer(work(2, 'get-cluster'))],
  ],
  [
    'workers that take all their places leave those of this machine free',
    [
      [0, ask('get-cluster', worker)],
      [1, ask('get-cluster', { kind: 'node', node: 'worker2' })],
      [2, ask('get-tree')],
    ],
    [work(3, 'get-tree')],
  ],
  [
    'workers together have so many places and no more',
    [
      [0, ask('get-cluster', worker)],
      [1, ask('get-cluster', { kind: 'node', node: 'worker2' })],
      [2, ask('get-cluster', { kind: 'node', node: 'worker3' })],
    ],
    [fail('overloaded', '2 requests are being answered already. Ask again in a moment.')],
  ],
  ['a worker may ask for the cluster', [[0, ask('get-cluster', worker)]], [ofPeer(work(1, 'get-cluster'))]],
  [
    'a worker may ask for an explanation',
    [[0, explain(worker)]],
    [ofPeer({ type: 'work', id: 1, request: { type: 'explain', node: 'w' } })],
  ],
  [
    'a worker may ask for agents',
    [[0, question({ type: 'get-agents', after: 0 }, worker)]],
    [ofPeer({ type: 'work', id: 1, request: { type: 'get-agents', after: 0 } })],
  ],
  [
    'a worker may ask for one agent',
    [[0, question({ type: 'get-agent', id: 12 }, worker)]],
    [ofPeer({ type: 'work', id: 1, request: { type: 'get-agent', id: 12 } })],
  ],
  [
    'a worker registers nobody through control: that is the matter of the actor registration, which limits it',
    [[0, question({ type: 'remove-agent', id: 12, purge: true }, worker)]],
    [fail('not-allowed', 'Only a program on the node itself may ask for remove-agent.')],
  ],
  [
    'a worker may not make the master act',
    [[0, ask('sync-now', worker)]],
    [fail('not-allowed', 'Only a program on the node itself may ask for sync-now.')],
  ],
  [
    'a worker may ask what all nodes did',
    [[0, question(healthcheck, worker)]],
    [ofPeer({ type: 'work', id: 1, request: healthcheck })],
  ],
  [
    'a worker may ask another node through the master',
    [[0, question(asked, worker)]],
    [ofPeer({ type: 'work', id: 1, request: asked })],
  ],
  [
    'a worker may give another node no order',
    [[0, question(ordered, worker)]],
    [fail('not-allowed', 'Only a program on the node itself may ask for relay.')],
  ],
  ['a program on the master may', [[0, question(ordered, local)]], [{ type: 'work', id: 1, request: ordered }]],
];

describe('control decides', () => {
  it.each(cases)('%s', (_name, steps, effects) => {
    expect(run(steps).effects).toEqual(effects);
  });

  it('a worker takes the orders of its master, relayed, and none that are not', () => {
    const master: Origin = { kind: 'node', node: 'master' };
    const onWorker = { ...limits, peersMayOrder: true };
    const effects = (message: ControlMessage['message']) =>
      decide(nothingYet, question(message, master), 0, onWorker).effects.map(({ type }) => type);
    expect(effects(ordered)).toEqual(['work']);
    expect(effects(ordered.message)).toEqual(['fail']);
  });

  it('what one worker has its master ask of another leaves the master places to ask for itself', () => {
    const master: Origin = { kind: 'node', node: 'master' };
    let step = decide(nothingYet, question(asked, master), 0, workerControlDefaults);
    // The master gives up sooner than the worker that is asked: two rounds may be there at once.
    for (let more = 0; more < 2 * controlDefaults.maxPerNode; more += 1)
      step = decide(step.state, question(asked, master), 0, workerControlDefaults);
    expect(step.effects.map(({ type }) => type)).toEqual(['work']);
  });

  it('keeps nothing of a request that was refused, answered or given up', () => {
    const { state } = run([
      [0, ask('get-tree')],
      [0, ask('sync-now', worker)],
      [0, ask('sync-now')],
      [5, { type: 'answered', id: 1, reply: done }],
      [3_000, tick],
    ]);
    expect(state.requests.size).toBe(0);
  });
});
