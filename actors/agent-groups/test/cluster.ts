/** A master and two workers, each the real actors under a supervisor, on one clock; links, beats, managers and stores in memory. */
import { ask, type Ref, tell } from '@muster/actor';
import { type ManualClock, manualClock, settle, type TestSystem, testSystem } from '@muster/actor/testing';
import type { GroupChanges, GroupsMark } from '@muster/protocol';
import {
  authorityDefaults,
  type GroupAuthorityMessage,
  type GroupReplicaMessage,
  replicaDefaults,
  spawnGroupAuthority,
  spawnGroupReplica,
  withDigest,
} from '../src/index.ts';
import { type FakeManager, heldIn, type Life, managerOf, openManager, openStore, type Store } from './doubles.ts';

interface Process<Message> {
  readonly system: TestSystem;
  readonly life: Life;
  readonly ref: Ref<Message>;
}

export interface Member<Message> {
  readonly name: string;
  readonly store: Store;
  readonly manager: FakeManager;
  process: Process<Message> | undefined;
  mark: GroupsMark | undefined;
}

export interface WorkerMember extends Member<GroupReplicaMessage> {
  linked: boolean;
  /** Numbers the links. */
  link: number;
}

/** Asks of a worker are answered within this, ms. */
const askMs = 5_000;

/** A clock that fails when it is kept from moving on: by timers that set timers for now. */
function restless(clock: ManualClock): ManualClock {
  let at = 0;
  let timers = 0;
  return {
    ...clock,
    after: (delayMs, fire) => {
      timers = clock.now() === at ? timers + 1 : 0;
      at = clock.now();
      if (timers > 2_000) throw new Error(`2,000 timers are set at ${at}: somebody never rests`);
      return clock.after(delayMs, fire);
    },
  };
}

/** `tellsOf`: the master's manager can tell of single agents. */
export async function openCluster(workers: number, tellsOf: boolean) {
  const clock = restless(manualClock());
  const delay = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  const keys = new Set<number>();
  const member = (name: string) => ({
    name,
    store: openStore(),
    manager: openManager(),
    process: undefined,
    mark: undefined,
  });
  const master: Member<GroupAuthorityMessage> = member('master');
  const all: WorkerMember[] = Array.from({ length: workers }, (_, i) => ({
    ...member(`w${i}`),
    linked: false,
    link: 0,
  }));
  master.manager.tellsOf = tellsOf;
  let losing = 0;
  let doubling = 0;

  const toWorker = (worker: WorkerMember, message: GroupReplicaMessage): void => {
    const { link } = worker;
    void delay(1).then(() => {
      if (worker.linked && worker.link === link && worker.process !== undefined) tell(worker.process.ref, message);
    });
  };

  const push = (to: string, changes: GroupChanges): void => {
    const worker = all.find(({ name }) => name === to);
    if (worker === undefined || !worker.linked) return;
    if (losing > 0) {
      losing -= 1;
      return;
    }
    toWorker(worker, { type: 'changes', changes });
    if (doubling > 0) toWorker(worker, { type: 'changes', changes });
    doubling = Math.max(0, doubling - 1);
  };

  /** Over the link that is open now, and not if it closes meanwhile. */
  const askMaster = async <Reply>(
    worker: WorkerMember,
    make: (replyTo: Ref<Reply>) => GroupAuthorityMessage,
  ): Promise<Reply> => {
    const { link } = worker;
    const gone = (): Error => Object.assign(new Error('the link closed'), { code: 'closed' });
    await delay(1);
    if (!worker.linked || worker.link !== link || master.process === undefined) throw gone();
    const reply = await ask(master.process.ref, make, askMs);
    await delay(1);
    if (!worker.linked || worker.link !== link) throw gone();
    return reply;
  };

  const startMaster = (): void => {
    const life: Life = { alive: true };
    const system = testSystem({ clock, supervision: { intensity: { maxRestarts: 1_000, withinMs: 1_000 } } });
    const deps = {
      clock,
      linkedWorkers: () => all.filter(({ linked }) => linked).map(({ name }) => name),
      manager: managerOf(master.manager, life, delay),
      held: withDigest(heldIn(master.store, life, delay)),
      exists: (id: number) => keys.has(id),
      push,
      report: (event: { type: string; mark?: GroupsMark }) => {
        if (life.alive && event.type === 'mark') master.mark = event.mark;
      },
    };
    const ref = system.root.spawn((parent) => spawnGroupAuthority(parent, deps, authorityDefaults));
    master.process = { system, life, ref };
  };

  const startWorker = (worker: WorkerMember): void => {
    const life: Life = { alive: true };
    const system = testSystem({ clock, supervision: { intensity: { maxRestarts: 1_000, withinMs: 1_000 } } });
    const deps = {
      clock,
      master: {
        linked: () => worker.linked,
        check: (parts: readonly unknown[]) =>
          askMaster(worker, (replyTo) => ({ type: 'check-groups', parts, replyTo }) as GroupAuthorityMessage) as never,
        get: (from: number, to: number) =>
          askMaster(worker, (replyTo) => ({ type: 'get-groups', from, to, replyTo }) as GroupAuthorityMessage) as never,
        propose: (id: number, groups: readonly string[]) =>
          askMaster(
            worker,
            (replyTo) => ({ type: 'propose-groups', id, groups, replyTo }) as GroupAuthorityMessage,
          ) as never,
      },
      manager: managerOf(worker.manager, life, delay),
      held: withDigest(heldIn(worker.store, life, delay)),
      exists: (id: number) => keys.has(id),
      report: (event: { type: string; mark?: GroupsMark }) => {
        if (life.alive && event.type === 'mark') worker.mark = event.mark;
      },
    };
    const ref = system.root.spawn((parent) => spawnGroupReplica(parent, deps, replicaDefaults));
    worker.process = { system, life, ref };
  };

  const end = (one: Member<never>): void => {
    const { process } = one;
    if (process === undefined) return;
    process.life.alive = false;
    one.process = undefined;
    void process.system.stop();
  };

  const beat = (worker: WorkerMember): void => {
    if (worker.linked && master.mark !== undefined) toWorker(worker, { type: 'masters-mark', mark: master.mark });
  };

  const cluster = {
    clock,
    keys,
    master,
    workers: all,
    link: (worker: WorkerMember): void => {
      if (worker.linked || worker.process === undefined || master.process === undefined) return;
      worker.linked = true;
      worker.link += 1;
      tell(worker.process.ref, { type: 'linked' });
      tell(master.process.ref, { type: 'worker-linked', peer: worker.name });
      beat(worker);
    },
    unlink: (worker: WorkerMember): void => {
      if (!worker.linked) return;
      worker.linked = false;
      if (worker.process !== undefined) tell(worker.process.ref, { type: 'unlinked' });
      if (master.process !== undefined) tell(master.process.ref, { type: 'worker-unlinked', peer: worker.name });
    },
    /** As by kill -9, and started again. */
    killWorker: (worker: WorkerMember): void => {
      cluster.unlink(worker);
      end(worker as Member<never>);
      startWorker(worker);
    },
    killMaster: (): void => {
      for (const worker of all) cluster.unlink(worker);
      end(master as Member<never>);
      master.mark = undefined;
      startMaster();
    },
    crash: (one: Member<never>): void => void one.process?.system.crash('/agent-groups', new Error('injected')),
    lose: (pushes: number): void => {
      losing = pushes;
    },
    double: (pushes: number): void => {
      doubling = pushes;
    },
    beat: (): void => all.forEach(beat),
    hintMaster: (): void => {
      if (master.process !== undefined) tell(master.process.ref, { type: 'manager-changed' });
    },
    hint: (worker: WorkerMember): void => {
      if (worker.process !== undefined) tell(worker.process.ref, { type: 'manager-changed' });
    },
    agentsRemoved: (ids: readonly number[]): void => {
      if (master.process !== undefined) tell(master.process.ref, { type: 'agents-removed', ids });
    },
    /** A second with its beats. */
    second: async (): Promise<void> => {
      cluster.beat();
      await clock.advance(1_000);
    },
    crashes: (): readonly unknown[] =>
      [master, ...all].flatMap(({ process }) => process?.system.crashes.map(({ error }) => error) ?? []),
    stop: async (): Promise<void> => {
      for (const one of [master, ...all]) end(one as Member<never>);
      // A stop waits for work in flight, on this clock.
      await clock.advance(10_000);
    },
  };
  startMaster();
  all.forEach(startWorker);
  await settle();
  return cluster;
}

export type Cluster = Awaited<ReturnType<typeof openCluster>>;

export const shown = (rows: ReadonlyMap<number, readonly string[]>): string =>
  [...rows]
    .sort(([a], [b]) => a - b)
    .map(([id, groups]) => `${id}=${groups.join('+')}`)
    .join(' ');

export const heldBy = ({ store }: { readonly store: Store }): Map<number, readonly string[]> =>
  new Map([...store.rows].map(([id, { groups }]) => [id, groups]));
