import { tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import {
  type ControlAnswers,
  type ListenHandlers,
  type LocalReply,
  type LocalRequest,
  spawnControl,
} from '../src/index.ts';
import { doorAnswers } from './door-answers.ts';

const cluster = { type: 'cluster', cluster: 'c', nodes: [] } as const;

interface Outcome {
  reply?: LocalReply;
  failure?: string;
}

/** A control actor under a supervisor, on a clock that stands still, with a listener that is a variable. */
function rig(changes: Partial<ControlAnswers> = {}) {
  const { root, clock, crashes, stop } = testSystem();
  const listeners: { handlers: ListenHandlers; signal: AbortSignal }[] = [];
  const answers: ControlAnswers = {
    cluster: () => ({ ...cluster, nodes: [] }),
    health: () => Promise.reject(new Error('not yet')),
    explain: (node) => `${node} is in sync.`,
    tree: () => [],
    setLogLevel: () => {},
    forget: () => {},
    balance: () => ({ type: 'balance', instances: [] }),
    drain: () => true,
    crash: () => {},
    syncNow: () => {},
    agents: ({ after }) => ({ type: 'agents', rows: [], next: after + 1, total: 0 }),
    agent: (id) => Promise.reject(Object.assign(new Error(`There is no agent ${id}.`), { code: 'no-such-agent' })),
    registration: () => ({ type: 'registration-refused', code: 9013, text: 'Too many agents.' }),
    ...doorAnswers,
    ...changes,
  };
  const listen = async (handlers: ListenHandlers, signal: AbortSignal) => void listeners.push({ handlers, signal });
  const control = root.spawn((parent) =>
    spawnControl(parent, { clock, ownNode: 'master', listen, answers, warn: () => {} }),
  );
  const ask = async (message: LocalRequest): Promise<Outcome> => {
    const outcome: Outcome = {};
    const answer = {
      reply: (reply: LocalReply) => void Object.assign(outcome, { reply }),
      fail: (code: string, text: string) => void Object.assign(outcome, { failure: `${code}: ${text}` }),
    };
    listeners.at(-1)!.handlers.ask(message, answer);
    await settle();
    return outcome;
  };
  return { clock, crashes, listeners, control, stop, ask };
}

describe('control actor', () => {
  it('opens the socket at once and answers each kind of request', async () => {
    const { stop, ask } = rig();
    await settle();
    expect(await ask({ type: 'get-cluster' })).toEqual({ reply: cluster });
    expect(await ask({ type: 'explain', node: 'w1' })).toEqual({
      reply: { type: 'explanation', node: 'w1', text: 'w1 is in sync.' },
    });
    expect(await ask({ type: 'get-tree' })).toEqual({ reply: { type: 'tree', actors: [] } });
    expect(await ask({ type: 'set-log-level', level: 'debug' })).toEqual({ reply: { type: 'done' } });
    expect(await ask({ type: 'crash-actor', path: '/x' })).toEqual({ reply: { type: 'done' } });
    expect(await ask({ type: 'sync-now' })).toEqual({ reply: { type: 'done' } });
    expect(await ask({ type: 'forget-node', node: 'w1' })).toEqual({ reply: { type: 'done' } });
    expect(await ask({ type: 'get-balance' })).toEqual({ reply: { type: 'balance', instances: [] } });
    await stop();
  });

  it('hands on which node is to be drained, or not any more; a refusal reaches the asker', async () => {
    const drained: unknown[] = [];
    const drain: ControlAnswers['drain'] = (node, on) => {
      if (node === 'w9') throw Object.assign(new Error('There is no node w9.'), { code: 'no-such-node' });
      drained.push([node, on]);
      return on;
    };
    const { stop, ask } = rig({ drain });
    await settle();
    expect(await ask({ type: 'drain-node', node: 'w1', drained: true })).toEqual({ reply: { type: 'done' } });
    expect(await ask({ type: 'drain-node', node: 'w1', drained: false })).toEqual({
      reply: { type: 'done', already: true },
    });
    expect(await ask({ type: 'drain-node', node: 'w9', drained: true })).toEqual({
      failure: 'no-such-node: There is no node w9.',
    });
    expect(drained).toEqual([
      ['w1', true],
      ['w1', false],
    ]);
    await stop();
  });

  it('hands questions on agents to the answers, filters and all', async () => {
    const queries: unknown[] = [];
    const agents: ControlAnswers['agents'] = (query) => {
      queries.push(query);
      return { type: 'agents', rows: [], total: 7 };
    };
    const { stop, ask } = rig({ agents });
    await settle();
    const query = { type: 'get-agents', after: 5, node: 'w1', status: 'active', group: 'web' } as const;
    expect(await ask(query)).toEqual({ reply: { type: 'agents', rows: [], total: 7 } });
    expect(queries).toEqual([query]);
    expect(await ask({ type: 'get-agent', id: 12 })).toEqual({ failure: 'no-such-agent: There is no agent 12.' });
    await stop();
  });

  it('hands the three requests of registration on; a refusal of the registrar is an answer', async () => {
    const seen: string[] = [];
    const registration: ControlAnswers['registration'] = ({ type }) => {
      seen.push(type);
      return { type: 'registration-refused', code: 9008, text: 'Duplicate name.' };
    };
    const { stop, ask } = rig({ registration });
    await settle();
    const refused = { reply: { type: 'registration-refused', code: 9008, text: 'Duplicate name.' } };
    expect(await ask({ type: 'register-agent', name: 'web-1', ip: 'any' })).toEqual(refused);
    expect(await ask({ type: 'remove-agent', id: 12, purge: true })).toEqual(refused);
    expect(await ask({ type: 'assign-group', id: 12, mergedSum: 'a'.repeat(32) })).toEqual(refused);
    expect(seen).toEqual(['register-agent', 'remove-agent', 'assign-group']);
    await stop();
  });

  it('answers what is relayed to its own node as if it were asked here, and hands on the rest', async () => {
    const { stop, ask } = rig();
    await settle();
    const standing = { type: 'standing', syncing: false, sendingAgents: false };
    expect(await ask({ type: 'get-standing' })).toEqual({ reply: standing });
    const relay = { type: 'relay', message: { type: 'get-standing' } } as const;
    expect(await ask({ ...relay, node: 'master' })).toEqual({ reply: { type: 'relayed', message: standing } });
    expect(await ask({ ...relay, node: 'w9' })).toEqual({ failure: 'no-such-node: There is no node w9.' });
    await stop();
  });

  it('gives up on a view before a person thinks that it hangs', async () => {
    const { stop, ask, clock } = rig({ standing: () => new Promise(() => {}) });
    await settle();
    const outcome = await ask({ type: 'get-standing' });
    await clock.advance(1_499);
    expect(outcome).toEqual({});
    await clock.advance(1);
    expect(outcome).toEqual({ failure: 'timeout: The node did not answer get-standing within 1200 ms.' });
    await stop();
  });

  it('refuses with an answer that the wire does not take, and lives on', async () => {
    const { stop, listeners, crashes } = rig();
    await settle();
    const failures: string[] = [];
    const answer = {
      reply: () => {
        throw new Error('bug: too long');
      },
      fail: (code: string, text: string) => void failures.push(`${code}: ${text}`),
    };
    listeners[0]!.handlers.ask({ type: 'get-tree' }, answer);
    await settle();
    expect(failures).toEqual(['unsendable: The answer tree cannot be sent: bug: too long']);
    expect(crashes).toEqual([]);
    await stop();
  });

  it('tells what an answer failed with, and lives on', async () => {
    const crash = () => {
      throw new Error('There is no actor /x.');
    };
    const { stop, ask, crashes } = rig({ crash });
    await settle();
    expect(await ask({ type: 'get-health' })).toEqual({ failure: 'failed: not yet' });
    expect(await ask({ type: 'crash-actor', path: '/x' })).toEqual({ failure: 'failed: There is no actor /x.' });
    expect(crashes).toEqual([]);
    await stop();
  });

  it('gives up on an answer that never comes', async () => {
    const { stop, ask, clock } = rig({ syncNow: () => new Promise(() => {}) });
    await settle();
    const outcome = await ask({ type: 'sync-now' });
    await clock.advance(9_999);
    expect(outcome).toEqual({});
    await clock.advance(1);
    expect(outcome).toEqual({ failure: 'timeout: The node did not answer sync-now within 10000 ms.' });
    await stop();
  });

  it('closes its socket when it stops', async () => {
    const { stop, listeners } = rig();
    await settle();
    await stop();
    await settle();
    expect(listeners.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it('opens a fresh socket after a crash, with the old one closed', async () => {
    const { stop, listeners, crashes, control, clock } = rig();
    await settle();
    tell(control, { type: 'ask', from: { kind: 'local' }, message: { type: 'get-tree' }, answer: null as never });
    await settle();
    await clock.advance(60_000);
    expect(crashes.map(({ outcome }) => outcome)).toEqual(['restart']);
    expect(listeners.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await stop();
  });
});
