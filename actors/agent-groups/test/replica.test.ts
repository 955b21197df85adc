import { ask, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import type { GroupRow, Groups, GroupsAssigned, GroupsChecked, RangePart } from '@muster/protocol';
import {
  type GroupReplicaEvent,
  type GroupsLink,
  getReplicaState,
  replicaDefaults,
  spawnGroupReplica,
  withDigest,
} from '../src/index.ts';
import { differing, groupsIn } from '../src/master/answers.ts';
import { changesOf } from '../src/master/pushing.ts';
import { heldIn, managerOf, openManager, openStore } from './doubles.ts';

const row = (id: number, version: number, ...groups: string[]): GroupRow => ({ id, version, groups });
const shownRows = (rows: Iterable<readonly [number, readonly string[]]>): string =>
  [...rows]
    .sort(([a], [b]) => a - b)
    .map(([id, groups]) => `${id}=${groups}`)
    .join(' ');

/** A worker's actor, and a master that answers by the authority's own functions. */
async function rig(
  theirs: readonly GroupRow[] = [],
  version = theirs.length,
  ours: readonly GroupRow[] = [],
  oursVersion = 0,
) {
  const system = testSystem();
  const masters = openStore(theirs, version);
  const truth = withDigest(heldIn(masters));
  const store = openStore(ours, oursVersion);
  const manager = openManager(ours.map(({ id, groups }) => [id, groups]));
  manager.pageSize = 1_000;
  const gone = new Set<number>();
  const events: GroupReplicaEvent[] = [];
  const asked: string[] = [];
  let linked = false;
  let broken: Error | undefined;
  let answer: (id: number, groups: readonly string[]) => Partial<GroupsAssigned> = () => ({ outcome: 'adopted' });
  const reply = async <T>(what: string, value: () => T): Promise<T> => {
    asked.push(what);
    if (broken !== undefined) throw broken;
    return value();
  };
  const master: GroupsLink = {
    linked: () => linked,
    check: (parts: readonly RangePart[]) =>
      reply(
        `check ${parts.length}`,
        (): GroupsChecked => ({
          type: 'groups-checked',
          version: truth.version(),
          differing: differing(parts, truth),
        }),
      ),
    get: (from, to) => reply(`get ${from}-${to}`, (): Groups => groupsIn(from, to, truth)),
    propose: (id, groups) =>
      reply(`propose ${id}=${groups}`, () => ({
        ...({ type: 'groups-assigned', id, version: 1, outcome: 'kept', groups: [...groups] } as const),
        ...answer(id, groups),
      })),
  };
  const ref = system.root.spawn((parent) =>
    spawnGroupReplica(
      parent,
      {
        clock: system.clock,
        master,
        manager: managerOf(manager),
        held: withDigest(heldIn(store)),
        exists: (id) => !gone.has(id),
        report: (event) => void events.push(event),
      },
      replicaDefaults,
    ),
  );
  await settle();
  return {
    ...{ system, clock: system.clock, ref, masters, truth, store, manager, gone, events, asked },
    link: async (): Promise<void> => {
      linked = true;
      tell(ref, { type: 'linked' });
      tell(ref, { type: 'masters-mark', mark: truth.mark() });
      await settle();
    },
    unlink: async (): Promise<void> => {
      linked = false;
      tell(ref, { type: 'unlinked' });
      await settle();
    },
    beat: async (): Promise<void> => {
      tell(ref, { type: 'masters-mark', mark: truth.mark() });
      await settle();
    },
    /** The master changes and pushes. */
    push: async (base: number, next: number, ...rows: GroupRow[]): Promise<void> => {
      await truth.put(rows, next);
      for (const changes of changesOf(rows, base, next)) tell(ref, { type: 'changes', changes });
      await settle();
    },
    hint: async (): Promise<void> => {
      tell(ref, { type: 'manager-changed' });
      await system.clock.advance(replicaDefaults.pauseMs);
    },
    breakLink: (error: Error | undefined): void => {
      broken = error;
    },
    answers: (make: typeof answer): void => {
      answer = make;
    },
    held: (): string => shownRows([...store.rows.values()].map(({ id, groups }) => [id, groups])),
    managers: (): string => shownRows(manager.rows),
    view: () => ask(ref, getReplicaState, 1_000),
  };
}

describe('the group replica', () => {
  it('applies what is pushed to what is held and to the manager, in order', async () => {
    const { system, push, link, held, managers, store, asked } = await rig();
    await link();
    await push(0, 1, row(1, 1, 'a'));
    await push(1, 3, row(2, 2, 'a', 'b'), row(1, 3));
    expect([held(), managers(), store.version]).toEqual(['2=a,b', '2=a,b', 3]);
    expect(asked).toEqual([]);
    await system.stop();
  });

  it('asks nothing when the beat says what is held', async () => {
    const { system, link, beat, asked, view } = await rig([row(1, 1, 'a')], 1, [row(1, 1, 'a')], 1);
    await link();
    await beat();
    expect(asked).toEqual([]);
    expect(await view()).toMatchObject({ inSync: true, version: 1, assignments: 1 });
    await system.stop();
  });

  it('takes a push again without harm, and one that it knows in part', async () => {
    const { system, push, link, held, store, asked } = await rig();
    await link();
    await push(0, 1, row(1, 1, 'a'));
    await push(0, 1, row(1, 1, 'a'));
    await push(0, 2, row(1, 1, 'a'), row(2, 2, 'b'));
    expect([held(), store.version]).toEqual(['1=a 2=b', 2]);
    expect(asked).toEqual([]);
    await system.stop();
  });

  it('compares at once when a push is missing, and then applies the next', async () => {
    const { system, push, truth, link, held, store, asked } = await rig();
    await link();
    await truth.put([row(1, 1, 'a')], 1);
    await push(1, 2, row(2, 2, 'b'));
    expect([held(), store.version]).toEqual(['1=a 2=b', 2]);
    expect(asked.map((what) => what.split(' ')[0])).toEqual(['check', 'get']);
    await push(2, 3, row(3, 3, 'c'));
    expect([held(), store.version, asked.length]).toEqual(['1=a 2=b 3=c', 3, 2]);
    await system.stop();
  });

  it.each([
    ['another version', [row(1, 1, 'a'), row(2, 5, 'b')], 5],
    ['another digest at the same version', [row(1, 1, 'x')], 1],
    ['an older version, as of a master that has lost its store', [], 0],
  ])('repairs at once when the beat says %s', async (_what, theirs, version) => {
    const { system, link, held, managers, store, truth, events } = await rig(theirs, version, [row(1, 1, 'a')], 1);
    await link();
    const all = shownRows(theirs.map(({ id, groups }) => [id, groups]));
    expect([held(), managers(), store.version]).toEqual([all, all, version]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'repaired' }));
    expect(events.filter(({ type }) => type === 'mark').at(-1)).toEqual({ type: 'mark', mark: truth.mark() });
    await system.stop();
  });

  it('finds one difference among 20,000 in at most three questions and one bucket of rows', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => row(i + 1, i + 1, i % 7 === 0 ? 'a' : 'b'));
    const theirs = many.with(12_344, row(12_345, 20_001, 'c'));
    const { system, link, store, asked, manager, events } = await rig(theirs, 20_001, many, 20_000);
    manager.writes.length = 0;
    await link();
    expect(store.rows.get(12_345)).toMatchObject({ groups: ['c'] });
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(asked.at(-1)).toBe(`get ${12_345 - (12_345 % 256)}-${12_345 - (12_345 % 256) + 255}`);
    expect(manager.writes.flat()).toEqual([{ id: 12_345, groups: ['c'] }]);
    expect(events).toContainEqual({ type: 'repaired', agents: 1, version: 20_001 });
    await system.stop();
  });

  it('fetches all of it, a thousand at a time, when it holds nothing', async () => {
    const many = Array.from({ length: 2_500 }, (_, i) => row(i + 1, i + 1, 'a'));
    const { system, link, store, manager, asked } = await rig(many);
    await link();
    expect([store.rows.size, manager.rows.size, store.version]).toEqual([2_500, 2_500, 2_500]);
    expect(asked.filter((what) => what.startsWith('get')).length).toBeLessThan(10);
    await system.stop();
  });

  it('tries again after 1 s, then 2 s, when the master does not answer', async () => {
    const { system, clock, link, breakLink, asked, held } = await rig([row(1, 1, 'a')]);
    breakLink(new Error('no answer'));
    await link();
    await clock.advance(999);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    expect(asked).toHaveLength(2);
    breakLink(undefined);
    await clock.advance(1_999);
    expect(held()).toBe('');
    await clock.advance(1);
    expect(held()).toBe('1=a');
    await system.stop();
  });

  it.each<[string, Partial<Groups>]>([
    ['rows of other agents', { upTo: 5, rows: [[99_999, 1, []]] }],
    ['an index of no name', { rows: [[1, 1, [7]]], names: [] }],
    ['less than nothing', { upTo: -1 }],
    ['another range', { from: 512 }],
    [
      'an agent twice',
      {
        rows: [
          [1, 1, [0]],
          [1, 2, [0]],
        ],
        names: ['a'],
      },
    ],
  ])('takes no answer with %s', async (_what, wrong) => {
    expect(await becomesOf(wrong)).toEqual({ held: '', code: 'bad-answer' });
  });

  it('forgets a repair when the link closes, and begins anew when it is back', async () => {
    const { system, link, unlink, breakLink, asked, held, clock } = await rig([row(1, 1, 'a')]);
    breakLink(new Error('closed'));
    await link();
    await unlink();
    await clock.advance(50_000);
    expect(asked).toHaveLength(1);
    breakLink(undefined);
    await link();
    expect(held()).toBe('1=a');
    await system.stop();
  });

  it('writes to its manager again what drifted there', async () => {
    const both = [row(1, 1, 'a'), row(2, 2, 'b')];
    const { system, manager, managers, hint, events, asked, clock } = await rig(both, 2, both, 2);
    await clock.advance(1_000);
    manager.rows.set(1, ['x']);
    manager.rows.delete(2);
    await hint();
    expect(managers()).toBe('1=a 2=b');
    expect(events).toContainEqual({ type: 'drift-repaired', agents: 2, first: 1 });
    expect(asked).toEqual([]);
    await system.stop();
  });

  it('does so without a hint at the next reconciliation', async () => {
    const { system, manager, managers, clock } = await rig([], 0, [row(1, 1, 'a')], 1);
    manager.rows.clear();
    await clock.advance(replicaDefaults.reconcileMs);
    expect(managers()).toBe('1=a');
    await system.stop();
  });

  it('does not fight without rest against a manager that always says something else', async () => {
    const { system, manager, clock, ref } = await rig([], 0, [row(1, 1, 'a')], 1);
    manager.check = () => {
      queueMicrotask(() => {
        manager.rows.set(1, ['x']);
        tell(ref, { type: 'manager-changed' });
      });
    };
    manager.rows.set(1, ['x']);
    tell(ref, { type: 'manager-changed' });
    await clock.advance(10 * 60_000);
    expect(manager.writes.length).toBeGreaterThan(10);
    expect(manager.writes.length).toBeLessThan(30);
    await system.stop();
  });

  it('proposes what only its manager has, once it holds what the master holds', async () => {
    const { system, manager, hint, link, asked, events } = await rig();
    manager.rows.set(7, ['mine']);
    await hint();
    expect(asked).toEqual([]);
    await link();
    expect(asked).toEqual(['propose 7=mine']);
    expect(events).toContainEqual({ type: 'proposed', id: 7, outcome: 'adopted' });
    await system.stop();
  });

  it('asks again later when the master does not know the agent yet, and no more when it has another assignment', async () => {
    const { system, clock, manager, hint, link, asked, answers, push, managers } = await rig();
    await link();
    answers(() => ({ outcome: 'unknown', groups: [] }));
    manager.rows.set(7, ['mine']);
    await hint();
    await clock.advance(1_000);
    expect(asked).toEqual(['propose 7=mine', 'propose 7=mine']);
    await push(0, 1, row(7, 1, 'theirs'));
    await clock.advance(100_000);
    expect(asked).toHaveLength(2);
    expect(managers()).toBe('7=theirs');
    await system.stop();
  });

  it('takes an assignment away that is of nobody, when it is still there a second later', async () => {
    const { system, clock, manager, gone, hint, link, asked, managers } = await rig();
    gone.add(9);
    await clock.advance(1_000);
    await link();
    manager.rows.set(9, ['x']);
    await hint();
    expect(managers()).toBe('9=x');
    await clock.advance(1_500);
    expect(managers()).toBe('');
    expect(asked).toEqual([]);
    await system.stop();
  });

  it('holds what it could not remove from its manager, so that it never proposes it', async () => {
    const { system, clock, manager, push, link, held, asked, events } = await rig(
      [row(1, 1, 'a')],
      1,
      [row(1, 1, 'a')],
      1,
    );
    await link();
    manager.broken.add(1);
    await push(1, 2, row(1, 2));
    expect(held()).toBe('1=a');
    expect(events).toContainEqual({ type: 'fault', fault: expect.objectContaining({ at: 'agent 001' }) });
    await clock.advance(20_000);
    manager.broken.delete(1);
    await clock.advance(40_000);
    expect([held(), manager.rows.size]).toEqual(['', 0]);
    expect(asked.filter((what) => what.startsWith('propose'))).toEqual([]);
    await system.stop();
  });

  it('has nothing held when the manager cannot be written, and makes it good later', async () => {
    const { system, clock, manager, push, link, held, managers, store } = await rig();
    await link();
    manager.down = true;
    await push(0, 1, row(1, 1, 'a'));
    expect(store.version).toBe(0);
    manager.down = false;
    await clock.advance(3_000);
    expect([held(), managers(), store.version]).toEqual(['1=a', '1=a', 1]);
    await system.stop();
  });

  it('bounds the pushes that wait, and finds by comparing what it lost', async () => {
    const { system, link, push, held, ref, truth, store } = await rig();
    await link();
    const many = Array.from({ length: 6_000 }, (_, i) => row(i + 1, i + 1, 'a'));
    await truth.put(many, 6_000);
    for (const changes of changesOf(many, 0, 6_000)) tell(ref, { type: 'changes', changes });
    await settle();
    expect([store.rows.size, store.version]).toEqual([6_000, 6_000]);
    await push(6_000, 6_001, row(1, 6_001));
    expect(held().startsWith('2=a')).toBe(true);
    await system.stop();
  });

  it('compares anew after a crash', async () => {
    const { system, clock, link, truth, held, store } = await rig();
    await link();
    await truth.put([row(1, 1, 'a')], 1);
    system.crash('/agent-groups', new Error('injected'));
    await settle();
    expect([held(), store.version]).toEqual(['1=a', 1]);
    await system.stop();
    await clock.advance(100_000);
    expect(system.crashes).toHaveLength(1);
  });
});

/** What becomes of an answer to `get-groups` that is wrong in this. */
async function becomesOf(wrong: Partial<Groups>): Promise<{ held: string; code: string | undefined }> {
  const system = testSystem();
  const store = openStore();
  const events: GroupReplicaEvent[] = [];
  const truth = withDigest(heldIn(openStore([row(1, 1, 'a')], 1)));
  const ref = system.root.spawn((parent) =>
    spawnGroupReplica(
      parent,
      {
        clock: system.clock,
        master: {
          linked: () => true,
          check: async (parts) => ({ type: 'groups-checked', version: 1, differing: differing(parts, truth) }),
          get: async (from, to) => ({ ...groupsIn(from, to, truth), ...wrong }),
          propose: () => Promise.reject(new Error('not asked for')),
        },
        manager: managerOf(openManager()),
        held: withDigest(heldIn(store)),
        exists: () => true,
        report: (event) => void events.push(event),
      },
      replicaDefaults,
    ),
  );
  tell(ref, { type: 'masters-mark', mark: truth.mark() });
  await settle();
  await system.stop();
  const fault = events.find((event) => event.type === 'fault');
  return { held: shownRows([...store.rows.values()].map(({ id, groups }) => [id, groups])), code: fault?.fault.code };
}
