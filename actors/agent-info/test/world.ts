/**
 * Three workers and a master, whole but for the runtime: the actors' own `decide` and `perform`, stores in memory,
 * and links whose every message waits until it is let through. Nothing happens by itself.
 */
import {
  type AgentInfo,
  type AgentInfoField,
  type AgentStatus,
  type AgentsDiffer,
  type AgentsMoved,
  agentInfoFields,
} from '@muster/protocol';
import { mergerDefaults } from '../src/index.ts';
import { decide } from '../src/master/decide.ts';
import type { AgentMergerMessage, WorkerAsk } from '../src/master/messages.ts';
import { perform } from '../src/master/perform.ts';
import * as merger from '../src/master/state.ts';
import type { AgentReporterMessage } from '../src/worker/messages.ts';
import { flush, openActor } from './incarnation.ts';
import { openAllAgents } from './stores.ts';
import { openWorker, type Receiver } from './worker-node.ts';

export const workers = ['w1', 'w2', 'w3'] as const;
export type WorkerName = (typeof workers)[number];

export const infoOf = (nodeName: string, name: string): AgentInfo => ({
  ...(Object.fromEntries(agentInfoFields.map((field) => [field, ''])) as Record<AgentInfoField, string>),
  nodeName,
  name,
  labels: [],
});

/** What is true of one agent: who saw it last, and how. */
export interface Truth {
  readonly node: WorkerName;
  readonly seenMs: number;
  readonly status: AgentStatus;
}

export function openWorld(skews: readonly number[], masterSkew: number, existing: readonly number[]) {
  let now = 1_000_000_000;
  const time = (): number => now;
  const masterTime = (): number => now + masterSkew;
  const all = new Map(workers.map((name, i) => [name, openWorker(name, time, skews[i] ?? 0)]));
  const of = (name: WorkerName) => all.get(name)!;
  const disk = { full: false };
  const store = openAllAgents(disk);
  const keys = new Set(existing);
  const removedIds = new Set<number>();
  const truth = new Map<number, Truth>();
  const infos = new Map<string, string>();
  let open = new Set<WorkerAsk>();
  const world = {
    clock: { now: time, after: () => () => {} },
    ...{ nodeTime: masterTime, wallNow: masterTime, store, ownName: 'master', ...mergerDefaults },
    linkedWorkers: () => workers.filter((name) => of(name).wire().open),
    keys: { exists: (id: number) => keys.has(id), replaced: () => false, reread: async () => {} },
    manager: { publish: async () => [], forget: async () => [] },
    send: (to: string, message: AgentsMoved | AgentsDiffer) => {
      const worker = of(to as WorkerName);
      const on = worker.wire();
      const told: AgentReporterMessage =
        message.type === 'agents-differ' ? { type: 'differ' } : { ...message, type: 'moved' };
      on.down.push({ lossy: true, arrive: () => worker.actor.tell(told) });
    },
    nextTurn: async () => {},
    report: () => {},
  };
  const master = openActor<merger.State, AgentMergerMessage, merger.Own, merger.Effect>(
    time,
    (state, message, at) => decide(state, message, at, mergerDefaults),
    (effect, scope) => {
      // A mark may come from a link that is gone by now: only a present one is sent to.
      if (effect.type !== 'reply') perform(effect, { ...world, open }, scope);
    },
  );
  const startMaster = (): void => {
    const mine = new Set<WorkerAsk>();
    open = mine;
    const signal = master.start(merger.initialState(world.linkedWorkers(), now), { type: 'begin' });
    signal.addEventListener('abort', () => {
      for (const { answer } of mine) answer.fail('restarting', 'ask again');
    });
  };
  for (const worker of all.values()) for (const id of keys) worker.keys.add(id);
  startMaster();
  const beatNow = (name: WorkerName): void =>
    master.tell({ type: 'beat-mark', peer: name, mark: of(name).mark(), receivedMs: masterTime() });
  // Receipt is when it is let through, on the master's time.
  const arrive: Receiver = (message) =>
    master.tell(message.type === 'statuses' ? { ...message, receivedMs: masterTime() } : message);
  const self = {
    store,
    of,
    /** The manager beside `name` hears an agent. */
    see: (name: WorkerName, id: number, status: AgentStatus, whole: boolean) => {
      if (removedIds.has(id)) return;
      now += 1;
      const worker = of(name);
      const first = !infos.has(`${name} ${id}`);
      const info = whole || first ? infoOf(name, `${name}-${id}-${now}`) : undefined;
      if (info !== undefined) infos.set(`${name} ${id}`, info.name);
      const disconnectedMs = status === 'disconnected' ? worker.nodeTime() : 0;
      const update = { id, seenMs: worker.nodeTime(), status, code: 0, disconnectedMs };
      worker.seen.push(info === undefined ? update : { ...update, info });
      truth.set(id, { node: name, seenMs: masterTime(), status });
    },
    look: (name: WorkerName) => of(name).actor.own({ type: 'tick' }),
    step: async (name: WorkerName, ownFirst: boolean) => {
      const did = of(name).actor.step(ownFirst);
      if (did) await flush();
      return did;
    },
    stepMaster: async (ownFirst: boolean) => {
      const did = master.step(ownFirst);
      if (did) await flush();
      return did;
    },
    up: (name: WorkerName) => {
      const message = of(name).wire().up.shift();
      message?.(arrive);
      return message !== undefined;
    },
    down: async (name: WorkerName, lose: boolean) => {
      const message = of(name).wire().down.shift();
      if (message === undefined) return false;
      if (!(lose && message.lossy)) message.arrive();
      await flush();
      return true;
    },
    /** The newest ask is given up, though it will still arrive. */
    timeOut: async (name: WorkerName) => {
      for (const reject of of(name).wire().asks) reject(Object.assign(new Error('no answer'), { code: 'timed-out' }));
      await flush();
    },
    beat: (name: WorkerName) => {
      const worker = of(name);
      const mark = worker.mark();
      if (worker.wire().open)
        worker.wire().up.push((to) => to({ type: 'beat-mark', peer: name, mark, receivedMs: masterTime() }));
    },
    /** The handshake just came through, so the first beat does too. */
    link: (name: WorkerName) => {
      const worker = of(name);
      if (worker.wire().open) return;
      worker.open();
      master.tell({ type: 'worker-linked', peer: name });
      beatNow(name);
    },
    cut: async (name: WorkerName) => {
      if (!of(name).wire().open) return;
      of(name).close();
      master.tell({ type: 'worker-unlinked', peer: name });
      await flush();
    },
    crashWorker: (name: WorkerName) => of(name).start(),
    /** The whole master: its links are gone too. */
    restartMaster: async () => {
      for (const name of workers) await self.cut(name);
      master.clear();
      startMaster();
      await flush();
    },
    pass: (ms: number) => {
      now += ms;
      for (const { actor } of all.values()) actor.fireTimers();
    },
    register: (id: number) => {
      if (removedIds.has(id) || keys.has(id)) return;
      master.tell({ type: 'keys-changed', removed: [], added: [id], of: keys.size });
      keys.add(id);
    },
    remove: (id: number) => {
      removedIds.add(id);
      if (!keys.delete(id)) return;
      truth.delete(id);
      master.tell({ type: 'keys-changed', removed: [id], added: [], of: keys.size + 1 });
    },
    keysArrive: (name: WorkerName) => {
      const worker = of(name);
      const added = [...keys].filter((id) => !worker.keys.has(id));
      const removed = [...worker.keys].filter((id) => !keys.has(id));
      if (added.length + removed.length === 0) return;
      const before = worker.keys.size;
      for (const id of added) worker.keys.add(id);
      for (const id of removed) worker.keys.delete(id);
      worker.actor.tell({ type: 'keys-changed', removed, added, of: before });
    },
    disk: (full: boolean, name?: WorkerName) => {
      (name === undefined ? disk : of(name).disk).full = full;
    },
    /** What `name` saw is sent and merged; what the master says of it waits. */
    report: async (name: WorkerName) => {
      self.look(name);
      for (let n = 0; n < 4; n++) await self.step(name, false);
      while (self.up(name));
      for (let n = 0; n < 3; n++) await self.stepMaster(false);
    },
    /** Lets everything through in order until nothing is left to do. */
    settle: async () => {
      let rounds = 0;
      for (let idle = false; !idle; ) {
        idle = true;
        rounds += 1;
        if (rounds > 100) throw new Error('they never come to rest');
        for (const name of workers) {
          while (self.up(name)) idle = false;
          for (let n = 0; n < 100 && (await self.step(name, false)); n++) idle = false;
          while (await self.down(name, false)) idle = false;
        }
        for (let n = 0; n < 100 && (await self.stepMaster(false)); n++) idle = false;
      }
    },
    /** Some time in which all is well. */
    heal: async (ms: number) => {
      self.disk(false);
      self.pass(ms);
      for (const name of workers) {
        self.disk(false, name);
        self.keysArrive(name);
        self.link(name);
        self.look(name);
        beatNow(name);
      }
      master.own({ type: 'tick' });
      await self.settle();
    },
    /** What is wrong with what the master knows. */
    faults: (): readonly string[] => {
      const expected = [...keys].flatMap((id) => {
        const seen = truth.get(id);
        return seen === undefined
          ? []
          : [`${id} ${seen.node} ${seen.status} ${seen.seenMs} ${infos.get(`${seen.node} ${id}`)}`];
      });
      const found = store.ids().map((id) => {
        const { node, status, seenMs } = store.one(id)!;
        return `${id} ${node} ${status} ${seenMs} ${store.info(id)?.name}`;
      });
      const missing = expected.filter((row) => !found.includes(row)).map((row) => `missing: ${row}`);
      const ghosts = found.filter((row) => !expected.includes(row)).map((row) => `ghost: ${row}`);
      return [...missing, ...ghosts];
    },
    /** Workers whose digest is not the one that the master has of them. */
    differing: () => workers.filter((name) => String(of(name).own.digest()) !== String(store.digest(name))),
  };
  return self;
}

export type World = ReturnType<typeof openWorld>;
