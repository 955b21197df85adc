import { ask, type Ref, tell } from '@muster/actor';
import { settle } from '@muster/actor/testing';
import { type AgentMergerMessage, type AgentReporterMessage, getMergerState, getReporterState } from '../src/index.ts';
import { rig } from './rig.ts';

describe('a worker and its master', () => {
  it('bring a status to the store and the manager of the master within the next look', async () => {
    const { system, store, published, see } = await rig();
    see(7);
    await system.clock.advance(500);
    expect(store.one(7)).toMatchObject({ node: 'w1', status: 'active', seenMs: 1_000_000 });
    expect(published).toMatchObject([{ id: 7, node: 'w1', seenMs: 1_000_500, info: { name: 'a7' } }]);
    await system.stop();
  });

  it('bring it at once when the manager hints', async () => {
    const { system, store, reporter, see } = await rig();
    see(7);
    tell(reporter, { type: 'changed' });
    await settle();
    expect(store.one(7)).toBeDefined();
    await system.stop();
  });

  it('hold what is seen without a link, and send it when there is one', async () => {
    const { system, store, see, setLinked, told, live } = await rig();
    setLinked(false);
    see(7);
    see(8);
    await live(3);
    expect(store.size()).toBe(0);
    setLinked(true);
    await settle();
    expect(store.ids()).toEqual([7, 8]);
    expect(told('backlog-sent').at(-1)).toMatchObject({ updates: 2 });
    await system.stop();
  });

  it('say a disconnection once, when the time is over and not before', async () => {
    const { system, store, see, told, beat } = await rig();
    see(7);
    await system.clock.advance(900_000);
    beat();
    expect(store.one(7)?.status).toBe('active');
    await system.clock.advance(1_000);
    expect(store.one(7)).toMatchObject({ status: 'disconnected', code: 4 });
    await system.clock.advance(5_000);
    expect(told('disconnected')).toEqual([{ type: 'disconnected', ids: [7] }]);
    await system.stop();
  });

  it('remove an agent that is gone, from the store and the manager, and drop what still comes of it', async () => {
    const { system, store, keys, merger, see, live, forgotten, told } = await rig();
    see(7);
    await live(1);
    keys.delete(7);
    tell(merger, { type: 'keys-changed', removed: [7], added: [], of: 30 });
    see(7);
    await live(2);
    expect(store.ids()).toEqual([]);
    expect(forgotten).toEqual([7]);
    expect(told('unknown')).toContainEqual({ type: 'unknown', peer: 'w1', count: 1, ids: [7] });
    await system.stop();
  });

  it('keep nothing of an agent whose id another has now, and take the new one in', async () => {
    const { system, own, store, others, merger, reporter, see, live, forgotten } = await rig();
    see(7, 'disconnected');
    await live(1);
    others.add(7);
    for (const to of [merger, reporter] as Ref<AgentMergerMessage & AgentReporterMessage>[])
      tell(to, { type: 'keys-changed', removed: [7], added: [7], replaced: [7], of: 30 });
    await live(2);
    expect([store.ids(), [...own.ids()], forgotten]).toEqual([[], [], [7]]);
    see(7);
    await live(2);
    expect(store.one(7)?.status).toBe('active');
    await system.stop();
  });

  it('drop nothing while client.keys looks cut, and remove what it still lacks 30 s later', async () => {
    const { system, store, keys, merger, reporter, see, live } = await rig();
    for (let id = 1; id <= 20; id++) see(id);
    await live(1);
    const lost = Array.from({ length: 20 }, (_, i) => i + 1);
    for (const id of lost) keys.delete(id);
    for (const to of [merger, reporter] as Ref<AgentMergerMessage & AgentReporterMessage>[])
      tell(to, { type: 'keys-changed', removed: lost, added: [], of: 30 });
    see(5, 'pending');
    await live(29);
    expect(store.size()).toBe(20);
    expect(store.one(5)?.status).toBe('pending');
    await live(2);
    expect(store.size()).toBe(0);
    await system.stop();
  });

  it.each([
    ['the master holds another revision', ({ store }: Awaited<ReturnType<typeof rig>>) => store.distort(7, 4_000)],
    ['the worker believes what is not so', ({ own }: Awaited<ReturnType<typeof rig>>) => own.believe(7, 4_000)],
    [
      'the worker does not know that it is held',
      ({ own, see }: Awaited<ReturnType<typeof rig>>) => {
        own.believe(7, undefined);
        see(7);
      },
    ],
  ])('find with the next beats that %s, and repair it', async (_, distort) => {
    const all = await rig();
    const { system, store, own, see, live } = all;
    for (const id of [6, 7, 8, 300]) see(id);
    await live(2);
    distort(all);
    await live(3);
    expect(own.digest()).toEqual(store.digest('w1'));
    expect(store.one(7)).toMatchObject({ node: 'w1', status: 'active' });
    await system.stop();
  });

  it('say that a manager is down once, and that it is back, and lose nothing', async () => {
    const { system, store, see, managerDown, live, told } = await rig();
    managerDown.code = 'ECONNREFUSED';
    see(7);
    await live(20);
    expect(told('trouble')).toHaveLength(1);
    managerDown.code = '';
    await live(31);
    expect(told('trouble-over')).toHaveLength(1);
    expect(store.ids()).toEqual([7]);
    await system.stop();
  });

  it.each(['disk', 'ownDisk'] as const)('lose nothing while a store cannot write (%s)', async (which) => {
    const all = await rig();
    const { system, store, see, live, told } = all;
    all[which].full = true;
    see(7);
    await live(10);
    expect(store.size()).toBe(0);
    expect(told('trouble').length).toBeGreaterThan(0);
    all[which].full = false;
    await live(31);
    expect(store.ids()).toEqual([7]);
    await system.stop();
  });

  it('tell how they stand', async () => {
    const { system, merger, reporter, see, live } = await rig();
    see(7);
    await live(2);
    expect(await ask(reporter, getReporterState, 1_000)).toEqual({
      ...{ linked: true, doing: 'nothing', unsent: 0, unknown: 0, batch: 1, moved: 0, backlog: 0, troubles: [] },
    });
    expect(await ask(merger, getMergerState, 1_000)).toMatchObject({
      counts: { batches: 1, updates: 1, lost: 0, unknown: 0, late: 0 },
      links: [{ peer: 'w1', waiting: 0, offsetMs: 0, backlogSent: true }],
    });
    await system.stop();
  });

  it('are silent after a stop and leave no timer', async () => {
    const { system, events } = await rig();
    await system.stop();
    const before = events.length;
    expect(system.clock.timers()).toBe(0);
    await system.clock.advance(100_000);
    expect(events).toHaveLength(before);
  });
});

describe('a crash', () => {
  /** Statuses, a removal and an unlink; what the store holds at the end. */
  async function story(all: Awaited<ReturnType<typeof rig>>): Promise<void> {
    const { see, live, keys, merger, reporter, setLinked } = all;
    for (const id of [1, 2, 3]) see(id);
    await live(2);
    see(2, 'pending');
    setLinked(false);
    see(3, 'disconnected');
    await live(2);
    setLinked(true);
    keys.delete(1);
    for (const to of [merger, reporter] as Ref<AgentMergerMessage & AgentReporterMessage>[])
      tell(to, { type: 'keys-changed', removed: [1], added: [], of: 30 });
    await live(40);
  }
  const held = ({ store }: Awaited<ReturnType<typeof rig>>) =>
    store.ids().map((id) => `${id} ${store.one(id)?.status} ${store.info(id)?.name}`);

  it('or a failure at any call of the world changes nothing of how it ends', async () => {
    const whole = await rig();
    await story(whole);
    const expected = ['2 pending a2', '3 disconnected a3'];
    expect(held(whole)).toEqual(expected);
    await whole.system.stop();
    let crashes = 0;
    for (let at = 1; at < Math.min(whole.calls(), 60); at++) {
      const broken = await rig(at);
      await story(broken);
      expect([at, held(broken)]).toEqual([at, expected]);
      crashes += broken.system.crashes.length;
      await broken.system.stop();
    }
    expect(crashes).toBeGreaterThan(5);
  });

  it.each(['/agent-info', '/agent-reporter'])(
    'of %s loses nothing, fails what it was asked, and doubles no timer',
    async (path) => {
      const { system, store, see, live } = await rig();
      await live(1);
      const timers = system.clock.timers();
      for (let n = 1; n <= 10; n++) {
        see(n);
        system.crash(path, new Error('injected'));
        await live(1);
      }
      await live(3);
      expect(store.ids()).toHaveLength(10);
      expect(system.clock.timers()).toBe(timers);
      await system.stop();
    },
  );
});
