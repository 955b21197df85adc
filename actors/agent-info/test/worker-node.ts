/** A worker of the model: its store, its manager, and the link whose messages wait until they are let through. */
import type { AgentsTaken, AgentUpdate } from '@muster/protocol';
import { type AgentReporterDeps, type MarkNumbers, markOf, reporterDefaults } from '../src/index.ts';
import type { AgentMergerMessage } from '../src/master/messages.ts';
import { decide } from '../src/worker/decide.ts';
import type { AgentReporterMessage } from '../src/worker/messages.ts';
import { perform } from '../src/worker/perform.ts';
import * as reporter from '../src/worker/state.ts';
import { openActor } from './incarnation.ts';
import { openOwnAgents } from './stores.ts';

export type Up = (master: Receiver) => void;
export type Receiver = (message: AgentMergerMessage) => void;

interface Wire {
  open: boolean;
  readonly up: Up[];
  readonly down: { readonly lossy: boolean; readonly arrive: () => void }[];
  /** Rejects what waits for an answer. */
  readonly asks: Set<(reason: Error) => void>;
}

const freshWire = (open: boolean): Wire => ({ open, up: [], down: [], asks: new Set() });
const closedError = (): Error => Object.assign(new Error('the link closed'), { code: 'closed' });

export function openWorker(name: string, time: () => number, skew: number) {
  const disk = { full: false };
  const own = openOwnAgents(disk);
  const seen: Omit<AgentUpdate, 'revision'>[] = [];
  const keys = new Set<number>();
  let wire = freshWire(false);
  let numbers: MarkNumbers = { batch: 0, moved: 0, backlog: 1 };
  const nodeTime = (): number => time() + skew;
  let sends = 0;
  let incarnation = 0;
  /** Batches without an outcome, by incarnation and link as the actor knows it. */
  const inFlight = new Map<string, number>();
  let mostInFlight = 0;
  const ask = <Reply>(make: (answer: { reply(reply: Reply): void; fail(code: string, text: string): void }) => Up) =>
    new Promise<Reply>((resolve, reject) => {
      const on = wire;
      if (!on.open) return reject(closedError());
      const down = (arrive: () => void): void => {
        on.down.push({ lossy: false, arrive });
      };
      const fail = (code: string, text: string): void => down(() => reject(Object.assign(new Error(text), { code })));
      on.asks.add(reject);
      on.up.push(make({ reply: (reply) => down(() => resolve(reply)), fail }));
    });
  const deps: AgentReporterDeps = {
    clock: { now: time, after: () => () => {} },
    nodeTime,
    observe: async () => {
      const updates = [...seen];
      const remembered = async (): Promise<void> => void seen.splice(0, updates.length);
      return { updates, faults: [], remembered, more: false };
    },
    own,
    master: {
      linked: () => wire.open,
      send: (batch) => {
        sends += 1;
        const key = `${incarnation} ${actor.state().link}`;
        const count = (inFlight.get(key) ?? 0) + 1;
        inFlight.set(key, count);
        mostInFlight = Math.max(mostInFlight, count);
        return ask<AgentsTaken>(
          (answer) => (to) => to({ type: 'statuses', peer: name, batch, receivedMs: time(), answer }),
        ).finally(() => void inFlight.set(key, inFlight.get(key)! - 1));
      },
      check: async (parts) => {
        const checked = await ask<{ readonly differing: readonly number[] }>(
          (answer) => (to) => to({ type: 'check', peer: name, parts, answer }),
        );
        return checked.differing;
      },
      held: (range, rows) =>
        ask<AgentsTaken>((answer) => (to) => to({ type: 'held', peer: name, range, rows, answer })),
    },
    keys: { exists: (id) => keys.has(id), replaced: () => false, reread: async () => {} },
    forget: async () => [],
    mark: (next) => {
      numbers = next;
    },
    nextTurn: async () => {},
    report: () => {},
  };
  const config = { ...reporterDefaults, name: 'agent-info' };
  const actor = openActor<reporter.State, AgentReporterMessage, reporter.Own, reporter.Effect>(
    time,
    (state, message, now) => decide(state, message, now, config),
    (effect, scope) => {
      if (effect.type !== 'reply') perform(effect, deps, scope);
    },
  );
  const start = (): void => {
    incarnation += 1;
    actor.start(reporter.initialState(wire.open, time()), { type: 'begin' });
  };
  start();
  return {
    name,
    actor,
    own,
    disk,
    keys,
    seen,
    nodeTime,
    start,
    wire: () => wire,
    mark: () => markOf(numbers, own, nodeTime),
    sends: () => sends,
    mostInFlight: () => mostInFlight,
    open: () => {
      wire = freshWire(true);
      numbers = { batch: 0, moved: 0, backlog: 1 };
      actor.tell({ type: 'linked' });
    },
    close: () => {
      const { asks } = wire;
      wire = freshWire(false);
      for (const reject of asks) reject(closedError());
      actor.tell({ type: 'unlinked' });
    },
  };
}
