import { ask, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import { emptySum, type GroupChanges, type Groups, type GroupsAssigned, type GroupsChecked } from '@muster/protocol';
import {
  authorityDefaults,
  type GroupAuthorityEvent,
  type GroupAuthorityMessage,
  getAuthorityState,
  type ManagersGroups,
  spawnGroupAuthority,
  withDigest,
} from '../src/index.ts';
import { heldIn, managerOf, openManager, openStore } from './doubles.ts';

const many = (count: number, first = 1): [number, readonly string[]][] =>
  Array.from({ length: count }, (_, i) => [first + i, ['a']]);

async function rig({
  assignments = [] as readonly (readonly [number, readonly string[]])[],
  store = openStore(),
  ports = (manager: ManagersGroups): ManagersGroups => manager,
  maxPush = authorityDefaults.maxPush,
} = {}) {
  const system = testSystem();
  const manager = openManager(assignments);
  manager.pageSize = 100;
  const gone = new Set<number>();
  const pushes: GroupChanges[] = [];
  const events: GroupAuthorityEvent[] = [];
  const ref = system.root.spawn((parent) =>
    spawnGroupAuthority(
      parent,
      {
        clock: system.clock,
        linkedWorkers: () => ['w1'],
        manager: ports(managerOf(manager)),
        held: withDigest(heldIn(store)),
        exists: (id) => id < 1_000_000 && !gone.has(id),
        push: (_to, message) => void pushes.push(message),
        report: (event) => void events.push(event),
      },
      { ...authorityDefaults, maxPush },
    ),
  );
  await settle();
  const held = (): string => [...store.rows.values()].map(({ id, groups }) => `${id}=${groups}`).join(' ');
  const hint = async (): Promise<void> => {
    tell(ref, { type: 'manager-changed' });
    await system.clock.advance(authorityDefaults.pauseMs);
  };
  const propose = (id: number, ...groups: string[]) =>
    ask<GroupAuthorityMessage, GroupsAssigned>(
      ref,
      (replyTo) => ({ type: 'propose-groups', id, groups, replyTo }),
      100_000,
    );
  return { system, clock: system.clock, manager, store, gone, pushes, events, ref, held, hint, propose };
}

describe('the group authority', () => {
  it('numbers what the manager says, keeps it, and tells it to the workers', async () => {
    const { system, clock, store, pushes, events } = await rig({
      assignments: [
        [1, ['a']],
        [2, ['a', 'b']],
      ],
    });
    await clock.advance(50);
    expect([...store.rows.values()]).toEqual([
      { id: 1, version: 1, groups: ['a'] },
      { id: 2, version: 2, groups: ['a', 'b'] },
    ]);
    const rows = [
      [1, 1, [0]],
      [2, 2, [0, 1]],
    ];
    expect(pushes.at(-1)).toEqual({ type: 'group-changes', base: 0, version: 2, names: ['a', 'b'], rows });
    expect(events.filter(({ type }) => type === 'mark').at(-1)).toMatchObject({ mark: { version: 2 } });
    await system.stop();
  });

  it('tells one change in less than a second of the hint, the row alone', async () => {
    const { system, clock, manager, ref, pushes } = await rig({ assignments: many(250) });
    await clock.advance(5_000);
    pushes.length = 0;
    manager.rows.set(77, ['b']);
    tell(ref, { type: 'manager-changed' });
    await clock.advance(0);
    expect(pushes).toEqual([{ type: 'group-changes', base: 250, version: 251, names: ['b'], rows: [[77, 251, [0]]] }]);
    await system.stop();
  });

  it('tells changes that come within 50 ms together', async () => {
    const { system, clock, manager, hint, pushes } = await rig();
    await clock.advance(5_000);
    manager.pageSize = 1;
    for (const id of [1, 2, 3]) manager.rows.set(id, ['a']);
    pushes.length = 0;
    await hint();
    expect(pushes.map(({ base, version }) => `${base}-${version}`)).toEqual(['0-1', '1-3']);
    await system.stop();
  });

  it('only hints when changes are too many to push', async () => {
    const { system, clock, pushes } = await rig({ assignments: many(11), maxPush: 10 });
    await clock.advance(1_000);
    expect(pushes.at(-1)).toEqual({ type: 'group-changes', base: 11, version: 11, names: [], rows: [] });
    await system.stop();
  });

  it('goes on counting over restarts', async () => {
    const store = openStore([{ id: 1, version: 41, groups: ['a'] }], 41);
    const { system, clock, held } = await rig({ store, assignments: [[1, ['b']]] });
    await clock.advance(100);
    expect(held()).toBe('1=b');
    expect(store.version).toBe(42);
    await system.stop();
  });

  it('finds without a hint what changed, at the next reconciliation', async () => {
    const { system, clock, manager, held } = await rig();
    manager.rows.set(1, ['a']);
    await clock.advance(authorityDefaults.reconcileMs - 1);
    expect(held()).toBe('');
    await clock.advance(1);
    expect(held()).toBe('1=a');
    await system.stop();
  });

  it('takes nothing from a listing that fails in the middle, and tries again after a second', async () => {
    const { system, clock, manager, held, hint, events } = await rig({
      assignments: [
        [1, ['a']],
        [2, ['a']],
      ],
    });
    manager.rows.clear();
    manager.down = true;
    await hint();
    expect(held()).toBe('1=a 2=a');
    expect(events).toContainEqual({ type: 'fault', fault: expect.objectContaining({ code: 'ECONNREFUSED' }) });
    manager.down = false;
    await clock.advance(1_000);
    expect(held()).toBe('');
    await system.stop();
  });

  it('tells of an assignment that cannot be read once, not at each listing', async () => {
    const { system, manager, hint, events } = await rig({ assignments: [[1, ['a']]] });
    manager.broken.add(1);
    await hint();
    await hint();
    expect(events.filter(({ type }) => type === 'fault')).toHaveLength(1);
    await system.stop();
  });

  it('keeps the assignment of an agent that cannot be read, and removes its neighbour', async () => {
    const { system, manager, held, hint } = await rig({
      assignments: [
        [1, ['a']],
        [2, ['a']],
      ],
    });
    manager.broken.add(1);
    manager.rows.delete(2);
    await hint();
    expect(held()).toBe('1=a');
    await system.stop();
  });

  it.each([
    [20, 10, 'half, and not more than 10', 10],
    [20, 11, 'more than half, and more than 10', 20],
    [22, 11, 'more than 10, and only half', 11],
    [12, 10, 'more than half, and only 10', 2],
  ])('of %i, with %i vanished (%s), holds %i', async (of, vanished, _why, left) => {
    const { system, manager, store, hint } = await rig({ assignments: many(of) });
    for (let id = 1; id <= vanished; id++) manager.rows.delete(id);
    await hint();
    expect(store.rows.size).toBe(left);
    await system.stop();
  });

  it('believes a mass removal when a reading that begins 10 s after the first says so, too', async () => {
    const { system, clock, manager, store, hint, events } = await rig({ assignments: many(100) });
    manager.rows.clear();
    await hint();
    expect(events).toContainEqual({ type: 'removal-held', agents: 100, of: 100, againInMs: 10_000 });
    await hint();
    await clock.advance(9_000);
    expect(store.rows.size).toBe(100);
    await clock.advance(1_000);
    expect(store.rows.size).toBe(0);
    await system.stop();
  });

  it('removes after a mass removal was held only who is missing both times', async () => {
    const { system, clock, manager, held, store, hint } = await rig({ assignments: many(100) });
    manager.rows.clear();
    await hint();
    for (const [id, groups] of many(40)) manager.rows.set(id, groups);
    await clock.advance(10_000);
    expect(store.rows.size).toBe(40);
    manager.rows.set(1, ['b']);
    await hint();
    expect(held()).toContain('1=b');
    await system.stop();
  });

  it('takes no assignment of an agent that is not in client.keys, and drops those of agents that leave it at once', async () => {
    const { system, clock, gone, ref, held, pushes } = await rig({
      assignments: [
        [1, ['a']],
        [2, ['a']],
        [1_000_001, ['a']],
      ],
    });
    await clock.advance(100);
    expect(held()).toBe('1=a 2=a');
    gone.add(1);
    tell(ref, { type: 'agents-removed', ids: [1, 2, 3] });
    await clock.advance(0);
    expect(held()).toBe('2=a');
    expect(pushes.at(-1)).toMatchObject({ rows: [[1, 3, []]] });
    await system.stop();
  });

  it('takes an assignment when its agent comes into client.keys', async () => {
    const { system, clock, gone, manager, ref, held, hint } = await rig();
    gone.add(1);
    manager.rows.set(1, ['a']);
    await hint();
    expect(held()).toBe('');
    gone.delete(1);
    tell(ref, { type: 'keys-changed' });
    await clock.advance(1_000);
    expect(held()).toBe('1=a');
    await system.stop();
  });

  it('adopts what is proposed for an agent that exists and has none, in the manager, too', async () => {
    const { system, clock, manager, held, pushes, propose } = await rig();
    const answer = propose(5, 'a', 'b');
    await clock.advance(100);
    expect(await answer).toEqual({
      type: 'groups-assigned',
      id: 5,
      version: 1,
      outcome: 'adopted',
      groups: ['a', 'b'],
    });
    expect(manager.rows.get(5)).toEqual(['a', 'b']);
    expect(held()).toBe('5=a,b');
    expect(pushes.at(-1)).toMatchObject({ base: 0, version: 1 });
    await system.stop();
  });

  it.each([
    ['is unknown', 1_000_001, 'unknown', []],
    ['has an assignment', 1, 'kept', ['a']],
  ])('adopts nothing for an agent that %s', async (_what, id, outcome, groups) => {
    const { system, propose, manager } = await rig({ assignments: [[1, ['a']]] });
    expect(await propose(id, 'x')).toMatchObject({ outcome, groups });
    expect(manager.writes).toEqual([]);
    await system.stop();
  });

  it('keeps what the user has assigned meanwhile, though no listing has seen it yet', async () => {
    const { system, manager, propose, held } = await rig();
    manager.rows.set(5, ['users']);
    expect(await propose(5, 'workers')).toMatchObject({ outcome: 'kept', groups: ['users'] });
    expect(manager.rows.get(5)).toEqual(['users']);
    expect(held()).toBe('5=users');
    await system.stop();
  });

  it('asks a manager that can tell of single agents of these alone', async () => {
    const asked: (readonly number[])[] = [];
    const ports = (manager: ManagersGroups): ManagersGroups => ({
      ...manager,
      groupsOf: async (ids) => {
        asked.push(ids);
        return { rows: [{ id: 6, groups: ['users'] }], faults: [] };
      },
    });
    const { system, manager, propose } = await rig({ ports });
    const { reads } = manager;
    const answers = await Promise.all([propose(6, 'x'), propose(5, 'x'), propose(5, 'y')]);
    expect(answers.map(({ outcome, groups }) => `${outcome} ${groups}`)).toEqual(['kept users', 'adopted x', 'kept x']);
    expect(asked.flat().sort()).toEqual([5, 6]);
    expect(manager.reads).toBe(reads);
    await system.stop();
  });

  it('says "not now" when a proposal cannot be written', async () => {
    const { system, manager, propose, held } = await rig();
    manager.broken.add(5);
    expect(await propose(5, 'x')).toMatchObject({ outcome: 'kept', groups: [] });
    expect(held()).toBe('');
    await system.stop();
  });

  it('says "not now" when the store is full, and takes the assignment when it is not', async () => {
    const { system, clock, store, manager, propose, held } = await rig();
    store.full = true;
    expect(await propose(5, 'x')).toMatchObject({ outcome: 'kept', groups: [] });
    store.full = false;
    await clock.advance(1_000);
    expect(manager.rows.get(5)).toEqual(['x']);
    expect(held()).toBe('5=x');
    await system.stop();
  });

  it('gives a manager up that does not answer, says "not now", and asks it again', async () => {
    let hangs = false;
    let signal: AbortSignal | undefined;
    const ports = (manager: ManagersGroups): ManagersGroups => ({
      ...manager,
      groups: (after, given) => {
        if (!hangs) return manager.groups(after, given);
        signal = given;
        return new Promise(() => {});
      },
    });
    const { system, clock, propose, held, manager } = await rig({ ports });
    hangs = true;
    const answer = propose(5, 'x');
    await clock.advance(authorityDefaults.workMs);
    expect(await answer).toMatchObject({ outcome: 'kept', groups: [] });
    expect(signal?.aborted).toBe(true);
    hangs = false;
    manager.rows.set(7, ['a']);
    await clock.advance(1_000);
    expect(held()).toBe('7=a');
    const stopped = system.stop();
    await clock.advance(10_000);
    await stopped;
  });

  it('answers in which ranges it differs; what is cut anyhow differs', async () => {
    const { system, clock, ref } = await rig({
      assignments: [
        [1, ['a']],
        [300, ['a']],
      ],
    });
    await clock.advance(100);
    const check = (parts: Extract<GroupAuthorityMessage, { type: 'check-groups' }>['parts']) =>
      ask<GroupAuthorityMessage, GroupsChecked>(ref, (replyTo) => ({ type: 'check-groups', parts, replyTo }), 1_000);
    const empty = [...emptySum] as [number, number, number];
    expect(
      await check([
        [0, 255, empty],
        [256, 511, empty],
        [512, 1023, empty],
        [512, 1022, empty],
        [1023, 512, empty],
      ]),
    ).toEqual({ type: 'groups-checked', version: 2, differing: [0, 1, 3, 4] });
    await system.stop();
  });

  it('answers with the rows of a range, as many as one message takes', async () => {
    const { system, clock, ref } = await rig({ assignments: many(1_500) });
    await clock.advance(1_000);
    const get = (from: number, to: number) =>
      ask<GroupAuthorityMessage, Groups>(ref, (replyTo) => ({ type: 'get-groups', from, to, replyTo }), 1_000);
    expect(await get(0, 2_000)).toMatchObject({ from: 0, upTo: 1_000, version: 1_500 });
    expect((await get(1_001, 2_000)).rows).toHaveLength(500);
    expect(await get(1_501, 2_000)).toMatchObject({ upTo: 2_000, rows: [] });
    await system.stop();
  });

  it('tells workers to look when it starts again, and what the incarnation before it wrote', async () => {
    const { system, clock, manager, ref, pushes, held, hint } = await rig({ assignments: [[1, ['a']]] });
    await clock.advance(1_000);
    pushes.length = 0;
    system.crash('/agent-groups', new Error('injected'));
    await settle();
    expect(pushes).toEqual([{ type: 'group-changes', base: 1, version: 1, names: [], rows: [] }]);
    manager.rows.set(2, ['b']);
    await hint();
    expect(held()).toBe('1=a 2=b');
    expect(await ask(ref, getAuthorityState, 1_000)).toMatchObject({ version: 2, assignments: 2, workers: ['w1'] });
    await system.stop();
    await clock.advance(100_000);
    expect(system.crashes).toHaveLength(1);
  });
});
