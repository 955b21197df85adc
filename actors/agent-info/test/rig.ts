/** Both actors on the real runtime, supervised, side by side. */
import { type Ref, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import type { AgentStatus } from '@muster/protocol';
import {
  type AgentMergerEvent,
  type AgentMergerMessage,
  type AgentReporterEvent,
  type AgentReporterMessage,
  localMasterLink,
  type MarkNumbers,
  markOf,
  mergerDefaults,
  type PublishedAgent,
  reporterDefaults,
  spawnAgentMerger,
  spawnAgentReporter,
} from '../src/index.ts';
import { openAllAgents, openOwnAgents } from './stores.ts';
import { infoOf } from './world.ts';

/** A worker `w1` and its master in one process, on a clock that stands still. `breakAt`: so many calls of the world succeed, the next throws. */
export async function rig(breakAt = Number.POSITIVE_INFINITY) {
  const system = testSystem({ supervision: { intensity: { maxRestarts: 1_000, withinMs: 60_000 } } });
  let calls = 0;
  const called = (): void => {
    calls += 1;
    if (calls === breakAt) throw new Error('injected');
  };
  const breaking = <Args extends readonly unknown[], Result>(work: (...args: Args) => Result) => {
    return (...args: Args): Result => {
      called();
      return work(...args);
    };
  };
  const disk = { full: false };
  const ownDisk = { full: false };
  const store = openAllAgents(disk);
  const own = openOwnAgents(ownDisk);
  const keys = new Set(Array.from({ length: 30 }, (_, i) => i + 1));
  const seen: { id: number; seenMs: number; status: AgentStatus }[] = [];
  const managerDown = { code: '' };
  const published: PublishedAgent[] = [];
  const forgotten: number[] = [];
  const events: (AgentReporterEvent | AgentMergerEvent)[] = [];
  let linked = true;
  let numbers: MarkNumbers = { batch: 0, moved: 0, backlog: 1 };
  const nodeTime = (): number => 1_000_000 + system.clock.now();
  const world = { clock: system.clock, nodeTime, nextTurn: async () => {} };
  const report = breaking((event: AgentReporterEvent | AgentMergerEvent) => void events.push(event));
  const others = new Set<number>();
  const knownKeys = {
    exists: (id: number) => keys.has(id),
    replaced: (id: number) => others.has(id),
    reread: breaking(async () => {}),
  };
  const isUp = (): void => {
    if (managerDown.code !== '') throw Object.assign(new Error('the manager is down'), { code: managerDown.code });
  };
  const merger: Ref<AgentMergerMessage> = system.root.spawn((parent) =>
    spawnAgentMerger(
      parent,
      {
        ...{ ...world, store, keys: knownKeys, report, wallNow: () => nodeTime() + 500 },
        linkedWorkers: () => (linked ? ['w1'] : []),
        manager: {
          publish: breaking(async (agents) => {
            isUp();
            published.push(...agents);
            return [];
          }),
          forget: breaking(async (ids) => {
            isUp();
            forgotten.push(...ids);
            return [];
          }),
        },
        send: breaking((_to, message) =>
          tell(reporter, message.type === 'agents-differ' ? { type: 'differ' } : { ...message, type: 'moved' }),
        ),
      },
      { ...mergerDefaults, ownName: 'master' },
    ),
  );
  const link = localMasterLink(merger, 'w1', nodeTime);
  const reporter: Ref<AgentReporterMessage> = system.root.spawn((parent) =>
    spawnAgentReporter(
      parent,
      {
        ...{ ...world, own, keys: knownKeys, report, forget: async () => [] },
        observe: breaking(async () => {
          isUp();
          const updates = seen.map((agent) => ({
            ...agent,
            code: 0,
            disconnectedMs: 0,
            info: infoOf('w1', `a${agent.id}`),
          }));
          const count = seen.length;
          return { updates, faults: [], remembered: async () => void seen.splice(0, count), more: false };
        }),
        master: { ...link, linked: () => linked, send: breaking(link.send) },
        mark: breaking((next) => {
          numbers = next;
        }),
      },
      { ...reporterDefaults, name: 'agent-reporter' },
    ),
  );
  const beat = (): void =>
    tell(merger, { type: 'beat-mark', peer: 'w1', mark: markOf(numbers, own, nodeTime), receivedMs: nodeTime() });
  await settle();
  return {
    ...{
      system,
      store,
      own,
      disk,
      ownDisk,
      keys,
      others,
      events,
      published,
      forgotten,
      merger,
      reporter,
      managerDown,
      beat,
    },
    calls: () => calls,
    see: (id: number, status: AgentStatus = 'active') => void seen.push({ id, seenMs: nodeTime(), status }),
    setLinked: (to: boolean) => {
      linked = to;
      tell(merger, { type: to ? 'worker-linked' : 'worker-unlinked', peer: 'w1' });
      tell(reporter, { type: to ? 'linked' : 'unlinked' });
    },
    /** `seconds` with a beat each. */
    live: async (seconds: number) => {
      for (let n = 0; n < seconds; n++) {
        beat();
        await system.clock.advance(1_000);
      }
    },
    told: (type: string) => events.filter((event) => event.type === type),
  };
}
