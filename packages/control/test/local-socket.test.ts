import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock, tell } from '@muster/actor';
import { testSystem } from '@muster/actor/testing';
import { endOfTurn, linkLimits } from '@muster/link';
import {
  type ControlAnswers,
  type ControlClient,
  connectControl,
  controlDefaults,
  dialLocally,
  listenLocally,
  spawnControl,
} from '../src/index.ts';
import { doorAnswers } from './door-answers.ts';

const path = () => join(root, 's');
let root = '';
let stop = async (): Promise<void> => {};

/** Opens a client as the command line does, on a short path. */
const openClient = (timeoutMs = 120_000): Promise<ControlClient> =>
  connectControl(root, (_path, ms) => dialLocally()(path(), ms), timeoutMs);

/** Tries until it works, for at most two minutes. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const until = performance.now() + 120_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function start(changes: Partial<ControlAnswers> = {}, config = controlDefaults) {
  const warnings: string[] = [];
  const answers: ControlAnswers = {
    cluster: () => ({ type: 'cluster', cluster: 'c', nodes: [] }),
    health: () => Promise.reject(new Error('not yet')),
    explain: (node) => Promise.reject(Object.assign(new Error(`There is no node ${node}.`), { code: 'no-such-node' })),
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
  const system = testSystem({ clock: systemClock });
  const { crashes } = system;
  const warn = (text: string): void => void warnings.push(text);
  const listen = listenLocally(path(), undefined, 20);
  const control = system.root.spawn((parent) =>
    spawnControl(parent, { clock: systemClock, ownNode: 'w1', listen, answers, warn }, config),
  );
  stop = () => system.stop();
  return { control, crashes, warnings };
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mc-'));
});
afterEach(async () => {
  await stop();
  rmSync(root, { recursive: true });
});

const garbage: readonly [name: string, bytes: Buffer][] = [
  ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a length of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3])],
  ['zeros', Buffer.alloc(4096)],
];

/** Whether the other side closes the connection. */
const isClosed = async (socket: Socket): Promise<boolean> => {
  socket.resume();
  await once(socket, 'close');
  return true;
};

describe('the local socket', () => {
  it('carries requests and replies, many at once', async () => {
    start();
    const client = await eventually(openClient);
    const views = await Promise.all(Array.from({ length: 10 }, () => client.cluster()));
    expect(views).toEqual(Array.from({ length: 10 }, () => ({ type: 'cluster', cluster: 'c', nodes: [] })));
    expect(await client.tree()).toEqual([]);
    await client.setLogLevel('debug');
    await client.forget('w1');
    expect(await client.balance()).toEqual({ type: 'balance', instances: [] });
    expect(await client.drain('w1', true)).toBe(true);
    client.close();
  });

  it('carries pages of agents, and requests for the actor registration', async () => {
    start({
      agents: ({ after }) => ({ type: 'agents', rows: [], ...(after < 2 ? { next: after + 1 } : {}), total: 9 }),
      registration: (request) =>
        request.type === 'remove-agent'
          ? { type: 'agent-removed', id: request.id }
          : { type: 'registration-refused', code: 9014, text: 'Invalid group.' },
    });
    const client = await eventually(openClient);
    const pages: (number | undefined)[] = [];
    for await (const { next } of client.allAgents({ status: 'active' })) pages.push(next);
    expect(pages).toEqual([1, 2, undefined]);
    expect(await client.removeAgent({ id: 12, purge: false })).toEqual({ type: 'agent-removed', id: 12 });
    const refused = { type: 'registration-refused', code: 9014, text: 'Invalid group.' };
    expect(await client.register({ name: 'web-1', ip: 'any', groups: ['web'] })).toEqual(refused);
    expect(await client.assignGroup({ id: 12, mergedSum: 'a'.repeat(32) })).toEqual(refused);
    await expect(client.agent(12)).rejects.toMatchObject({ code: 'no-such-agent', message: 'There is no agent 12.' });
    client.close();
  });

  it('carries views of this node and of others, and orders', async () => {
    const ordered: string[] = [];
    start({
      relay: (node, message) => ({ type: 'actor-answer', shown: `${node} ${message.type}`, tookMs: 1 }),
      restart: (actor) => void ordered.push(`restart ${actor}`),
      tellActor: (actor, message) => void ordered.push(`tell ${actor} ${message}`),
    });
    const client = await eventually(openClient);
    for (const here of [client.at(), client.at('w1')]) {
      expect(await here.tree()).toEqual([]);
      expect((await here.actor('/x')).row.path).toBe('/x');
      expect((await here.trace('/**', 7)).session).toBe(7);
      expect((await here.logs({ log: 'manager', offset: 3, limit: 1 })).total).toBe(3);
      expect(await here.standing()).toEqual({ type: 'standing', syncing: false, sendingAgents: false });
      expect(await here.ask('/x', '{}')).toEqual({ type: 'actor-answer', shown: '{}', tookMs: 0 });
      expect((await here.bench('/x', 10)).count).toBe(10);
      await here.restart('/x');
      await here.tell('/x', '{}');
    }
    expect(ordered).toEqual(['restart /x', 'tell /x {}', 'restart /x', 'tell /x {}']);
    expect(await client.at('w2').ask('/x', '{}')).toMatchObject({ shown: 'w2 ask-actor' });
    await expect(client.at('w2').health()).rejects.toMatchObject({ code: 'unexpected' });
    expect(await client.events({ after: 4 })).toMatchObject({ next: 4 });
    expect(await client.healthcheck(['w1'])).toEqual({ type: 'healthcheck', rows: [] });
    client.close();
  });

  it('may be opened by its owner and group only', async () => {
    start();
    (await eventually(openClient)).close();
    expect(statSync(path()).mode & 0o777).toBe(0o660);
  });

  it('brings the words of a refusal to the asker', async () => {
    start();
    const client = await eventually(openClient);
    await expect(client.explain('w9')).rejects.toMatchObject({ code: 'no-such-node', message: 'There is no node w9.' });
    await expect(client.health()).rejects.toMatchObject({ message: 'not yet' });
    client.close();
  });

  it('says that no Muster runs where there is no socket', async () => {
    await expect(openClient()).rejects.toMatchObject({
      code: 'not-running',
      message: `No Muster runs for R (${root}). Start it with: muster start --root ${root}`,
    });
  });

  it('tells a client whose answer never comes, and serves the others', async () => {
    start({ syncNow: () => new Promise(() => {}) }, { ...controlDefaults, deadlineMs: 50, tickMs: 10 });
    const client = await eventually(openClient);
    const stuck = expect(client.syncNow()).rejects.toMatchObject({ code: 'timeout' });
    expect(await client.tree()).toEqual([]);
    await stuck;
    client.close();
  });

  it.each(garbage)('closes on a client that sends %s, and serves the next', async (_name, bytes) => {
    const { crashes } = start();
    (await eventually(openClient)).close();
    const socket = connect(path());
    socket.on('error', () => {});
    socket.write(bytes);
    expect(await isClosed(socket)).toBe(true);
    const client = await openClient();
    expect(await client.tree()).toEqual([]);
    client.close();
    expect(crashes).toEqual([]);
  });

  it('is left by a client at once, also where the node neither reads nor leaves', async () => {
    const wedged = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    const arrived = once(wedged, 'connection') as Promise<[Socket]>;
    await new Promise<void>((listening) => void wedged.listen(path(), listening));
    const waits: number[] = [];
    const after: Clock['after'] = (ms, run) => {
      waits.push(ms);
      return systemClock.after(ms, run);
    };
    const deps = { clock: { ...systemClock, after }, wallNow: () => 0, defer: endOfTurn, limits: linkLimits };
    const dialled = await dialLocally(deps)(path(), 120_000);
    const [socket] = await arrived;
    dialled.close();
    expect(waits.at(-1)).toBe(100);
    socket.destroy();
    wedged.close();
  });

  it('serves others while clients hang up in the middle of a request', async () => {
    start({ tree: () => new Promise((resolve) => setImmediate(() => resolve([]))) });
    const client = await eventually(openClient);
    for (let n = 0; n < 20; n++) {
      const rude = await openClient();
      rude.tree().catch(() => {});
      rude.close();
    }
    expect(await client.tree()).toEqual([]);
    client.close();
  });

  it('gives the place of the longest silent client to a new one, and keeps those that asked later', async () => {
    start();
    const asker = await eventually(openClient);
    const idle = Array.from({ length: 63 }, () => connect(path()).on('error', () => {}));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expect(await asker.tree()).toEqual([]);
    const others = await Promise.all([openClient(), openClient()]);
    for (const other of others) expect(await other.tree()).toEqual([]);
    expect(await Promise.all(idle.slice(0, 2).map(isClosed))).toEqual([true, true]);
    expect(await asker.tree()).toEqual([]);
    for (const client of [asker, ...others]) client.close();
    for (const socket of idle) socket.destroy();
  });

  it('refuses a client in plain words while all others wait for an answer, and serves it after', async () => {
    const held: (() => void)[] = [];
    const tree = () => new Promise<[]>((resolve) => void held.push(() => resolve([])));
    start({ tree }, { ...controlDefaults, maxRequests: 100 });
    const first = await eventually(openClient);
    const askers = [first, ...(await Promise.all(Array.from({ length: 63 }, () => openClient())))];
    const waiting = askers.map((client) => client.tree());
    await eventually(async () => expect(held).toHaveLength(64));
    const late = await openClient();
    await expect(late.cluster()).rejects.toMatchObject({
      code: 'broken',
      message: expect.stringContaining('All 64 commands that it answers at once wait for an answer; try again.'),
    });
    for (const release of held) release();
    await Promise.all(waiting);
    expect((await (await openClient()).cluster()).type).toBe('cluster');
    for (const client of askers) client.close();
  });

  it('opens again after a crash of its actor', async () => {
    const { control, crashes } = start();
    const client = await eventually(openClient);
    tell(control, { type: 'ask', from: { kind: 'local' }, message: { type: 'get-tree' }, answer: null as never });
    await eventually(async () => expect(crashes).toHaveLength(1));
    await expect(client.tree()).rejects.toMatchObject({ code: 'broken' });
    const next = await eventually(openClient);
    expect(await eventually(() => next.tree())).toEqual([]);
    next.close();
  });

  it('makes its file anew when somebody deleted it, and says so', async () => {
    const { warnings, crashes } = start();
    (await eventually(openClient)).close();
    rmSync(path());
    const client = await eventually(openClient);
    expect(await client.tree()).toEqual([]);
    client.close();
    expect(warnings).toEqual(['The file of the local socket was deleted or replaced; it is made anew.']);
    expect(crashes).toEqual([]);
  });
});
