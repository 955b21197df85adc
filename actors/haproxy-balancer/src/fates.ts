/** What is to become of each server, by what the cluster and HAProxy say of it. Pure. */
import type { Member } from './messages.ts';
import type { AdminState, SeenServer, WantedServer } from './ports.ts';
import type { Around, Known, State } from './state.ts';

/**
 * `serve`: its node is up. `pause`: its node is silent, its agents may be well; no new ones. `dead`: HAProxy too sees it
 * down; no agents. `rest`: an operator wants it empty. `leave`: to be removed. `stranger`: no node's.
 */
export type Fate = 'serve' | 'pause' | 'dead' | 'rest' | 'leave' | 'stranger';

/** One server of the backend with all that is known of it. */
export interface Case {
  readonly server: SeenServer;
  readonly member: Member | undefined;
  readonly known: Known | undefined;
  readonly fate: Fate;
  readonly wish: AdminState;
}

/** Addresses as one text, to compare. */
export const placeOf = ({ address, port }: Pick<WantedServer, 'address' | 'port'>): string => `${address} ${port}`;

/** HAProxy sends agents to it, if it is ready. */
export const healthy = ({ health }: SeenServer): boolean => health === 'up' || health === 'unchecked';

/** All servers of the last look. */
export function casesOf(state: State, around: Around): readonly Case[] {
  const cases = state.servers.map((server): Case => {
    const member = state.members?.get(server.name);
    const known = state.known.get(server.name);
    const fate = fateOf(server, member, known, around);
    return { server, member, known, fate, wish: 'drain' };
  });
  const placed = cases.some(takes);
  const wished = cases.map((one): Case => ({ ...one, wish: wishOf(one, { state, around, placed }) }));
  return withLastResort(wished, state);
}

/** Agents are sent to it now, and may stay. */
export const takes = ({ server, fate }: Pick<Case, 'server' | 'fate'>): boolean =>
  (fate === 'serve' || fate === 'stranger') && server.admin === 'ready' && healthy(server);

/** It was put into maintenance by us: what HAProxy says of its health there means nothing. */
const going = (server: SeenServer, known: Known | undefined): boolean =>
  server.admin === 'maint' && known?.asked === 'maint';

/** The server is at another address than its node, as `ensureServer` found. */
export function isMoved(server: SeenServer, member: Member, known: Known | undefined): boolean {
  const checked = known?.checked;
  return checked?.moved === true && checked.wanted === placeOf(member) && checked.seen === placeOf(server);
}

function fateOf(server: SeenServer, member: Member | undefined, known: Known | undefined, around: Around): Fate {
  if (member === undefined) return strangerFate(server, known, around);
  switch (member.standing) {
    case 'left':
    case 'excluded':
      return 'leave';
    case 'drained':
      return 'rest';
    case 'up':
      return isMoved(server, member, known) ? 'leave' : 'serve';
    case 'suspect':
      return isMoved(server, member, known) ? 'leave' : 'pause';
    case 'down':
      return downFate(server, member, known, around);
  }
}

function strangerFate(server: SeenServer, known: Known | undefined, { config }: Around): Fate {
  if (going(server, known)) return 'leave';
  const down = server.health === 'down' || server.admin === 'maint';
  return down && server.changedMs >= config.removeAfterMs ? 'leave' : 'stranger';
}

/** A server without health checks is taken for down when its time is over, not before: its agents may be well. */
function downFate(server: SeenServer, member: Member, known: Known | undefined, { now, config }: Around): Fate {
  const agreed = server.health === 'down' || going(server, known);
  const overdue = now - member.since >= config.removeAfterMs;
  if (overdue && (agreed || server.health === 'unchecked')) return 'leave';
  return agreed ? 'dead' : 'pause';
}

interface Placing {
  readonly state: State;
  readonly around: Around;
  /** There is a server to which agents can go. */
  readonly placed: boolean;
}

function wishOf(one: Case, placing: Placing): AdminState {
  const { server, fate } = one;
  switch (fate) {
    case 'serve':
      return readyWish(one);
    case 'stranger':
      return server.admin === 'maint' ? 'maint' : healthy(server) ? 'ready' : server.admin;
    case 'pause':
    case 'dead':
    case 'rest':
      return 'drain';
    case 'leave':
      return leaveWish(one, placing);
  }
}

/** Out of maintenance through drain: there its checks speak before agents come. */
function readyWish({ server, known }: Case): AdminState {
  if (server.admin === 'ready') return 'ready';
  return server.admin === 'drain' && healthy(server) && known?.checked !== undefined ? 'ready' : 'drain';
}

/** Into maintenance once it is empty, or dead, or all was done to empty it. */
function leaveWish({ server, known }: Case, { state, around, placed }: Placing): AdminState {
  if (going(server, known) || server.health === 'down') return 'maint';
  if (server.admin === 'ready') return 'drain';
  if (server.sessions === 0) return 'maint';
  const asked = known?.emptied === true && state.settling === undefined;
  return placed && (around.means.move === 'none' || asked) ? 'maint' : 'drain';
}

/**
 * Never no server at all because of what is only believed: while no server of a node that is up can take agents, the
 * best of the others does. An operator's word, drained or excluded, stands even then.
 */
function withLastResort(cases: readonly Case[], state: State): readonly Case[] {
  if (cases.some((one) => usable(one, state))) return cases;
  const rankOf = (one: Case): number => lastResort(one, state) + (one.server.admin === 'maint' ? slow : 0);
  const rank = Math.min(...cases.map(rankOf));
  if (rank === Number.POSITIVE_INFINITY) return cases;
  return cases.map((one) =>
    rankOf(one) === rank ? { ...one, wish: one.server.admin === 'maint' ? 'drain' : 'ready' } : one,
  );
}

/** Takes agents now or after the step that is about to be made. */
function usable({ server, wish }: Case, { rests }: State): boolean {
  if (wish !== 'ready' || !healthy(server)) return false;
  return server.admin === 'ready' || !rests.has(`state ${server.name}`);
}

/** Out of maintenance takes longer: behind all others. */
const slow = 10;

/** The lower the better; infinite: never. */
function lastResort({ server, member, fate }: Case, { joins }: State): number {
  const unseen = server.health === 'checking' && server.admin !== 'ready';
  if (member === undefined || server.health === 'down' || unseen) return Number.POSITIVE_INFINITY;
  if (fate === 'pause') return member.standing === 'suspect' ? 1 : 2;
  if (fate !== 'leave') return Number.POSITIVE_INFINITY;
  if (member.standing === 'left' || member.standing === 'down') return 3;
  const othersCome = [...joins].some(([name, { told }]) => name !== server.name && !told);
  return member.standing !== 'excluded' && othersCome ? 4 : Number.POSITIVE_INFINITY;
}
