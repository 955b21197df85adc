/** One plan at a time: when one is made, and how it is carried out in chunks. Pure. */

import { beginChunk } from './chunks.ts';
import { type Case, isMoved, takes } from './fates.ts';
import { isSettled } from './membership.ts';
import { type Load, type Mode, type Plan, planFor } from './plan.ts';
import type { SeenSession } from './ports.ts';
import { dropped, settled, untilAskedMs } from './settling.ts';
import {
  type Around,
  andThen,
  begin,
  knowing,
  type Moved,
  moved,
  type Running,
  report,
  type State,
  sessionsOf,
  without,
} from './state.ts';

/** Full plans in a row: were more needed, HAProxy does not place as it should, and the tolerance must do. */
const mostPasses = 3;
/** Who takes part, with the sessions that the last look showed. */
export const loadsOf = (cases: readonly Case[], { means }: Around): readonly Load[] =>
  cases.map((one) => ({
    name: one.server.name,
    weight: weightOf(one, means.weights),
    sessions: one.server.sessions,
    part: partOf(one),
  }));

const weightOf = ({ server, member }: Case, weights: boolean): number =>
  Math.max(1, weights ? (member?.weight ?? server.weight) : server.weight);

function partOf(one: Case): Load['part'] {
  if (takes(one)) return 'takes';
  const { server, member, fate, known } = one;
  const goes = fate === 'dead' || fate === 'rest' || fate === 'leave';
  if (!goes || server.admin === 'ready' || known?.emptied === true) return 'keeps';
  const elsewhere = member !== undefined && isMoved(server, member, known);
  return elsewhere || server.health === 'down' ? 'lost' : 'empties';
}

/** The same agents are sent to the same servers, and nobody else is to be emptied: a plan that was made still fits. */
function fits({ takers, quota }: Running, loads: readonly Load[]): boolean {
  if (takers !== takersOf(loads)) return false;
  const part = new Map(loads.map((load) => [load.name, load.part]));
  const goes = (name: string): boolean => part.get(name) === 'empties' || part.get(name) === 'lost';
  const stillGo = [...quota].every(([name, left]) => left === 0 || part.get(name) === 'takes' || goes(name));
  return stillGo && loads.every(({ name, sessions }) => !goes(name) || sessions === 0 || quota.has(name));
}

const takersOf = (loads: readonly Load[]): string =>
  loads
    .flatMap(({ name, weight, part }) => (part === 'takes' ? [`${weight} ${name}`] : []))
    .toSorted()
    .join('\n');

/** After a look that asked for no step: the plan that runs goes on, or one is begun if there is a reason. */
export function balance(state: State, cases: readonly Case[], around: Around): Moved {
  return andThen(settled(state, around), (next) => {
    const loads = loadsOf(cases, around);
    if (next.running !== undefined) return carryOn(next, next.running, loads, around);
    const rest = next.rests.get('plan');
    if (rest !== undefined && rest.until > around.now) return moved(next);
    return consider(askedAnew(next, cases, around), cases, around);
  });
}

/** Agents of a drained node that did not go are asked again as often as balance is asked for. */
function askedAnew(state: State, cases: readonly Case[], { now }: Around): State {
  if (state.askAt > now || state.settling !== undefined) return state;
  const stayed = cases.filter(({ fate, known }) => fate === 'rest' && known?.emptied === true);
  return stayed.reduce((all, { server }) => knowing(all, server.name, { emptied: false }), state);
}

function carryOn(state: State, running: Running, loads: readonly Load[], around: Around): Moved {
  if (!fits(running, loads)) return dropped(state, around);
  if (running.nextAt > around.now) return moved(state);
  if (running.sources !== undefined) return begin(state, { do: 'list' });
  return beginChunk(state, running, { loads, by: undefined }, around);
}

/** Asks whether a plan is wanted, and begins with a list of the sessions if it is. */
function consider(state: State, cases: readonly Case[], around: Around): Moved {
  const asked = wanted(state, cases, around);
  const { mode } = asked;
  if (mode === undefined) return moved({ ...asked.state, rests: without(asked.state.rests, 'plan') });
  const loads = loadsOf(cases, around);
  const plan = planFor(loads, mode, around.config.tolerance);
  if (plan.total === 0 || around.means.move === 'none') return found(asked.state, plan, mode, around);
  if (around.means.move === 'cut') return begin(asked.state, { do: 'list' });
  return startPlan(asked.state, loads, plan, undefined, around);
}

/** Which mode is due, if any; a change of those who take agents is noted. */
export function wanted(
  state: State,
  cases: readonly Case[],
  around: Around,
): { readonly state: State; readonly mode: Mode | undefined } {
  const empty = planFor(loadsOf(cases, around), 'empty', 0).total > 0 ? 'empty' : undefined;
  if (state.settling !== undefined || !isSettled(state, cases, around)) return { state, mode: empty };
  const next = withTakers(state, new Set(cases.filter(takes).map(({ server }) => server.name)), around);
  // Who comes or goes meanwhile is a reason still, when that time is over.
  if (around.now < state.quietUntil) return { state: next, mode: empty };
  if (next.full !== undefined && next.full.passes < mostPasses) return { state: next, mode: 'full' };
  return { state: next, mode: next.askAt <= around.now ? 'band' : empty };
}

/**
 * A server that lost its agents is a new one when it is back, however soon; one that was only silent is not. After
 * each look.
 */
export function withLosses(state: State, cases: readonly Case[]): State {
  const { balancedOver } = state;
  if (balancedOver === undefined) return state;
  const kept = cases.filter((one) => takes(one) || (one.fate === 'pause' && one.server.health !== 'down'));
  const names = new Set(kept.map(({ server }) => server.name));
  const left = new Set([...balancedOver].filter((name) => names.has(name)));
  return left.size === balancedOver.size ? state : { ...state, balancedOver: left, full: { passes: 0, because: [] } };
}

/**
 * Who takes agents now is compared with who did when balance was last asked for. A server for whose coming sessions
 * were moved less than `frequencyMs` ago does not move others at once again: it may be one that comes and goes.
 */
function withTakers(state: State, takers: ReadonlySet<string>, { now, config }: Around): State {
  const before = state.balancedOver;
  if (before === undefined) return { ...state, balancedOver: takers };
  const changed = [...takers, ...before].filter((name) => takers.has(name) !== before.has(name));
  if (changed.length === 0) return state;
  const recent = (name: string): boolean =>
    (state.movedFor.get(name) ?? Number.NEGATIVE_INFINITY) + config.frequencyMs > now;
  if (changed.every(recent)) return { ...state, full: undefined };
  return { ...state, balancedOver: takers, full: { passes: 0, because: changed.filter((name) => takers.has(name)) } };
}

/** Nothing is to be ended. */
function found(state: State, plan: Plan, mode: Mode, { now, config }: Around): Moved {
  const rests = without(state.rests, 'plan');
  if (mode === 'empty') return moved({ ...state, rests });
  const next: State = { ...state, rests, full: undefined, vain: 0, askAt: now + config.frequencyMs };
  if (state.balancedOver?.size === 0) return moved({ ...next, toldBalanced: false });
  if (!plan.balanced || state.toldBalanced) return moved({ ...next, toldBalanced: plan.balanced });
  return moved({ ...next, toldBalanced: true }, report({ type: 'balanced', sessions: sessionsOf(state.servers) }));
}

/** The sessions as they are this moment: a plan begins, or the one that runs takes its next chunk. */
export function listed(state: State, cases: readonly Case[], sessions: readonly SeenSession[], around: Around): Moved {
  if (state.disturbed) return dropped(state, around);
  const by = bySource(sessions);
  const loads = loadsOf(cases, around).map((load): Load => ({ ...load, sessions: by.get(load.name)?.length ?? 0 }));
  const { running } = state;
  if (running !== undefined) return beginChunk(state, running, { loads, by }, around);
  const { mode } = wanted(state, cases, around);
  if (mode === undefined) return moved(state);
  const plan = planFor(loads, mode, around.config.tolerance);
  return plan.total === 0 ? found(state, plan, mode, around) : startPlan(state, loads, plan, by, around);
}

function bySource(sessions: readonly SeenSession[]): ReadonlyMap<string, readonly string[]> {
  const by = new Map<string, string[]>();
  for (const { server, source } of sessions) {
    const sources = by.get(server);
    if (sources === undefined) by.set(server, [source]);
    else sources.push(source);
  }
  return by;
}

function startPlan(
  state: State,
  loads: readonly Load[],
  plan: Plan,
  by: ReadonlyMap<string, readonly string[]> | undefined,
  around: Around,
): Moved {
  const { now, config } = around;
  const known = sessionsOf(state.servers);
  const all =
    by === undefined
      ? known
      : Math.min(
          known,
          [...by.values()].reduce((sum, { length }) => sum + length, 0),
        );
  const running: Running = {
    mode: plan.mode,
    startedAt: now,
    takers: takersOf(loads),
    expected: Math.max(all, state.settling?.expected ?? 0),
    targets: plan.targets,
    sources: by && new Map([...plan.cuts.keys()].map((name) => [name, new Set(by.get(name))])),
    first: new Set([...(by?.values() ?? [])].flat()),
    gone: new Set(),
    quota: plan.cuts,
    before: new Map(loads.map(({ name, sessions }) => [name, sessions])),
    done: new Map(),
    planned: plan.total,
    cuts: 0,
    chunkCuts: 0,
    orders: [],
    nextAt: now,
  };
  const next: State = {
    ...withReason(state, now, config.frequencyMs),
    running,
    settling: undefined,
    toldBalanced: false,
  };
  const told = report({ type: 'plan', cuts: plan.total, of: known, from: Object.fromEntries(plan.cuts) });
  const begun = beginChunk(plan.mode === 'empty' ? next : again(next, around), running, { loads, by }, around);
  return { state: begun.state, effects: [told, ...begun.effects] };
}

/** One plan more that has yet to bring balance. */
function again(before: State, { now, config }: Around): State {
  const state = { ...before, vain: before.vain + 1 };
  return { ...state, askAt: now + untilAskedMs(state, config) };
}

/** Notes for whose coming sessions are moved now. */
function withReason(state: State, now: number, frequencyMs: number): State {
  const because = state.full?.because ?? [];
  if (because.length === 0) return state;
  const kept = [...state.movedFor].filter(([, at]) => at + frequencyMs > now);
  return { ...state, movedFor: new Map([...kept, ...because.map((name) => [name, now] as const)]) };
}
