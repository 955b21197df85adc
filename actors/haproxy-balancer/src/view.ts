/** What people are shown: how it is, what goes on, and what a plan made now would do. Pure. */
import { type BalancerView, clip, type NodeName } from '@muster/protocol';
import { loadsOf, wanted } from './balancing.ts';
import { type Case, casesOf } from './fates.ts';
import type { Member } from './messages.ts';
import { type Plan, planFor } from './plan.ts';
import { type Around, type State, sessionsOf } from './state.ts';

/** More are not shown. */
const mostRows = 1_000;
const mostAdvice = 20;
const longestName = 256;

export function viewOf(state: State, around: Around): BalancerView {
  const cases = casesOf(state, around);
  const mode = state.running?.mode ?? wanted(state, cases, around).mode ?? 'band';
  const plan = planFor(loadsOf(cases, around), mode, around.config.tolerance);
  const sessions = sessionsOf(state.servers);
  const { endpoint } = around.config;
  return {
    endpoint: endpoint.slice(0, 512) || '-',
    reachable: state.reachable,
    ...troubleOf(state),
    ...(state.instance && { version: state.instance.version.slice(0, 128), pid: state.instance.pid }),
    ...doingOf(state, cases, plan, sessions),
    sessions,
    servers: [...rowsOf(cases, plan), ...missingRows(state)].slice(0, mostRows),
    advice: state.advice.slice(0, mostAdvice).map(({ code, text }) => ({ code, text: clip(text) })),
    plans: state.plans,
    cuts: state.cuts,
    restartsSeen: state.restartsSeen,
    ...(state.lastPlanMs === undefined ? {} : { lastPlanMs: state.lastPlanMs }),
  };
}

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
  return coming(state) ?? goes(cases) ?? rests(plan);
}

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
    ...(member && { standing: member.standing }),
    weight: server.weight,
    sessions: server.sessions,
    target: plan.targets.get(server.name) ?? server.sessions,
    cuts: plan.cuts.get(server.name) ?? 0,
  }));

/** Nodes that have no server. */
function missingRows({ members, servers }: State): BalancerView['servers'] {
  const there = new Set<NodeName>(servers.map(({ name }) => name));
  return [...(members?.values() ?? [])]
    .filter(({ name }) => !there.has(name))
    .map((member) => ({
      name: member.name,
      address: placeText(member),
      standing: member.standing,
      weight: member.weight,
      sessions: 0,
      target: 0,
      cuts: 0,
    }));
}

const placeText = ({ address, port }: Pick<Member, 'address' | 'port'>): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`.slice(0, longestName);
