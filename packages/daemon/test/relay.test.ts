/** Questions to one node that were asked of another. */
import { type Ref, spawnActor, tell } from '@muster/actor';
import { testSystem } from '@muster/actor/testing';
import type { AskOutcome, NodeMessage } from '@muster/node';
import type { Relay, WireMessage } from '@muster/protocol';
import type { LinkedNode } from '../src/peers.ts';
import { masterRelay, workerRelay } from '../src/views/relay.ts';

type Asked = Extract<NodeMessage, { readonly type: 'ask-peer' }>;

/** A node that is linked: its actor notes what it is to ask, and answers with `outcome`. */
function linkedTo(outcome: AskOutcome | undefined) {
  const system = testSystem();
  const asked: Omit<Asked, 'replyTo' | 'type'>[] = [];
  const actor: Ref<NodeMessage> = system.root.spawn((parent) =>
    spawnActor<null, NodeMessage, never, Asked>(parent, {
      name: 'node',
      clock: system.clock,
      init: () => null,
      decide: (state, message) => ({ state, effects: message.type === 'ask-peer' ? [message] : [] }),
      perform: ({ replyTo, type: _, ...rest }) => {
        asked.push(rest);
        if (outcome !== undefined) tell(replyTo, outcome);
      },
    }),
  );
  return {
    node: { link: {}, number: 1, actor, since: 0 } as unknown as LinkedNode,
    asked,
    clock: system.clock,
    stop: () => system.stop(),
  };
}

const view = { type: 'get-standing' } as const;
const order = { type: 'crash-actor', path: '/x' } as const;
const standing = { type: 'standing', syncing: false, sendingAgents: false } as const;
const answered: AskOutcome = { ok: true, message: { type: 'relayed', message: standing } };
const names = async () => ['master', 'worker1', 'worker2'];
const onMaster = (node: LinkedNode | undefined, message: Relay['message'], name = 'worker1') =>
  masterRelay({ of: (of) => (of === 'worker1' ? node : undefined) }, names)(name, message);

describe('a master', () => {
  it('asks the control actor of the worker, and answers with its words', async () => {
    const { node, asked } = linkedTo(answered);
    expect(await onMaster(node, view)).toEqual(standing);
    expect(asked).toEqual([
      { to: 'control', message: { type: 'relay', node: 'worker1', message: view }, timeoutMs: 800 },
    ]);
  });

  it('gives an order more time than a view', async () => {
    const { node, asked } = linkedTo({ ok: true, message: { type: 'relayed', message: { type: 'done' } } });
    expect(await onMaster(node, order)).toEqual({ type: 'done' });
    expect(asked).toMatchObject([{ timeoutMs: 9_000 }]);
  });

  it('names the nodes there are to whoever asks for another, and says of a known one that it is not linked', async () => {
    await expect(onMaster(undefined, view, 'worker9')).rejects.toMatchObject({
      code: 'no-such-node',
      message: 'There is no node "worker9" in this cluster; there are: master, worker1, worker2.',
    });
    await expect(onMaster(undefined, view, 'worker2')).rejects.toMatchObject({
      code: 'not-linked',
      message: expect.stringContaining('muster why worker2'),
    });
  });

  it.each<readonly [what: string, outcome: AskOutcome, code: string, words: string]>([
    [
      'silence',
      { ok: false, failure: { code: 'timeout', text: 'no reply' } },
      'timeout',
      'worker1 did not answer within 800 ms.',
    ],
    [
      'a refusal',
      { ok: false, failure: { code: 'no-such-actor', text: 'There is none.' } },
      'no-such-actor',
      'There is none.',
    ],
    [
      'another kind of answer',
      { ok: true, message: { type: 'done' } as WireMessage },
      'unexpected',
      'worker1 answered with done. Do both nodes have the same version?',
    ],
  ])('hands on %s of a worker with its code', async (_what, outcome, code, words) => {
    await expect(onMaster(linkedTo(outcome).node, view)).rejects.toMatchObject({ code, message: words });
  });

  it('says of a worker whose link breaks while it is asked that it is not linked', async () => {
    const { node } = linkedTo({ ok: false, failure: { code: 'closed', text: 'the link to the node is closed' } });
    await expect(onMaster(node, view)).rejects.toMatchObject({ code: 'not-linked' });
    const gone = linkedTo(undefined);
    const outcome = Promise.resolve(onMaster(gone.node, view)).catch((error: unknown) => error);
    await gone.stop();
    expect(await outcome).toMatchObject({ code: 'not-linked' });
  });

  it('waits for its own actor of the link no longer than a second more', async () => {
    const { node, clock } = linkedTo(undefined);
    const outcome = Promise.resolve(onMaster(node, view)).catch((error: unknown) => error);
    await clock.advance(1_800);
    expect(await outcome).toMatchObject({ code: 'ASK_TIMEOUT' });
  });
});

describe('a worker', () => {
  it('asks its master, with time for two hops', async () => {
    const { node, asked } = linkedTo(answered);
    expect(await workerRelay(() => node)('worker2', view)).toEqual(standing);
    expect(asked).toEqual([
      { to: 'control', message: { type: 'relay', node: 'worker2', message: view }, timeoutMs: 1_000 },
    ]);
  });

  it.each<readonly [what: string, message: Relay['message']]>([
    ['crash', order],
    ['restart', { type: 'restart-actor', path: '/x' }],
    ['tell', { type: 'tell-actor', path: '/x', message: '{}' }],
    ['ask', { type: 'ask-actor', path: '/x', message: '{}' }],
    ['bench', { type: 'bench-actor', path: '/x', count: 1 }],
    ['log-level', { type: 'set-log-level', level: 'debug' }],
  ])('gives no order to another node, and names it as people do: %s', async (what, message) => {
    const { node, asked } = linkedTo(answered);
    await expect(workerRelay(() => node)('worker2', message)).rejects.toMatchObject({
      code: 'not-allowed',
      message: `${what} of another node is taken on that node, or on the master.`,
    });
    expect(asked).toEqual([]);
  });

  it('whose link breaks while it asks says so', async () => {
    const { node } = linkedTo({ ok: false, failure: { code: 'closed', text: 'the link to the node is closed' } });
    await expect(workerRelay(() => node)('worker2', view)).rejects.toMatchObject({ code: 'no-master' });
  });

  it('without a link says so', async () => {
    await expect(workerRelay(() => undefined)('worker2', view)).rejects.toMatchObject({
      code: 'no-master',
      message: expect.stringContaining('muster health says why'),
    });
  });
});
