/** A plan is carried out in chunks, each from a list that is fresh. Pure. */
import { backOffMs } from './pace.ts';
import { type Load, targetsOf } from './plan.ts';
import { dropped, finished } from './settling.ts';
import {
  type Around,
  begin,
  knowing,
  type Moved,
  moved,
  type Order,
  type Running,
  report,
  type State,
  without,
} from './state.ts';

/** The servers as they are this moment. */
export interface Fresh {
  readonly loads: readonly Load[];
  /** Sources by server. Undefined where sessions are not seen. */
  readonly by: ReadonlyMap<string, readonly string[]> | undefined;
}

/** Begins the next chunk; the plan is at its end when nothing is left that may be ended. */
export function beginChunk(state: State, running: Running, fresh: Fresh, around: Around): Moved {
  const orders = ordersOf(running, fresh, around);
  if (orders.length === 0) return ended(state, running, around);
  return nextOrder(state, { ...running, orders, chunkCuts: 0 }, around);
}

/** From the servers with most to lose, `chunk` in all. */
function ordersOf(running: Running, fresh: Fresh, { config }: Around): readonly Order[] {
  const keeps = keepsOf(running, fresh);
  const orders: Order[] = [];
  let left = config.chunk;
  for (const [server, quota] of [...running.quota].toSorted(([, a], [, b]) => b - a)) {
    const keep = keeps.get(server) ?? 0;
    const here = fresh.loads.find(({ name }) => name === server)?.sessions ?? 0;
    const allowed = Math.max(0, Math.min(left, quota, here - keep));
    const sources = candidates(running, fresh, server).slice(0, allowed);
    const atMost = fresh.by === undefined ? allowed : sources.length;
    if (atMost > 0) orders.push({ server, sources, keep, atMost });
    left -= atMost;
  }
  return orders;
}

/** Those of the list with which the plan began that are still there, none tried twice. */
function candidates({ sources }: Running, { by }: Fresh, server: string): readonly string[] {
  const wanted = sources?.get(server);
  return wanted === undefined ? [] : (by?.get(server) ?? []).filter((source) => wanted.has(source));
}

/**
 * What stays on each server: its target, or more when agents came meanwhile. Those that were ended and are not back
 * count as if they were.
 */
function keepsOf(running: Running, { loads, by }: Fresh): ReadonlyMap<string, number> {
  if (by === undefined) return running.targets;
  const partakers = loads.filter(({ part }) => part !== 'keeps');
  const here = partakers.flatMap(({ name }) => by.get(name) ?? []);
  const back = here.filter((source) => !running.first.has(source) || running.gone.has(source)).length;
  const total = here.length + Math.max(0, running.cuts - back);
  const takers = partakers.filter(({ part }) => part === 'takes');
  const now = new Map(targetsOf(takers, total));
  return new Map([...running.targets].map(([name, target]) => [name, Math.max(target, now.get(name) ?? 0)]));
}

function nextOrder(state: State, running: Running, around: Around): Moved {
  const [order] = running.orders;
  const next: State = { ...state, running };
  if (order === undefined) return chunkEnded(next, running, around);
  const { atMost, ...cut } = order;
  if (around.means.move === 'ask') return begin(next, { do: 'ask', node: order.server, atMost });
  return begin(next, { do: 'cut', order: cut });
}

/** One order of a chunk was carried out: `count` sessions were ended, of these sources where they are known. */
export function orderDone(before: State, count: number, sources: readonly string[], around: Around): Moved {
  const state: State = { ...before, cuts: before.cuts + count };
  const { running } = state;
  const order = running?.orders[0];
  if (running === undefined || order === undefined) return moved(state);
  const next = { ...after(running, order, count), gone: new Set([...running.gone, ...sources]) };
  if (state.disturbed) return dropped({ ...state, running: next }, around);
  return nextOrder(state, next, around);
}

/** Of agents that were asked, fewer than wanted means that there are no more to ask. */
function after(running: Running, order: Order, count: number): Running {
  const { server } = order;
  const { sources, quota, done } = running;
  const left = sources?.get(server);
  const exhausted = left === undefined && count < order.atMost;
  const tried = new Set(order.sources);
  return {
    ...running,
    sources: sources && new Map(sources).set(server, new Set([...(left ?? [])].filter((source) => !tried.has(source)))),
    quota: new Map(quota).set(server, exhausted ? 0 : Math.max(0, (quota.get(server) ?? 0) - count)),
    done: new Map(done).set(server, (done.get(server) ?? 0) + count),
    cuts: running.cuts + count,
    chunkCuts: running.chunkCuts + count,
    orders: running.orders.slice(1),
  };
}

function chunkEnded(state: State, running: Running, around: Around): Moved {
  const left = [...running.quota.values()].reduce((all, count) => all + count, 0);
  const told = report({ type: 'chunk-cut', cuts: running.chunkCuts, left });
  if (left > 0) {
    return moved({ ...state, running: { ...running, nextAt: around.now + around.config.pauseMs } }, told);
  }
  const { state: next, effects } = ended(state, running, around);
  return { state: next, effects: [told, ...effects] };
}

/** A plan that could end nothing rests before the next. */
function ended(state: State, running: Running, around: Around): Moved {
  const asked = running.sources === undefined ? emptiedBy(state, running) : state;
  const before = state.rests.get('plan');
  const attempts = (before?.attempts ?? 0) + 1;
  const until = around.now + backOffMs(attempts);
  const trouble = { attempts, until, code: 'nothing-ended', text: 'no session could be ended' };
  const rests = running.cuts === 0 ? new Map(state.rests).set('plan', trouble) : without(state.rests, 'plan');
  return finished({ ...asked, rests }, running, around);
}

/** Servers whose agents were all asked to go are not asked once more. */
const emptiedBy = (state: State, running: Running): State =>
  [...running.quota.keys()].reduce(
    (all, name) => (running.targets.get(name) === 0 ? knowing(all, name, { emptied: true }) : all),
    state,
  );
