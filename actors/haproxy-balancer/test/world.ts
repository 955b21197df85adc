/**
 * `decide` against a HAProxy, agents and a cluster that do as they please. Calls take time and fail as told; what a call
 * saw may be old when it ends. Every promise that can be checked at a call is checked there.
 */

import { decide } from '../src/decide.ts';
import type { BalancerConfig, BalancerEvent, Instance, Member, SeenSession } from '../src/index.ts';
import type { BalancerMessage } from '../src/messages.ts';
import {
  type Around,
  type Call,
  type Effect,
  initialState,
  longestCallMs,
  type Outcome,
  type Own,
  type State,
} from '../src/state.ts';
import { fewestCuts, takersOf, wrongNow } from './expectations.ts';
import { ModelFault, openModel, type Temper } from './haproxy-model.ts';

export type Standing = Member['standing'];
/** How the next call fails: without effect, after its effect, or by never coming back. */
export type Fault = 'before' | 'after' | 'hang';

interface Pending {
  readonly id: number;
  readonly call: Call;
  readonly endsAt: number;
  /** What a look and a list saw when they began. */
  readonly instance: Instance;
  readonly sessions: readonly SeenSession[];
  readonly hangs: boolean;
}

const signOf = (members: ReadonlyMap<string, Member>): string =>
  JSON.stringify([...members.values()].map(({ since: _since, ...member }) => member));

export type World = ReturnType<typeof openWorld>;

const placeOf = ({ address, port }: { address: string; port: number }) => `${address} ${port}`;

export function openWorld(config: BalancerConfig, random: () => number, checked = true) {
  const model = openModel({ random, checked });
  const around = (): Around => ({ now: model.now(), config, means: { move: 'cut', weights: true } });
  let state: State = initialState(0);
  let pending: Pending | undefined;
  let alarmAt = 0;
  const members = new Map<string, Member>();
  const events: BalancerEvent[] = [];
  let fault: Fault | undefined;
  let reachable = true;
  /** Nothing but the balancer changed the admin states since its last look. */
  let undisturbed = true;
  let told: ReadonlyMap<string, Member> = new Map();
  /** What it was when the call in flight began. */
  let toldThen = told;
  /** The members when the list was asked for with which the plan began. */
  let listedFor = '';
  let plannedFor = '';
  let plans = 0;
  let lists: readonly SeenSession[] = [];
  let planSources = new Set<string>();
  let cutInPlan = new Set<string>();
  const trace: string[] = [];

  const note = (text: string): void => {
    trace.push(`${model.now()} ${text}`);
    if (trace.length > 200) trace.shift();
  };
  const fail = (text: string): never => {
    throw new Error(`${text}\nat ${model.now()}: ${JSON.stringify(model.counts())}\n${trace.slice(-60).join('\n')}`);
  };
  const readyServers = () => [...model.servers.values()].filter(({ admin }) => admin === 'ready');

  function take(message: BalancerMessage | Own): void {
    const step = decide(state, message, around());
    state = step.state;
    for (const effect of step.effects) perform(effect);
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'call':
        if (pending !== undefined) fail(`two calls in flight: ${pending.call.do}, ${effect.call.do}`);
        toldThen = told;
        if (effect.call.do === 'list' && state.running === undefined) listedFor = signOf(told);
        if (effect.call.do === 'cut' && signOf(told) !== plannedFor) fail('the plan was made for other members');
        pending = {
          id: effect.id,
          call: effect.call,
          endsAt:
            fault === 'hang'
              ? model.now() + longestCallMs
              : model.now() + Math.floor((random() < 0.1 ? 2_000 : 40) * random()),
          instance: model.driver.instance(),
          sessions: model.driver.sessions(),
          hangs: fault === 'hang',
        };
        if (fault === 'hang') fault = undefined;
        if (effect.call.do !== 'look') note(`call ${JSON.stringify(effect.call).slice(0, 300)}`);
        return;
      case 'abort':
        pending = undefined;
        return;
      case 'wake':
        alarmAt = model.now() + effect.delayMs;
        return;
      case 'report':
        events.push(effect.event);
        note(`tells ${JSON.stringify(effect.event)}`);
        if (effect.event.type === 'plan') planned(effect.event);
        return;
      case 'reply':
        return;
    }
  }

  /** A plan begins from the list that was taken last. */
  function planned({ cuts, from }: Extract<BalancerEvent, { type: 'plan' }>): void {
    plans += 1;
    plannedFor = listedFor;
    planSources = new Set(lists.map(({ source }) => source));
    cutInPlan = new Set();
    const by = (name: string) => lists.filter(({ server }) => server === name).length;
    for (const [name, count] of Object.entries(from))
      if (count > by(name)) fail(`${count} planned on ${name}, ${by(name)} there`);
    const running = state.running;
    if (running === undefined) return;
    const takers = running.takers.split('\n').map((word) => word.split(' '));
    const equal = takers.every(([weight]) => weight === takers[0]?.[0]);
    if (running.mode !== 'full' || !equal) return;
    const names = takers.map(([, name]) => name ?? '');
    const gone = Object.entries(from).filter(([name]) => !names.includes(name));
    const spare = gone.reduce((all, [, count]) => all + count, 0);
    const least = spare + fewestCuts(names.map(by), spare);
    if (cuts > least) fail(`a plan ends ${cuts} where ${least} would do`);
  }

  function complete({ id, call, instance, sessions, hangs }: Pending): void {
    if (hangs) return take({ type: 'overdue', id });
    const failing = fault;
    fault = undefined;
    if (!reachable || failing === 'before') {
      note(`fails ${call.do}`);
      return take({ type: 'failed', id, failure: { code: 'unreachable', text: 'nobody answers' } });
    }
    let outcome: Outcome;
    try {
      outcome = carryOut(call, instance, sessions);
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error;
      note(`refused: ${error.message}`);
      return take({ type: 'failed', id, failure: { code: error.code, text: error.message } });
    }
    if (failing === 'after') {
      note(`done and fails ${call.do}`);
      return take({ type: 'failed', id, failure: { code: 'timed-out', text: 'no answer' } });
    }
    take({ type: 'done', id, outcome });
  }

  function carryOut(call: Call, instance: Instance, sessions: readonly SeenSession[]): Outcome {
    const { driver } = model;
    switch (call.do) {
      case 'look':
        undisturbed = true;
        return { of: 'look', instance, advice: [], servers: driver.servers() };
      case 'list':
        lists = sessions;
        return { of: 'list', sessions };
      case 'cut':
        return cut(call);
      case 'ensure':
        driver.ensureServer(call.server);
        return { of: 'step' };
      case 'state':
        return setState(call);
      case 'weight':
        driver.setWeight(call.name, call.weight);
        return { of: 'step' };
      case 'remove':
        return { of: 'remove', how: driver.removeServer(call.name) };
      case 'persist':
        for (const { name } of call.servers) {
          const standing = toldThen.get(name)?.standing;
          if (standing === 'drained' || standing === 'excluded' || standing === 'left')
            fail(`${name} is ${standing}, and persisted`);
        }
        driver.persist(call.servers);
        return { of: 'step' };
      case 'ask':
        return fail('agents are asked where sessions can be ended');
    }
  }

  function cut({ order }: Extract<Call, { do: 'cut' }>): Outcome {
    const listed = new Set(lists.flatMap(({ server, source }) => (server === order.server ? [source] : [])));
    for (const source of order.sources) {
      if (!listed.has(source)) fail(`${source} was not on ${order.server} in the fresh list`);
      if (!planSources.has(source)) fail(`${source} was not there when the plan began`);
    }
    const target = state.running?.targets.get(order.server);
    if (target !== undefined && order.keep < target)
      fail(`${order.server} may fall to ${order.keep}, its target is ${target}`);
    const from = model.ended.length;
    const sources = model.driver.cut(order);
    for (const { agent, left } of model.ended.slice(from)) {
      if (cutInPlan.has(agent)) fail(`${agent} was cut twice in one plan`);
      cutInPlan.add(agent);
      if (left < (target ?? 0)) fail(`${order.server} was cut to ${left}, its target is ${target}`);
    }
    const nowhere = !readyServers().some(({ name }) => name !== order.server);
    if (undisturbed && nowhere && couldServe(order.server)) fail(`cut on ${order.server} with nowhere to go`);
    return { of: 'cut', sources };
  }

  function setState({ name, to }: Extract<Call, { do: 'state' }>): Outcome {
    const before = readyServers().length;
    const standing = toldThen.get(name)?.standing;
    const server = model.servers.get(name);
    if (to === 'ready') {
      if (standing === 'drained' || standing === 'excluded') fail(`${name} is ${standing}, and made ready`);
      if (server?.check?.health === 'checking' && undisturbed) fail(`${name} is made ready before its check`);
    }
    model.driver.setState(name, to);
    if (undisturbed && before > 0 && readyServers().length === 0 && couldServe(name)) {
      fail(`no server is ready after ${name} (${standing})`);
    }
    return { of: 'step' };
  }

  /** The one taken out could have gone on, as far as cluster and HAProxy know. */
  function couldServe(name: string): boolean {
    const member = toldThen.get(name);
    const server = model.servers.get(name);
    if (member === undefined || server === undefined || server.check?.health === 'down') return false;
    if (placeOf(member) !== placeOf(server)) return false;
    return member.standing !== 'drained' && member.standing !== 'excluded';
  }

  function pass(ms: number): void {
    const until = model.now() + ms;
    for (;;) {
      const next = Math.min(pending?.endsAt ?? Number.POSITIVE_INFINITY, pending ? Number.POSITIVE_INFINITY : alarmAt);
      if (next > until) break;
      model.pass(Math.max(0, next - model.now()));
      if (pending !== undefined) {
        const ends = pending;
        pending = undefined;
        complete(ends);
      } else {
        alarmAt = Number.POSITIVE_INFINITY;
        take({ type: 'wake' });
      }
    }
    model.pass(until - model.now());
  }

  const tell = (): void => {
    told = new Map(members);
    note(`members ${[...members.values()].map(({ name, standing }) => `${name} ${standing}`).join(', ')}`);
    take({ type: 'members', members: [...members.values()] });
  };

  return {
    model,
    members,
    events,
    config,
    checked,
    pass,
    trace,
    plans: () => plans,
    state: () => state,
    set(name: string, standing: Standing, more: Partial<Member> = {}): void {
      const before = members.get(name);
      const fresh = { name, address: `10.0.0.${name.slice(1)}`, port: 1514, weight: 100 };
      members.set(name, { ...fresh, ...before, ...more, standing, since: model.now() });
      tell();
    },
    forget(name: string): void {
      members.delete(name);
      tell();
    },
    place: (name: string): string => placeOf(members.get(name) ?? { address: `10.0.0.${name.slice(1)}`, port: 1514 }),
    failNext(how: Fault): void {
      fault = how;
      note(`next call fails: ${how}`);
    },
    reach(can: boolean): void {
      reachable = can;
      note(can ? 'haproxy answers' : 'haproxy does not answer');
    },
    /** Somebody else changes HAProxy. */
    byHand(text: string, change: () => void): void {
      undisturbed = false;
      note(`by hand: ${text}`);
      change();
    },
    restartHaproxy(): void {
      undisturbed = false;
      note('haproxy restarts');
      model.restart();
    },
    /** Muster is killed and comes back; what it had asked for may or may not have been done. */
    restartMuster(remembers: boolean): void {
      note('muster restarts');
      if (pending !== undefined && !pending.hangs && random() < 0.5 && reachable) {
        try {
          carryOut(pending.call, pending.instance, pending.sessions);
        } catch (error) {
          if (!(error instanceof ModelFault)) throw error;
        }
      }
      pending = undefined;
      fault = undefined;
      cutInPlan = new Set();
      state = initialState(model.now());
      take({ type: 'wake' });
      if (!remembers)
        for (const [name, { standing }] of members)
          if (standing === 'down' || standing === 'left') members.delete(name);
      pass(Math.floor(2_000 * random()));
      tell();
    },
    join: (count: number, temper: Temper): void => {
      note(`${count} agents arrive (${temper})`);
      model.join(count, temper);
    },
    /** Why it is not as it should be in the end; undefined when it is. */
    wrong(): string | undefined {
      return state.members === undefined ? undefined : wrongNow(model.driver.servers(), members, state, config);
    },
    describe: (): string =>
      `${JSON.stringify(model.counts())}\n${JSON.stringify([...model.servers.values()])}\n${JSON.stringify([...members.values()])}\n${trace.slice(-80).join('\n')}`,
    takers: () => takersOf(model.driver.servers()),
  };
}
