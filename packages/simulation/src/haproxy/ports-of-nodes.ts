/** Where agents reach each node, and whether anybody listens there. */
import type { World } from '../world/world.ts';
import type { Reach } from './server.ts';

export interface AgentPorts {
  readonly reach: (address: string, port: number) => Reach;
  /** Nobody listens on this node until the returned function is called. It may be called twice. */
  takeAway(node: string): () => void;
  readonly isUp: (node: string) => boolean;
}

/** The default of `<remote>`. */
export const agentPort = 1514;
/** As `haproxy.nodes` of muster.yaml gives it. */
export const addressOf = ({ nodes }: Pick<World, 'nodes'>, name: string): string =>
  `10.8.0.${1 + nodes.findIndex((node) => node.name === name)}`;

/** Agents notice that a machine is off after so long, ms. */
const noticedMs = 6_000;

/** The manager beside a node outlives Muster's process; not the machine. */
export function openAgentPorts(world: World): AgentPorts {
  const { haproxy, timeline } = world;
  const off = new Set<string>();
  const away = new Map<string, number>();
  const names = new Map(world.nodes.map(({ name }) => [addressOf(world, name), name]));
  const end = (node: string): void => haproxy.ended(addressOf(world, node), agentPort);
  world.hear.process(({ node, what }) => {
    if (what === 'power-lost') {
      off.add(node);
      timeline.after(noticedMs, 'agents notice', () => off.has(node) && end(node));
    } else if (what === 'started' || what === 'start-failed') {
      if (off.delete(node)) end(node);
    }
  });
  const isAway = (node: string): boolean => (away.get(node) ?? 0) > 0;
  return {
    isUp: (node) => !off.has(node) && !isAway(node),
    reach: (address, port) => {
      const node = port === agentPort ? names.get(address) : undefined;
      if (node === undefined || off.has(node)) return 'silent';
      return isAway(node) ? 'refused' : 'up';
    },
    takeAway: (node) => {
      let back = false;
      away.set(node, (away.get(node) ?? 0) + 1);
      end(node);
      return () => {
        if (!back) away.set(node, away.get(node)! - 1);
        back = true;
      };
    },
  };
}
