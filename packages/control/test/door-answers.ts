/** What a node is asked through its doors, answered with as little as there can be. */
import type { ControlAnswers } from '../src/index.ts';

type Doors = Pick<
  ControlAnswers,
  | 'actor'
  | 'deadLetters'
  | 'links'
  | 'metrics'
  | 'trace'
  | 'events'
  | 'nodeInfo'
  | 'logs'
  | 'standing'
  | 'healthcheck'
  | 'restart'
  | 'tellActor'
  | 'askActor'
  | 'bench'
  | 'relay'
>;

const row = {
  kind: 'actor',
  state: 'running',
  mailbox: 0,
  highWater: 0,
  processed: 0,
  busyMs: 0,
  restarts: 0,
} as const;

export const doorAnswers: Doors = {
  actor: (path) => ({
    type: 'actor',
    row: { ...row, path },
    upMs: 0,
    capacity: 1,
    overflowed: 0,
    inFlight: 0,
    children: [],
    messages: [],
    operations: [],
  }),
  deadLetters: () => ({ type: 'dead-letters', count: 0, rows: [] }),
  links: () => ({ type: 'links', rows: [], reconnects: 0 }),
  metrics: () => ({ type: 'metrics', contentType: 'text/plain', page: 'up 1\n' }),
  trace: ({ session = 1 }) => ({ type: 'trace', session, rows: [], dropped: 0, actors: 1 }),
  events: ({ after = 0 }) => ({ type: 'events', rows: [], next: after, more: false }),
  nodeInfo: () => Promise.reject(new Error('not yet')),
  logs: ({ offset }) => ({ type: 'logs', rows: [], total: offset }),
  standing: () => ({ type: 'standing', syncing: false, sendingAgents: false }),
  healthcheck: () => ({ type: 'healthcheck', rows: [] }),
  restart: () => {},
  tellActor: () => {},
  askActor: (_path, message) => ({ type: 'actor-answer', shown: message, tookMs: 0 }),
  bench: (_path, count) => ({ type: 'bench', count, tookMs: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 }),
  relay: (node) => Promise.reject(Object.assign(new Error(`There is no node ${node}.`), { code: 'no-such-node' })),
};
