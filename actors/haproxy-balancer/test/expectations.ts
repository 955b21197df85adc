/** How it should be in the end, and what a plan may cost. */
import { type BalancerConfig, type Member, planFor, type SeenServer } from '../src/index.ts';
import type { State } from '../src/state.ts';

const placeOf = ({ address, port }: { address: string; port: number }) => `${address} ${port}`;

/** Those to which HAProxy sends agents. */
export const takersOf = (servers: readonly SeenServer[]) =>
  servers.filter(({ admin, health }) => admin === 'ready' && (health === 'up' || health === 'unchecked'));

/** The fewest for a spread of one, when `spare` more come. */
export function fewestCuts(counts: readonly number[], spare: number): number {
  const total = counts.reduce((a, b) => a + b, 0) + spare;
  const floor = Math.floor(total / counts.length);
  let units = total % counts.length;
  let over = 0;
  for (const count of counts) {
    if (count > floor && units > 0) {
      units -= 1;
      over += count - floor - 1;
    } else over += Math.max(0, count - floor);
  }
  return over;
}

/** What is not as it should be, if anything. */
export function wrongNow(
  servers: readonly SeenServer[],
  members: ReadonlyMap<string, Member>,
  state: State,
  config: BalancerConfig,
): string | undefined {
  const takers = takersOf(servers).filter(({ name }) => (members.get(name)?.standing ?? 'up') === 'up');
  for (const member of members.values()) {
    const server = servers.find(({ name }) => name === member.name);
    const text = wrongServer(member, server, takers.length > 0);
    if (text !== undefined) return `${member.name} (${member.standing}): ${text}`;
  }
  for (const server of servers) {
    if (!members.has(server.name) && server.admin === 'drain' && server.health !== 'down')
      return `${server.name}, nobody's, is drained`;
  }
  if (state.running !== undefined) return 'a plan runs';
  if (state.settling !== undefined) return 'settling';
  const loads = takers.map(({ name, weight, sessions }) => ({ name, weight, sessions, part: 'takes' as const }));
  const { balanced, total } = planFor(loads, 'band', config.tolerance);
  return balanced ? undefined : `not balanced, ${total} to end`;
}

function wrongServer(member: Member, server: SeenServer | undefined, placed: boolean): string | undefined {
  switch (member.standing) {
    case 'up':
      if (server === undefined) return 'has no server';
      if (placeOf(server) !== placeOf(member)) return 'is elsewhere';
      if (server.health !== 'up' && server.health !== 'unchecked') return undefined;
      if (server.admin !== 'ready') return `is ${server.admin}`;
      return server.weight === member.weight ? undefined : `weighs ${server.weight}`;
    case 'drained':
      if (server === undefined) return undefined;
      if (server.admin === 'ready') return 'is ready';
      return placed && server.sessions > 0 ? `has ${server.sessions} sessions` : undefined;
    case 'excluded':
      if (server?.admin === 'ready') return 'is ready';
      return server !== undefined && placed ? 'is there' : undefined;
    case 'left':
      return server !== undefined && placed && server.admin !== 'ready' ? 'is there' : undefined;
    case 'down':
      if (server === undefined) return undefined;
      if (server.health === 'down' && placed) return 'is there';
      return server.admin === 'maint' ? 'is in maintenance' : undefined;
    case 'suspect':
      return undefined;
  }
}
