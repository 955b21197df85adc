/** A cluster behind a real HAProxy: managers that take connections, agents that hold them and come back when cut. */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { openRealHaproxy, type RealHaproxy } from '@muster/haproxy/testing';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import type { BalancerView } from '@muster/protocol';

export interface HaproxyRig {
  readonly cluster: Cluster;
  readonly haproxy: RealHaproxy;
  readonly agents: HeldAgents;
  /** What the master says of it; undefined while it cannot say anything. */
  view(): Promise<BalancerView | undefined>;
  /** Servers that take agents, by name, as HAProxy shows them to the master. */
  serving(): Promise<readonly string[]>;
  /** Balanced, every agent connected, and nobody in drain or maintenance but `drained`. */
  settled(names: readonly string[], drained?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly workers: number;
  readonly agents: number;
  /** `<agent_reconnection_time>`, s: the pause between two chunks of 100. */
  readonly pauseS: number;
}

/** HAProxy runs, with an empty backend; agents and nodes are not started. */
export async function openHaproxyRig({ workers, agents, pauseS }: RigOptions): Promise<HaproxyRig> {
  const haproxy = await openRealHaproxy();
  const managers = new Map<string, Server>();
  const names = ['master', ...Array.from({ length: workers }, (_, index) => `worker${index + 1}`)];
  for (const name of names) managers.set(name, await openManager(name));
  const musterYaml = JSON.stringify({
    haproxy: {
      instances: [haproxy.socket],
      persist: haproxy.agentsCfg,
      binary: haproxy.binary,
      poll_every: '200ms',
      nodes: Object.fromEntries([...managers].map(([name, server]) => [name, { port: portOf(server) }])),
    },
  });
  const helper = `<haproxy_helper>
      <haproxy_disabled>no</haproxy_disabled>
      <frequency>10</frequency>
      <agent_chunk_size>100</agent_chunk_size>
      <agent_reconnection_time>${pauseS}</agent_reconnection_time>
    </haproxy_helper>`;
  const cluster = await openCluster({
    workers,
    musterYaml,
    prepare: ({ root }) => {
      const path = join(root, 'etc/ossec.conf');
      writeFileSync(path, readFileSync(path, 'utf8').replace('</cluster>', `${helper}\n  </cluster>`));
    },
  });
  const held = holdAgents(haproxy.agentPort, agents);
  const view = (): Promise<BalancerView | undefined> =>
    cluster.master
      .ask((client) => client.balance())
      .then(
        ({ instances }) => instances[0],
        () => undefined,
      );
  const serving = async (): Promise<readonly string[]> =>
    ((await view())?.servers ?? [])
      .filter(({ admin, health }) => admin === 'ready' && health === 'up')
      .map(({ name }) => name)
      .sort();
  return {
    ...{ cluster, haproxy, agents: held, view, serving },
    settled: (wanted, drained = []) =>
      until(`${agents} agents are spread over ${wanted.join(', ')}`, async () => {
        const seen = await view();
        const counts = wanted.map((name) => held.on(name));
        const others = (seen?.servers ?? []).filter(({ name, admin }) => admin !== undefined && !wanted.includes(name));
        return (
          seen?.phase === 'balanced' &&
          JSON.stringify(await serving()) === JSON.stringify([...wanted].sort()) &&
          others.every(({ name }) => drained.includes(name)) &&
          counts.reduce((sum, count) => sum + count, 0) === agents &&
          Math.max(...counts) - Math.min(...counts) <= 1
        );
      }),
    close: async () => {
      held.close();
      await cluster.close();
      await haproxy.close();
      await Promise.all([...managers.values()].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

const portOf = (server: Server): number => (server.address() as { port: number }).port;

/** What takes agents beside a node: it greets each with the node's name, and keeps it. */
async function openManager(name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    socket.write(`${name}\n`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

export interface HeldAgents {
  /** They dial for the first time, and for ever after they were cut. */
  start(): void;
  /** How many a node's manager has. */
  on(node: string): number;
  connected(): number;
  /** Since `forget`: connections that ended before a manager greeted, and how often each agent was cut. */
  refused(): number;
  cuts(): readonly number[];
  forget(): void;
  close(): void;
}

interface Agent {
  socket: Socket | undefined;
  node: string | undefined;
  cuts: number;
}

/** `port`: HAProxy's. They come back 50 to 250 ms after a cut, each in its own time. */
function holdAgents(port: number, count: number): HeldAgents {
  const agents: Agent[] = Array.from({ length: count }, () => ({ socket: undefined, node: undefined, cuts: 0 }));
  const timers = new Set<NodeJS.Timeout>();
  let refused = 0;
  let closed = false;
  const dial = (agent: Agent, index: number): void => {
    const socket = connect({ host: '127.0.0.1', port });
    agent.socket = socket;
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      agent.node = bytes.toString().trim();
    });
    socket.once('close', () => {
      if (agent.node === undefined) refused += 1;
      else agent.cuts += 1;
      agent.node = undefined;
      if (closed) return;
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          dial(agent, index);
        },
        50 + ((index * 37) % 200),
      );
      timers.add(timer);
    });
    socket.resume();
  };
  return {
    start: () => agents.forEach(dial),
    on: (node) => agents.filter((agent) => agent.node === node).length,
    connected: () => agents.filter(({ node }) => node !== undefined).length,
    refused: () => refused,
    cuts: () => agents.map(({ cuts }) => cuts),
    forget: () => {
      refused = 0;
      for (const agent of agents) agent.cuts = 0;
    },
    close: () => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      for (const { socket } of agents) socket?.destroy();
    },
  };
}

/** Starts them, master first, and waits until each is a server that takes agents. */
export async function startAll({ cluster, serving }: HaproxyRig, nodes: readonly ClusterNode[]): Promise<void> {
  for (const node of nodes) node.start();
  const names = JSON.stringify(
    cluster.nodes
      .filter((node) => node.pid() !== undefined)
      .map(({ name }) => name)
      .sort(),
  );
  await until(`servers take agents: ${names}`, async () => JSON.stringify(await serving()) === names);
}
