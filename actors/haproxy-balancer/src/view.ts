/** What people are shown: how it is, what goes on, and what a plan made now would do. Pure. */
import { type BalancerView, clip, type NodeName } from '@muster/protocol';
import { loadsOf, wanted } from './balancing.ts';
import { type Case, casesOf, takes } from './fates.ts';
import { strangerAdvices } from './membership.ts';
import type { Member } from './messages.ts';
import { type Load, type Plan, planFor } from './plan.ts';
import { type Around, type State, sessionsOf } from './state.ts';

/** More are not shown. */
const mostRows = 1_000;
const mostAdvice = 20;
const longestName = 256;

export function viewOf(state: State, around: Around): BalancerView {
  const cases = casesOf(state, around);
  const mode = state.running?.mode ?? wanted(state, cases, around).mode ?? 'band';
  const sessions = sessionsOf(state.servers);
  const loads = [...loadsOf(cases, around), ...awaited(state, sessions)];
  const plan = planFor(loads, mode, around.config.tolerance);
  const { endpoint } = around.config;
  return {
    endpoint: endpoint.slice(0, 512) || '-',
    reachable: state.reachable,
    ...(state.reachable || state.seenAt === undefined ? {} : { seenMs: Math.max(0, around.now - state.seenAt) }),
    ...troubleOf(state),
    ...(state.instance && { version: state.instance.version.slice(0, 128), pid: state.instance.pid }),
    ...doingOf(state, cases, plan, sessions),
    sessions,
    servers: [...rowsOf(cases, plan), ...missingRows(state)].slice(0, mostRows),
    advice: [...state.advice, ...strangerAdvices(state)]
      .slice(0, mostAdvice)
      .map(({ code, text }) => ({ code, text: clip(text) })),
    plans: state.plans,
    cuts: state.cuts,
    restartsSeen: state.restartsSeen,
    ...(state.lastPlanMs === undefined ? {} : { lastPlanMs: state.lastPlanMs }),
  };
}

/** Agents that are on their way back: who is to get how many does not hang on how many are back already. */
const awaited = ({ settling }: State, sessions: number): readonly Load[] =>
  settling === undefined || settling.expected <= sessions
    ? []
    : [{ name: '', weight: 1, sessions: settling.expected - sessions, part: 'lost' }];

/** What often ends by itself is no trouble before it lasts. */
const patience = 3;
const isPatience = (code: string): boolean => code === 'busy' || code === 'nothing-ended';

function troubleOf({ trouble, rests, joins }: State): { readonly trouble?: string } {
  const late = [...joins].flatMap(([name, { told }]) => (told ? [`${name} does not come up`] : []));
  const failing = [...rests.values()].filter(({ code, attempts }) => !isPatience(code) || attempts > patience);
  const text = trouble?.text ?? [...failing.map((rest) => rest.text), ...late].join('; ');
  return text === '' ? {} : { trouble: clip(text) };
}

type Doing = Pick<BalancerView, 'phase' | 'doing'>;

function doingOf(state: State, cases: readonly Case[], plan: Plan, sessions: number): Doing {
  const { running, settling } = state;
  if (!state.reachable) return { phase: 'unreachable', doing: state.trouble ? 'waiting to try again' : 'connecting' };
  if (state.members === undefined) return { phase: 'unbalanced', doing: 'waiting for the cluster' };
  if (running !== undefined) return { phase: 'cutting', doing: `cutting ${running.planned}, ${running.cuts} done` };
  if (settling !== undefined)
    return { phase: 'settling', doing: `settling, ${sessions} of ${settling.expected} are back` };
  return coming(state) ?? goes(cases) ?? (cases.some(takes) ? rests(plan) : nobody);
}

const nobody: Doing = { phase: 'unbalanced', doing: 'no server takes agents' };

function coming({ joins }: State): Doing | undefined {
  const names = [...joins].flatMap(([name, { told }]) => (told ? [] : [name]));
  return names.length === 0 ? undefined : { phase: 'joining', doing: clip(`joining ${names.join(', ')}`) };
}

function goes(cases: readonly Case[]): Doing | undefined {
  const names = cases.flatMap(({ server, fate }) => (fate === 'leave' ? [server.name] : []));
  return names.length === 0 ? undefined : { phase: 'leaving', doing: clip(`removing ${names.join(', ')}`) };
}

function rests({ balanced, total }: Plan): Doing {
  if (balanced) return { phase: 'balanced', doing: 'balanced' };
  return { phase: 'unbalanced', doing: `unbalanced, a plan would move ${total}` };
}

const rowsOf = (cases: readonly Case[], plan: Plan): BalancerView['servers'] =>
  cases.map(({ server, member }) => ({
    name: server.name.slice(0, longestName) || '-',
    address: placeText(server),
    admin: server.admin,
    health: server.health,
    ...standingOf(member),
    weight: server.weight,
    sessions: server.sessions,
    target: plan.targets.get(server.name) ?? server.sessions,
    cuts: plan.cuts.get(server.name) ?? 0,
  }));

const standingOf = (member: Member | undefined): Pick<BalancerView['servers'][number], 'standing' | 'drained'> =>
  member === undefined ? {} : { standing: member.standing, ...(member.drained === true ? { drained: true } : {}) };

/** Nodes that have no server. A name that is excluded, and no node's that is known of, is none. */
function missingRows({ members, servers }: State): BalancerView['servers'] {
  const there = new Set<NodeName>(servers.map(({ name }) => name));
  return [...(members?.values() ?? [])]
    .filter(({ name, standing, address }) => !there.has(name) && (standing !== 'excluded' || address !== ''))
    .map((member) => ({
      name: member.name,
      address: placeText(member),
      ...standingOf(member),
      weight: member.weight,
      sessions: 0,
      target: 0,
      cuts: 0,
    }));
}

const placeText = ({ address, port }: Pick<Member, 'address' | 'port'>): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`.slice(0, longestName);
