/** The steps that make the backend what the cluster says. Pure. */
import { type Case, healthy, isMoved, placeOf, takes } from './fates.ts';
import type { BalancerEvent, Member } from './messages.ts';
import type { SeenServer, WantedServer } from './ports.ts';
import { type Around, knowing, type Moved, moved, report, type State, type Step } from './state.ts';
import { keyOf, persistKey, withoutEffect } from './steps.ts';

const nodeName = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * What to do now, in this order: servers are added and made ready before others are taken out, so that a failure on the
 * way leaves more servers than wanted, never fewer. What failed lately rests; what failed and is not wanted any more is
 * forgotten.
 */
export function stepsOf(
  state: State,
  cases: readonly Case[],
  around: Around,
): { readonly moved: Moved; readonly steps: readonly Step[] } {
  const changes = cases.flatMap(changeOf);
  const to = (admin: string): readonly Step[] => changes.filter((step) => step.do === 'state' && step.to === admin);
  const steps = [
    ...ensures(state, cases),
    ...to('ready'),
    ...(around.means.weights ? cases.flatMap(weightStep) : []),
    ...to('drain'),
    ...to('maint'),
    ...cases.flatMap((one) => removal(one, around)),
    ...persistence(state, cases),
  ];
  const wanted = new Set(['plan', ...steps.map(keyOf)]);
  const rests = new Map([...state.rests].filter(([key]) => wanted.has(key)));
  const kept = rests.size === state.rests.size ? state : { ...state, rests };
  const looked = withoutEffect(kept, steps, around.now);
  const isReady = (step: Step): boolean => (looked.state.rests.get(keyOf(step))?.until ?? around.now) <= around.now;
  return { moved: looked, steps: steps.filter(isReady) };
}

/** Nodes that are up and have no server; and servers of such nodes that were not looked at yet, are elsewhere now, or are checked no more. */
function ensures(state: State, cases: readonly Case[]): readonly Step[] {
  const there = new Set(cases.map(({ server }) => server.name));
  const missing = missingOf(state, there).map((member): Step => ({ do: 'ensure', server: wantedOf(member) }));
  const unsure = cases.flatMap(({ server, member, known }): readonly Step[] => {
    if (member?.standing !== 'up' || isMoved(server, member, known)) return [];
    const checked = known?.checked;
    const sure = checked?.wanted === placeOf(member) && checked.seen === placeOf(server);
    const isChecked = server.health !== 'unchecked' || known?.ran !== true;
    return sure && isChecked ? [] : [{ do: 'ensure', server: wantedOf(member) }];
  });
  return [...missing, ...unsure];
}

/** Not a socket of this machine, a placeholder (0.0.0.0) or a server on the port of its client: one such must not keep the others from being written. */
const isWritable = ({ name, address, port }: SeenServer): boolean =>
  nodeName.test(name) && !['', '0.0.0.0', '::'].includes(address) && port >= 1 && port <= 65_535;

const missingOf = (state: State, there: ReadonlySet<string>): readonly Member[] =>
  [...(state.members?.values() ?? [])].filter(({ name, standing }) => standing === 'up' && !there.has(name));

const wantedOf = ({ name, address, port, weight }: WantedServer): WantedServer => ({ name, address, port, weight });

function changeOf({ server, member, fate, wish }: Case): readonly Step[] {
  if (server.admin === wish) return [];
  return [{ do: 'state', name: server.name, to: wish, why: whyOf(fate, member, server, wish) }];
}

function whyOf(fate: Case['fate'], member: Member | undefined, server: SeenServer, wish: string): string {
  if (wish === 'ready' && fate !== 'serve' && fate !== 'stranger') return 'no other server can take agents';
  switch (fate) {
    case 'serve':
      return wish === 'ready' ? 'its node is up' : 'its health is looked at first';
    case 'stranger':
      return 'no node of the cluster asked for it';
    case 'rest':
      return 'an operator drained it';
    case 'leave':
      return leaveWord(member, server);
    default:
      return `its node is ${member?.standing}`;
  }
}

function leaveWord(member: Member | undefined, server: SeenServer): string {
  if (member === undefined) return `no node of the cluster, and down for ${Math.round(server.changedMs / 60_000)} min`;
  if (member.standing === 'up' || member.standing === 'suspect')
    return `its node is at ${member.address}:${member.port}`;
  return `its node is ${member.standing}`;
}

/** Only of ready servers: drained ones are shown with no weight. */
function weightStep({ server, member, fate }: Case): readonly Step[] {
  if (fate !== 'serve' || member === undefined || server.admin !== 'ready') return [];
  return server.weight === member.weight ? [] : [{ do: 'weight', name: server.name, weight: member.weight }];
}

/** With sessions on it HAProxy would refuse; where they cannot be ended, it says when it can. */
function removal({ server, fate, wish }: Case, { means }: Around): readonly Step[] {
  if (fate !== 'leave' || wish !== 'maint' || server.admin !== 'maint') return [];
  return server.sessions > 0 && means.move === 'cut' ? [] : [{ do: 'remove', name: server.name }];
}

/** What a HAProxy that starts anew should begin with: all that are to stay, but those that an operator wants empty. */
function persistence(state: State, cases: readonly Case[]): readonly Step[] {
  const servers = cases.flatMap(({ server, member, fate }): readonly WantedServer[] => {
    if (fate === 'leave' || fate === 'rest') return [];
    if (member !== undefined) return [wantedOf(member)];
    if (server.admin === 'maint' || !isWritable(server)) return [];
    const weight = Math.min(256, Math.max(1, server.weight));
    return [{ ...wantedOf({ ...server, name: server.name }), weight }];
  });
  if (servers.length === 0) return [];
  const sorted = servers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return persistKey(sorted) === state.persisted ? [] : [{ do: 'persist', servers: sorted }];
}

/** Notes who is coming and who is going, and tells what is new of it. */
export function noted(state: State, cases: readonly Case[], around: Around): Moved {
  const joining = noteJoins(state, cases, around);
  const leaving = noteLeaving(joining.state, cases);
  const strange = noteStrangers(agreed(leaving.state, cases), cases, around);
  const told = tellMembership(strange.state, cases);
  return { state: told.state, effects: [...told.effects, ...joining.effects, ...leaving.effects, ...strange.effects] };
}

/** Who is up and takes no agents is waited for; not for ever. */
function noteJoins(state: State, cases: readonly Case[], { now, config }: Around): Moved {
  const by = new Map(cases.map((one) => [one.server.name, one]));
  const events: BalancerEvent[] = [];
  const joins = new Map<string, { since: number; told: boolean }>();
  for (const { name, standing } of state.members?.values() ?? []) {
    const one = by.get(name);
    if (standing !== 'up' || (one !== undefined && takes(one))) continue;
    const { since, told } = state.joins.get(name) ?? { since: now, told: false };
    const late = now - since >= config.joinTimeoutMs;
    if (late && !told) events.push({ type: 'not-up', server: name });
    joins.set(name, { since, told: told || late });
  }
  return moved({ ...state, joins }, ...events.map(report));
}

/**
 * Notes what is found as it should be, whoever made it so: what is otherwise later is somebody's doing. Not drain on
 * the way to ready; nor maintenance, which is asked for by who removes a server, and by nobody else.
 */
function agreed(state: State, cases: readonly Case[]): State {
  return cases.reduce((all, { server, member, fate, known, wish }): State => {
    const { name, admin } = server;
    const isMeant = admin === wish && (admin === 'ready' || (admin === 'drain' && !serving.has(fate)));
    const next = isMeant && known?.asked !== admin ? knowing(all, name, { asked: admin }) : all;
    const weight =
      fate === 'serve' && admin === 'ready' && server.weight === member?.weight ? member.weight : undefined;
    return weight === undefined || known?.weight === weight ? next : knowing(next, name, { weight });
  }, state);
}

const serving: ReadonlySet<Case['fate']> = new Set(['serve', 'stranger']);

/** Nodes that link after the start of this one are no strangers yet. */
function noteStrangers(state: State, cases: readonly Case[], { now, config }: Around): Moved {
  const events: BalancerEvent[] = [];
  const strangers = new Map<string, { since: number; told: boolean }>();
  for (const { server, fate } of cases) {
    if (fate !== 'stranger' || server.admin === 'maint') continue;
    const { since, told } = state.strangers.get(server.name) ?? { since: now, told: false };
    const late = now - since >= config.joinTimeoutMs;
    if (late && !told) events.push({ type: 'advice', ...strangerAdvice(server.name) });
    strangers.set(server.name, { since, told: told || late });
  }
  return moved({ ...state, strangers }, ...events.map(report));
}

const strangerAdvice = (name: string): { readonly code: string; readonly text: string } => ({
  code: 'stranger',
  text: `the server ${name} is no node that linked since this master started; it gets its share of the agents like the others. Name it in excluded_nodes of <haproxy_helper> to have it removed`,
});

/** Of servers that share agents with the nodes, and are none's. */
export const strangerAdvices = ({ strangers }: State): State['advice'] =>
  [...strangers].flatMap(([name, { told }]) => (told ? [strangerAdvice(name)] : []));

function noteLeaving(state: State, cases: readonly Case[]): Moved {
  const fresh = cases.filter(({ fate, known }) => fate === 'leave' && known?.leaving !== true);
  const back = cases.filter(({ fate, known }) => fate !== 'leave' && known?.leaving === true);
  const noted = fresh.reduce((all, { server }) => knowing(all, server.name, { leaving: true }), state);
  return moved(
    back.reduce((all, { server }) => knowing(all, server.name, { leaving: false, emptied: false }), noted),
    ...fresh.map(({ server }) => report({ type: 'leaving', server: server.name })),
  );
}

/** Once for each that comes or goes, together with who does at the time. */
function tellMembership(state: State, cases: readonly Case[]): Moved {
  const adding = missingOf(state, new Set(cases.map(({ server }) => server.name))).map(({ name }) => name);
  const removing = cases.filter(({ fate }) => fate === 'leave').map(({ server }) => server.name);
  const now = new Set([...adding.map((name) => `+${name}`), ...removing.map((name) => `-${name}`)]);
  const isNews = [...now].some((word) => !state.toldMembership.has(word));
  const next = { ...state, toldMembership: now };
  return isNews ? moved(next, report({ type: 'membership', adding, removing })) : moved(next);
}

/** No node is about to take agents, and none is about to be back. Neither is waited for longer than `joinTimeoutMs`. */
export function isSettled(state: State, cases: readonly Case[], { now, config }: Around): boolean {
  if ([...state.joins.values()].some(({ told }) => !told)) return false;
  return !cases.some(
    ({ member, server }) =>
      member?.standing === 'suspect' && healthy(server) && now - member.since < config.joinTimeoutMs,
  );
}
