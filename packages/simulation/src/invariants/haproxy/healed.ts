/** What has to be so of HAProxy when everything is well again. */
import { crowdOf } from '../../haproxy/crowd.ts';
import { agentsPath } from '../../haproxy/lay-haproxy.ts';
import { addressOf, agentPort } from '../../haproxy/ports-of-nodes.ts';
import { type ModelServer, statusOf } from '../../haproxy/server.ts';
import type { HaproxyPlan } from '../../plan/haproxy.ts';
import type { World } from '../../world/world.ts';

export interface HaproxyHealed {
  /** In words, what is not yet as it has to be; undefined: all is. */
  differs(): string | undefined;
}

export function openHaproxyHealed(world: World): HaproxyHealed {
  const { haproxy, nodes } = world;
  const differs = (plan: HaproxyPlan): string | undefined => {
    const servers = haproxy.process()?.servers();
    if (servers === undefined) return 'HAProxy does not run';
    const wanted = nodes.map(({ name }) => name).filter((name) => !plan.excluded.includes(name));
    const byName = new Map(servers.map((server) => [server.name, server]));
    for (const name of wanted) {
      const wrong = wrongOf(byName.get(name), `${addressOf(world, name)}:${agentPort}`, plan.weights[name] ?? 100);
      if (wrong !== undefined) return `the server of ${name} ${wrong}`;
    }
    const extra = servers.find(({ name }) => !wanted.includes(name));
    if (extra !== undefined) return `there is a server ${extra.name}, ${statusOf(extra)}, which is to be none`;
    return spreadWords(servers, plan) ?? (plan.persisted ? fileWords(wanted) : undefined);
  };
  const fileWords = (wanted: readonly string[]): string | undefined => {
    const text = haproxy.files.get(agentsPath) ?? '';
    const named = [...text.matchAll(/^\s*server (\S+)/gm)].map(([, name]) => name!).sort();
    const all = [...wanted].sort();
    return named.join() === all.join()
      ? undefined
      : `${agentsPath} names ${named.join(', ') || 'no server'}, not ${all.join(', ')}`;
  };
  return {
    differs: () => {
      const crowd = crowdOf(world);
      return crowd === undefined ? undefined : differs(crowd.plan);
    },
  };
}

function wrongOf(server: ModelServer | undefined, place: string, weight: number): string | undefined {
  if (server === undefined) return 'is not there';
  if (server.admin !== 'ready' || !server.running) return `is ${statusOf(server)}, and its node takes agents`;
  if (`${server.address}:${server.port}` !== place)
    return `is at ${server.address}:${server.port}, its node at ${place}`;
  if (server.weight !== weight) return `has the weight ${server.weight}, not ${weight}`;
  return server.checks?.enabled === true ? undefined : 'is not checked';
}

/** `reference/haproxy-runtime.md` 2. */
function spreadWords(servers: readonly ModelServer[], { tolerance }: HaproxyPlan): string | undefined {
  const total = servers.reduce((sum, { sessions }) => sum + sessions, 0);
  const weights = servers.reduce((sum, { weight }) => sum + weight, 0);
  const least = Math.min(...servers.map(({ weight }) => weight));
  for (const { name, sessions, weight } of servers) {
    const share = (total * weight) / weights;
    const slack = weight === least && weights === least * servers.length ? 0 : Math.ceil(weight / least);
    const low = Math.min(Math.floor(share) - slack, Math.ceil(share * (1 - tolerance)));
    const high = Math.max(Math.ceil(share) + slack, Math.floor(share * (1 + tolerance)));
    if (sessions < low || sessions > high)
      return `${name} has ${sessions} of ${total} agents, not ${Math.max(0, low)} to ${high}`;
  }
  return undefined;
}
