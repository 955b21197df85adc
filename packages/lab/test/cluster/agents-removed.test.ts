/** Agents that are not, or are no more, in the master's client.keys (Show 4 of agents). */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  agentTraces,
  type Cluster,
  type ClusterAgents,
  type ClusterNode,
  type KnownAgent,
  openCluster,
  openClusterAgents,
  until,
} from '@muster/lab/testing';
import { openLink } from '@muster/link';
import { type AgentInfo, agentInfoFields, packBatch } from '@muster/protocol';
import { deafHandlers, identity, linkDeps, never, transportOf } from './hostile-rig.ts';

let cluster: Cluster;
let world: ClusterAgents;
beforeAll(async () => {
  cluster = await openCluster({ workers: 2 });
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
  world = await openClusterAgents(cluster, { agents: 9 });
  await world.agreed();
});
afterAll(async () => {
  await world?.close();
  await cluster?.close();
});

const taken = new Set<number>();
/** An agent that reports to `node`, another each time: a removed one may not know yet. */
function anAgentOf({ name }: ClusterNode): { readonly id: number; readonly name: string } {
  const isFree = ({ id, node, state }: KnownAgent): boolean =>
    id !== undefined && !taken.has(id) && node === name && state === 'reporting';
  const found = world.agents.states().find(isFree);
  if (found?.id === undefined) throw new Error(`no agent reports to ${name}`);
  taken.add(found.id);
  return { id: found.id, name: found.name };
}

const isShown = async (id: number): Promise<boolean> => (await world.shown()).some((agent) => agent.id === id);

/** On whatever node: what is left of an agent, once it is removed. */
async function tracesOf(agent: { readonly id: number; readonly name: string }): Promise<readonly string[]> {
  const all = await Promise.all(
    cluster.nodes.map(async (node) => (await agentTraces(node.root, agent)).map((path) => `${node.name}: ${path}`)),
  );
  return all.flat();
}

describe('an agent that is removed on the master', () => {
  it.each([false, true])('is gone from every client.keys, from groups and statuses; purged: %s', async (purge) => {
    const [worker] = cluster.workers as [ClusterNode];
    const agent = anAgentOf(worker);
    await until('it has left traces on its worker', async () => (await agentTraces(worker.root, agent)).length === 3);
    const startedAt = performance.now();
    const answer = await cluster.master.ask((client) => client.removeAgent({ id: agent.id, purge }));
    expect(answer).toEqual({ type: 'agent-removed', id: agent.id });
    await until('it is gone everywhere', async () => {
      const traces = await tracesOf(agent);
      // `until` tells the last error.
      if (traces.length > 0) throw new Error(traces.join(', '));
      return !(await isShown(agent.id));
    });
    process.stdout.write(`agents-removed: gone everywhere after ${since(startedAt)} (goal 2000 ms)\n`);
    const line = readFileSync(join(worker.root, 'etc/client.keys'), 'utf8').includes(agent.name);
    expect(line).toBe(!purge);
  });

  it('is gone again when a remoted that has not read client.keys anew writes its files once more', async () => {
    const agent = anAgentOf(cluster.workers[1]!);
    await cluster.master.ask((client) => client.removeAgent({ id: agent.id, purge: false }));
    const isGone = (): Promise<void> =>
      until('it is gone everywhere', async () => (await tracesOf(agent)).length === 0);
    await isGone();
    for (const { root } of cluster.nodes) {
      writeFileSync(join(root, `queue/agent-info/${agent.name}-any`), `Linux |${agent.name} - Wazuh v3.8.2 / 0\n`);
      writeFileSync(join(root, `queue/agent-groups/${String(agent.id).padStart(3, '0')}`), 'default\n');
    }
    await isGone();
    expect(await isShown(agent.id)).toBe(false);
  });

  it('is shut out by its node, and does not come back by reporting', async () => {
    const [, worker] = cluster.workers as [ClusterNode, ClusterNode];
    const agent = anAgentOf(worker);
    await cluster.master.ask((client) => client.removeAgent({ id: agent.id, purge: false }));
    const state = () => world.agents.states().find(({ name }) => name === agent.name);
    await until('it is refused', () => /There is no agent/.test(state()?.why ?? ''));
    expect(await isShown(agent.id)).toBe(false);
  });
});

describe('an agent that was added by hand on a worker', () => {
  it('is gone from there, and never shown', async () => {
    const [worker] = cluster.workers as [ClusterNode];
    const keys = join(worker.root, 'etc/client.keys');
    const startedAt = performance.now();
    appendFileSync(keys, `900 by-hand any ${'a'.repeat(64)}\n`);
    writeFileSync(join(worker.root, 'queue/agent-info/by-hand-any'), 'Linux |by-hand - Wazuh v3.8.2 / 0\n');
    await until('its line is gone', () => !readFileSync(keys, 'utf8').includes('by-hand'));
    process.stdout.write(`agents-removed: added by hand on a worker, gone after ${since(startedAt)} (goal 2000 ms)\n`);
    expect(await isShown(900)).toBe(false);
    expect(existsSync(join(cluster.master.root, 'queue/agent-info/by-hand-any'))).toBe(false);
  });
});

describe('a late status of an agent that does not exist', () => {
  it('is dropped, told to whoever sent it, and counted', async () => {
    const own = identity('late');
    const link = await openLink(await transportOf(own, cluster.key, cluster.port).dial(never), own, linkDeps());
    link.start(deafHandlers().handlers);
    const dropped = async () => (await cluster.master.ask((client) => client.health())).agentWork?.unknown ?? 0;
    const before = await dropped();
    const texts = Object.fromEntries(agentInfoFields.map((field) => [field, field]));
    const info = { ...texts, labels: [] } as unknown as AgentInfo;
    const now = Date.now();
    const update = { id: 901, revision: 1, seenMs: now, status: 'active', code: 0, disconnectedMs: 0, info } as const;
    const answer = await link.ask('agent-info', packBatch([update], 1, now).message, 100_000);
    expect(answer).toMatchObject({ type: 'agents-taken', lost: [], wanted: [], unknown: [901] });
    expect(await dropped()).toBe(before + 1);
    expect(await isShown(901)).toBe(false);
    link.close('shutting-down', 'The test is done.');
  });
});

const since = (startedAt: number): string => `${Math.round(performance.now() - startedAt)} ms`;
