/** A node's sources made up, in which every part has something to say. */
import type { ActorView } from '@muster/actor';
import { type ManualClock, manualClock } from '@muster/actor/testing';
import { type BalancerView, type EventKind, eventKinds, type Health, type NodeView } from '@muster/protocol';
import { type MetricSources, openSampledTimes } from '../src/index.ts';

export const actor = (path: string, more: Partial<ActorView> = {}): ActorView => ({
  path,
  name: path.split('/').at(-1) ?? '',
  ...{ kind: 'actor', status: 'running', depth: 1, highWater: 3, capacity: 65_536, processed: 10, overflowed: 0 },
  ...{ busyMs: 500, inFlight: 0, restarts: 0, startedAt: 0, lastError: undefined },
  ...more,
});

export const nodeView = (name: string, more: Partial<NodeView> = {}): NodeView => ({
  ...{ name, role: name === 'main' ? 'master' : 'worker', version: '0.1.0', address: '10.0.0.7:1', liveness: 'up' },
  ...{ reason: 'its beats arrive', sync: 'in-sync', behindMs: 1_500, files: 3, heardMs: 250, loopDelayMs: 0 },
  ...more,
});

export const health: Health = {
  ...{ type: 'health', node: 'main', role: 'master', version: '0.1.0', pid: 1, uptimeMs: 1, cluster: 'c' },
  ...{ state: 'in-sync', holds: { epoch: 1, generation: 7 }, files: 10, bytes: 1_000 },
  problems: [
    { path: 'a', effect: 'held', code: 'too-large', text: 'x' },
    { path: 'b', effect: 'held', code: 'too-large', text: 'x' },
  ],
  work: { scans: 3, hashed: 4, replications: 0, written: 0, removed: 0, writtenBytes: 0 },
  ...{ restarts: 0, deadLetters: 0, rssBytes: 1, loopDelayMs: 0, agents: 12 },
  agentWork: {
    ...{ manager: 'embedded', known: 11, active: 9, disconnected: 2, pending: 0, neverConnected: 1, taken: 40 },
    ...{ lost: 1, unknown: 2, unpublished: 0, groupsVersion: 1, storeBytes: 4_096, storeMaxBytes: 1_048_576 },
  },
};

export const balancer: BalancerView = {
  ...{ endpoint: 'tcp "lb1":9999', phase: 'balanced', doing: 'balanced', reachable: true, sessions: 20 },
  servers: [
    { name: 'worker1', address: '', weight: 1, sessions: 12, target: 10, cuts: 0 },
    { name: 'worker2', address: '', weight: 1, sessions: 7, target: 10, cuts: 0 },
  ],
  ...{ advice: [], plans: 2, cuts: 30, restartsSeen: 1 },
};

export const noEvents = Object.fromEntries(eventKinds.map((kind) => [kind, 0])) as Record<EventKind, number>;

export function masterSources(more: Partial<MetricSources> = {}): MetricSources & { readonly clock: ManualClock } {
  return {
    ...{ clock: manualClock(), node: 'main', role: 'master', version: '0.1.0' },
    ...{ rssBytes: () => 70_000_000, loopDelayMs: () => 2 },
    health: () => health,
    cluster: () => ({
      type: 'cluster',
      cluster: 'c',
      nodes: [nodeView('main'), nodeView('worker1', { lag: 2, skewMs: -3 })],
    }),
    links: () => ({
      type: 'links',
      rows: [
        {
          ...{ peer: 'worker1', role: 'worker', version: '0.1.0', address: '10.0.0.7:1', sinceMs: 1, skewMs: 0 },
          ...{ roundTripMs: 2, sentBytes: 0, receivedBytes: 0, sentBulkBytes: 0, receivedBulkBytes: 0 },
          ...{ queuedBytes: 9, streams: 0, asks: 0 },
        },
      ],
      reconnects: 4,
    }),
    reconnects: () => new Map([['worker1', 4]]),
    laneBytes: () => ({ sentBytes: 300, receivedBytes: 200, sentBulkBytes: 250, receivedBulkBytes: 50 }),
    system: {
      inspect: () => [actor('/', { kind: 'supervisor' }), actor('/integrity', { restarts: 1 })],
      deadLetters: () => ({ count: 5, last: [] }),
    },
    times: openSampledTimes(),
    events: () => ({ ...noEvents, joined: 2 }),
    agents: () => new Map([['worker1', { never_connected: 0, pending: 0, active: 9, disconnected: 2 }]]),
    balance: () => ({ type: 'balance', instances: [balancer] }),
    ...more,
  } as MetricSources & { readonly clock: ManualClock };
}

export function workerSources(more: Partial<MetricSources> = {}): MetricSources & { readonly clock: ManualClock } {
  const { agents: _agents, balance: _balance, ...common } = masterSources();
  const { neverConnected: _never, unpublished: _unpublished, ...work } = health.agentWork!;
  const own: Health = { ...health, role: 'worker', node: 'worker1', agentWork: { ...work, unsent: 3 } };
  return { ...common, role: 'worker', node: 'worker1', health: () => own, ...more, clock: common.clock };
}
