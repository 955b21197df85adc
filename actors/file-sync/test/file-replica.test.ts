import { ask, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import type { FileTree, GenerationAnnounced, GenerationId } from '@muster/protocol';
import { announcementOf } from '../src/announcement.ts';
import {
  type FileReplicaDeps,
  type FileReplicaEvent,
  getReplicaState,
  type Replication,
  type ReplicationResult,
  spawnFileReplica,
} from '../src/index.ts';
import { localOf, treeOf } from './trees.ts';
import { limits } from './world.ts';

const id: GenerationId = { epoch: 1, generation: 1 };
const wanted = treeOf(new Map([['etc/rules/a', '1']]));
const announced = announcementOf({ id, tree: wanted }, false);
const done: ReplicationResult = { written: 1, removed: 0, bytes: 1, failures: [], missing: [] };

/** A replica under a supervisor, on a clock that stands still; its disk is `disk.tree`, scanned when asked. */
function rig(more: Partial<FileReplicaDeps> = {}) {
  const system = testSystem();
  const events: FileReplicaEvent[] = [];
  const marks: number[] = [];
  const plans: Replication[] = [];
  const disk = { tree: treeOf(new Map()) };
  const world: { linked: boolean; announced?: GenerationAnnounced } = { linked: false };
  const deps: FileReplicaDeps = {
    clock: system.clock,
    master: () => world,
    fetchManifest: async () => wanted,
    replicate: async (plan) => {
      plans.push(plan);
      disk.tree = wanted;
      return done;
    },
    rescan: (_directories, mark) => {
      marks.push(mark);
      tell(replica, { type: 'local-tree', ...localOf(disk.tree), marks: [mark] });
    },
    confirmGeneration: () => {},
    compared: () => {},
    report: (event) => void events.push(event),
    ...more,
  };
  const replica = system.root.spawn((parent) => spawnFileReplica(parent, deps, { guard: limits }));
  const states = (): readonly string[] => events.map(({ state, holds }) => `${state} ${holds?.generation ?? '-'}`);
  return { system, clock: system.clock, replica, events, states, marks, plans, disk, world };
}

describe('the file replica', () => {
  it('makes the disk what the master announced, and only then says that it holds it', async () => {
    const { system, replica, states, plans } = rig();
    tell(replica, { type: 'linked' });
    tell(replica, { type: 'announced', generation: announced });
    await settle();
    expect(plans.map(({ changes }) => changes.put.map(({ path }) => path))).toEqual([['etc/rules/a']]);
    expect(states().at(-1)).toBe('in-sync 1');
    expect(
      states()
        .slice(0, -1)
        .every((state) => state.endsWith('-')),
    ).toBe(true);
    await system.stop();
  });

  it('shows its state without the files of its trees', async () => {
    const { system, replica } = rig();
    tell(replica, { type: 'linked' });
    tell(replica, { type: 'announced', generation: announced });
    await settle();
    const shown = system.state('/file-sync');
    expect(shown).toMatchObject({
      linked: true,
      holds: id,
      target: { id, tree: { files: 1 } },
      local: { tree: { files: 1 } },
    });
    expect(JSON.stringify(shown)).not.toContain('"directories":{');
    await system.stop();
  });

  it('answers with all that is known', async () => {
    const { system, replica } = rig();
    tell(replica, { type: 'linked' });
    tell(replica, { type: 'announced', generation: announced });
    await settle();
    const view = await ask(replica, getReplicaState, 1_000);
    expect(view).toMatchObject({ linked: true, holds: id, target: id, doing: 'idle', files: 1, failures: [] });
    await system.stop();
  });

  it('tries again after 1 s, then 2 s, when the disk is full', async () => {
    let tries = 0;
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const { system, clock, replica, events } = rig({
      replicate: async () => {
        tries += 1;
        throw full;
      },
    });
    tell(replica, { type: 'linked' });
    tell(replica, { type: 'announced', generation: announced });
    await settle();
    expect(events.at(-1)).toMatchObject({
      state: 'failing',
      why: 'Applying the generation failed (ENOSPC: no space left on device). The disk is full; free space on it; it is tried again.',
    });
    const tried: number[] = [tries];
    for (const ms of [999, 1, 1_999, 1]) {
      await clock.advance(ms);
      tried.push(tries);
    }
    expect(tried).toEqual([1, 1, 2, 2, 3]);
    await system.stop();
  });

  it('rebuilds itself from link, announcement and disk after a crash', async () => {
    const { system, replica, states, marks, plans, world } = rig();
    tell(replica, { type: 'linked' });
    tell(replica, { type: 'announced', generation: announced });
    await settle();
    world.linked = true;
    world.announced = announced;
    const before = states().length;
    system.crash('/file-sync', new Error('injected'));
    await settle();
    expect(system.crashes.map(({ outcome }) => outcome)).toEqual(['restart']);
    expect(states().slice(before)).toEqual(['starting -', 'in-sync 1']);
    expect(marks.at(-1)).toBe(2 * 2 ** 32);
    expect(plans.length).toBe(1);
    await system.stop();
  });

  it('does not believe the end of a replication that a dead incarnation began', async () => {
    const ends: ((result: ReplicationResult) => void)[] = [];
    const { system, clock, replica, world } = rig({ replicate: () => new Promise((resolve) => ends.push(resolve)) });
    tell(replica, { type: 'linked' });
    tell(replica, { type: 'announced', generation: announced });
    await settle();
    world.linked = true;
    world.announced = announced;
    system.crash('/file-sync', new Error('injected'));
    await settle();
    expect(ends.length).toBe(2);
    ends[0]!(done);
    await settle();
    expect((await ask(replica, getReplicaState, 1_000)).doing).toBe('replicating');
    const stopped = system.stop();
    ends[1]!(done);
    await clock.advance(10_000);
    await stopped;
  });

  it('has one timer, however much it hears', async () => {
    const { system, clock, replica } = rig({ rescan: () => {} });
    tell(replica, { type: 'linked' });
    for (let generation = 1; generation <= 100; generation++) {
      tell(replica, { type: 'announced', generation: { ...announced, id: { epoch: 1, generation } } });
    }
    await settle();
    expect(clock.timers()).toBeLessThanOrEqual(1);
    await system.stop();
    expect(clock.timers()).toBe(0);
  });

  it('gives up what is in flight when it is stopped, and is silent then', async () => {
    let aborted = false;
    const { system, clock, replica, events } = rig({
      fetchManifest: (_id, signal) =>
        new Promise<FileTree>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new Error('aborted'));
          });
        }),
    });
    tell(replica, { type: 'linked' });
    tell(replica, { type: 'announced', generation: announced });
    await settle();
    const before = events.length;
    const stopped = system.stop();
    await clock.advance(60_000);
    await stopped;
    expect(aborted).toBe(true);
    expect(events.length).toBe(before);
  });
});
