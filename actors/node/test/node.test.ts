import { ask, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import type { ActorName, NodeName, WireMessage } from '@muster/protocol';
import { type AskOutcome, getStats, type NodeEvent, type NodeMessage, probe, spawnNode } from '../src/index.ts';
import { fakeLink } from './fake-link.ts';

const message: WireMessage = { type: 'get-cluster' };

/** The actor of an open link to w1, as a temporary child. */
async function rig({ takes = (): void => {} } = {}) {
  const system = testSystem();
  const link = fakeLink('w1');
  const events: NodeEvent[] = [];
  const delivered: string[] = [];
  const note =
    (how: string) =>
    (from: NodeName, to: ActorName, { type }: WireMessage) => {
      delivered.push(`${how} ${from} ${to} ${type}`);
      takes();
    };
  const deps = {
    clock: system.clock,
    link,
    start: link.start,
    deliver: note('tell'),
    deliverAsk: note('ask'),
    deliverOpen: note('open'),
    report: (event: NodeEvent) => void events.push(event),
  };
  const spawn = () => system.root.spawn((parent) => spawnNode(parent, deps), { restart: 'temporary' });
  const node = spawn();
  await settle();
  return { system, link, events, delivered, node, spawn };
}

describe('a node actor', () => {
  it('sends to the peer in order', async () => {
    const { system, link, node } = await rig();
    const get = (generation: number): WireMessage => ({ type: 'get-manifest', id: { epoch: 1, generation } });
    for (const generation of [1, 2, 3]) tell(node, { type: 'send', to: 'integrity', message: get(generation) });
    await settle();
    expect(link.sent).toEqual([get(1), get(2), get(3)]);
    await system.stop();
  });

  it('delivers messages and asks through its mailbox, streams at once', async () => {
    const { system, link, delivered } = await rig();
    const { message: receive, ask: asked, open } = link.handlers();
    receive('keep-alive', message);
    asked('control', message, { reply: () => {}, fail: () => {} });
    open('file-sync', message, {} as never);
    expect(delivered).toEqual(['open w1 file-sync get-cluster']);
    await settle();
    expect(delivered.slice(1)).toEqual(['tell w1 keep-alive get-cluster', 'ask w1 control get-cluster']);
    await system.stop();
  });

  it.each([
    [true, 'alive'],
    [false, 'dead'],
  ])('answers a probe by a ping (%s: %s)', async (answers, expected) => {
    const { system, link, node } = await rig();
    link.answers = answers;
    expect(await ask(node, probe, 2_000)).toBe(expected);
    await system.stop();
  });

  it('passes an ask on and answers with what came of it', async () => {
    const { system, link, node } = await rig();
    const askPeer = () =>
      ask<NodeMessage, AskOutcome>(
        node,
        (replyTo) => ({ type: 'ask-peer', to: 'control', message, timeoutMs: 500, replyTo }),
        1_000,
      );
    expect(await askPeer()).toEqual({ ok: true, message });
    link.answers = false;
    expect(await askPeer()).toEqual({ ok: false, failure: { code: 'failed', text: 'no answer' } });
    await system.stop();
  });

  it('counts what the link does not take, and tells it at the first and every thousandth', async () => {
    const { system, link, node, events } = await rig();
    link.takes = false;
    for (let n = 0; n < 1_999; n++) tell(node, { type: 'send', to: 'keep-alive', message });
    await settle();
    expect(events).toEqual([
      { type: 'messages-lost', lost: 1, last: 'get-cluster' },
      { type: 'messages-lost', lost: 1_000, last: 'get-cluster' },
    ]);
    expect(await ask(node, getStats, 1_000)).toMatchObject({ lost: 1_999, messagesOut: 4 });
    await system.stop();
  });

  it('tells the end of its link once, after the last message that came over it', async () => {
    const { system, link, node, events, delivered } = await rig();
    const end = { how: 'lost', code: 'lost', text: 'connection reset' } as const;
    link.handlers().message('keep-alive', message);
    link.end(end);
    expect(events).toEqual([]);
    await settle();
    expect(delivered).toHaveLength(1);
    expect(events).toEqual([{ type: 'link-closed', end }]);
    tell(node, { type: 'send', to: 'keep-alive', message });
    await settle();
    expect(link.sent).toEqual([]);
    expect(await ask(node, probe, 1_000)).toBe('dead');
    await system.stop();
    expect([events.filter(({ type }) => type === 'link-closed').length, link.ends]).toEqual([1, []]);
  });

  it('closes its link with the reason that it is given, once', async () => {
    const { system, link, node } = await rig();
    tell(node, { type: 'close', code: 'silent', text: 'no beat for 4.0 s' });
    tell(node, { type: 'close', code: 'replaced', text: 'again' });
    await settle();
    expect(link.ends).toEqual(['close silent']);
    await system.stop();
    expect(link.ends).toEqual(['close silent']);
  });

  it('says goodbye when it is stopped, and the end of the link is still told', async () => {
    const { system, link, events } = await rig();
    await system.stop();
    expect(link.ends).toEqual(['close shutting-down']);
    expect(events).toMatchObject([{ type: 'link-closed', end: { code: 'shutting-down' } }]);
  });

  it('cuts its link when it crashes, tells the end, and is not restarted', async () => {
    const { system, link, events } = await rig();
    system.crash('/node:w1', new Error('drill'));
    await settle();
    expect(link.ends).toEqual(['destroy the actor of w1 crashed']);
    expect(events).toMatchObject([{ type: 'link-closed', end: { how: 'lost' } }]);
    expect(system.inspect().some(({ path }) => path === '/node:w1')).toBe(false);
    await system.stop();
  });

  it('closes a link that fills its mailbox, and takes as many as it says before', async () => {
    const { system, link, delivered } = await rig();
    const { message: receive } = link.handlers();
    for (let n = 0; n < 10_000; n++) receive('keep-alive', message);
    expect(link.ends).toEqual([]);
    receive('keep-alive', message);
    expect(link.ends).toEqual(['close overloaded']);
    await settle();
    expect(delivered).toHaveLength(10_000);
    await system.stop();
  });

  it('closes a link whose name is taken under its supervisor', async () => {
    const { system, link, spawn } = await rig();
    expect(spawn).toThrow('already has a child "node:w1"');
    expect(link.ends).toEqual(['close shutting-down']);
    await system.stop();
  });
});
