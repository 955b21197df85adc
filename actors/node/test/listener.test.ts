import { ask, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import { type ConnectionPort, getRegistry, type ListenerEvent, spawnListener, type Verdict } from '../src/index.ts';
import { type FakeLink, fakeLink } from './fake-link.ts';

interface FakeConnection extends ConnectionPort {
  readonly name: string;
  readonly destroyed: () => boolean;
}

function connectionOf(name: string, port: number): FakeConnection {
  let destroyed = false;
  return {
    name,
    remoteAddress: `10.0.0.7:${port}`,
    destroy: () => {
      destroyed = true;
    },
    destroyed: () => destroyed,
  };
}

interface RigOptions {
  readonly alive?: boolean;
  readonly bind?: () => Promise<void>;
  /** The hello never comes. */
  readonly mute?: boolean;
  readonly replaceEnds?: boolean;
}

/** A listener whose connections say their hello at once; links are handed to `open`. */
async function rig({ alive = true, bind = async () => {}, mute = false, replaceEnds = true }: RigOptions = {}) {
  const system = testSystem();
  const events: ListenerEvent<string>[] = [];
  const open: FakeLink[] = [];
  let connect: (connection: FakeConnection) => void = () => {};
  let reject: (rejection: string) => void = () => {};
  let bound = 0;
  let mostBound = 0;
  const greet = async (connection: FakeConnection, admit: (name: string) => Promise<Verdict>): Promise<FakeLink> => {
    if (mute) await new Promise(() => {});
    const verdict = await admit(connection.name);
    if (!verdict.accept) throw Object.assign(new Error(verdict.text), { code: verdict.code });
    return fakeLink(connection.name, connection.remoteAddress);
  };
  const gone = (link: FakeLink): void => {
    open.splice(open.indexOf(link), 1);
    tell(listener, { type: 'link-closed', link });
  };
  const deps = {
    clock: system.clock,
    listen: async (handlers: {
      connection: (connection: FakeConnection) => void;
      rejected: (rejection: string) => void;
    }) => {
      await bind();
      bound++;
      mostBound = Math.max(mostBound, bound);
      connect = handlers.connection;
      reject = handlers.rejected;
      return {
        address: '0.0.0.0',
        port: 1_516,
        close: async () => {
          bound--;
        },
      };
    },
    greet,
    openLinks: () => open.map((link) => ({ link, name: link.peer.node, address: link.peer.address, since: 0 })),
    linkOpened: (link: FakeLink) => void open.push(link),
    probe: async () => alive,
    replace: (name: string) => {
      const link = open.find(({ peer }) => peer.node === name);
      link?.close('replaced', 'replaced');
      if (link !== undefined && replaceEnds) gone(link);
    },
    report: (event: ListenerEvent<string>) => void events.push(event),
  };
  const config = { ownName: 'master', greetTimeoutMs: 10_000, replaceTimeoutMs: 500 };
  const listener = system.root.spawn((parent) => spawnListener<FakeConnection, FakeLink, string>(parent, deps, config));
  await settle();
  const arrives = async (name: string, port: number): Promise<FakeConnection> => {
    const connection = connectionOf(name, port);
    connect(connection);
    await settle();
    return connection;
  };
  const types = () => events.map(({ type }) => type);
  return {
    system,
    clock: system.clock,
    events,
    types,
    open,
    listener,
    arrives,
    gone,
    reject: (what: string) => reject(what),
    bound: () => bound,
    mostBound: () => mostBound,
  };
}

describe('the listener', () => {
  it('tells where it listens, and hands an open link over', async () => {
    const { system, events, open, arrives, listener } = await rig();
    await arrives('w1', 4_000);
    expect(events).toMatchObject([
      { type: 'listening', address: '0.0.0.0', port: 1_516 },
      { type: 'accepted', peer: { node: 'w1', address: '10.0.0.7:4000' } },
    ]);
    expect(open).toHaveLength(1);
    expect(await ask(listener, getRegistry, 1_000)).toMatchObject([
      { name: 'w1', phase: 'open', address: '10.0.0.7:4000' },
    ]);
    await system.stop();
  });

  it('refuses a name whose holder lives, and says so once', async () => {
    const { system, events, open, arrives } = await rig({ alive: true });
    await arrives('w1', 4_000);
    await arrives('w1', 4_001);
    expect(open.map(({ peer }) => peer.address)).toEqual(['10.0.0.7:4000']);
    expect(events.slice(2)).toEqual([
      {
        type: 'refused',
        name: 'w1',
        address: '10.0.0.7:4001',
        code: 'name-taken',
        text: 'w1 is already linked from 10.0.0.7:4000 since 0 s: give one of the two another <node_name>',
      },
    ]);
    await system.stop();
  });

  it('replaces a dead holder', async () => {
    const { system, types, open, arrives } = await rig({ alive: false });
    await arrives('w1', 4_000);
    const [dead] = open;
    await arrives('w1', 4_001);
    expect(dead?.ends).toEqual(['close replaced']);
    expect(open.map(({ peer }) => peer.address)).toEqual(['10.0.0.7:4001']);
    expect(types()).toEqual(['listening', 'accepted', 'replaced', 'accepted']);
    await system.stop();
  });

  it('cuts a replaced link that does not close, and after that waits no longer for it', async () => {
    const { system, clock, open, types, arrives } = await rig({ alive: false, replaceEnds: false });
    await arrives('w1', 4_000);
    const [dead] = open;
    await arrives('w1', 4_001);
    await clock.advance(499);
    expect(dead?.ends).toEqual(['close replaced']);
    await clock.advance(1);
    expect(dead?.ends).toEqual(['close replaced', 'destroy it did not answer, and another link has its name now']);
    await clock.advance(999);
    expect(types()).toEqual(['listening', 'accepted', 'replaced']);
    await clock.advance(1);
    expect(types()).toEqual(['listening', 'accepted', 'replaced', 'accepted']);
    await system.stop();
  });

  it('a link that has closed frees its name', async () => {
    const { system, open, arrives, gone, types } = await rig();
    await arrives('w1', 4_000);
    gone(open[0]!);
    await settle();
    await arrives('w1', 4_001);
    expect(types()).toEqual(['listening', 'accepted', 'accepted']);
    await system.stop();
  });

  it('gives a connection up that says nothing', async () => {
    const { system, clock, events, arrives } = await rig({ mute: true });
    const silent = await arrives('w1', 4_000);
    await clock.advance(9_999);
    expect(silent.destroyed()).toBe(false);
    await clock.advance(1);
    expect(silent.destroyed()).toBe(true);
    expect(events.at(-1)).toMatchObject({
      type: 'greeting-failed',
      address: '10.0.0.7:4000',
      failure: { code: 'timeout' },
    });
    await system.stop();
  });

  it('passes on what was turned away before it was a connection', async () => {
    const { system, events, reject } = await rig();
    reject('wrong key');
    await settle();
    expect(events.at(-1)).toEqual({ type: 'rejected', rejection: 'wrong key' });
    await system.stop();
  });

  it('a connection that waits when a stop begins is closed and not greeted', async () => {
    const { system, arrives, types } = await rig({ mute: true });
    const waiting = arrives('w1', 4_000);
    await system.stop();
    expect((await waiting).destroyed()).toBe(true);
    expect(types()).toEqual(['listening']);
  });

  it('crashes with the error of a failed bind, until its supervisor gives up', async () => {
    const { system } = await rig({
      bind: () => Promise.reject(new Error('cannot listen on 0.0.0.0:1516: another process listens there')),
    });
    await settle();
    expect(system.crashes.at(0)).toMatchObject({ path: '/listener', outcome: 'restart' });
    expect(system.giveUps).toHaveLength(1);
    expect(system.giveUps[0]).toContain('another process listens there');
    await system.stop();
  });

  it('after a restart it listens once, and knows the links that are open', async () => {
    const { system, bound, arrives, events } = await rig({ alive: true });
    await arrives('w1', 4_000);
    system.crash('/listener', new Error('drill'));
    await settle();
    expect(bound()).toBe(1);
    await arrives('w1', 4_001);
    expect(events.at(-1)).toMatchObject({ type: 'refused', address: '10.0.0.7:4001', code: 'name-taken' });
    await system.stop();
  });

  it('crashed again before it has bound, it binds only when what it began is undone: one address is not bound twice', async () => {
    const waiting: (() => void)[] = [];
    const bind = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
    const { system, bound, mostBound, types } = await rig({ bind });
    for (const _ of [1, 2]) {
      system.crash('/listener', new Error('drill'));
      await settle();
    }
    expect(waiting).toHaveLength(1);
    for (let taken = 0; taken < 3; taken++) {
      waiting[taken]?.();
      await settle();
    }
    expect([bound(), mostBound(), types()]).toEqual([1, 1, ['listening']]);
    await system.stop();
  });

  it('a stop closes the door and the greetings, and leaves no timer', async () => {
    const { system, clock, bound, arrives } = await rig({ mute: true });
    const silent = await arrives('w1', 4_000);
    await system.stop();
    expect([bound(), silent.destroyed(), clock.timers()]).toEqual([0, true, 0]);
  });
});
