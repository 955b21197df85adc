/** The HAProxy of a run, its configuration and its agents, before the first start. */
import { masterName, nodeNames, type Plan } from '../plan/plan.ts';
import type { World } from '../world/world.ts';
import { openCrowd } from './crowd.ts';
import { type AgentPorts, addressOf, openAgentPorts } from './ports-of-nodes.ts';

export const backendName = 'wazuh_reporting';
export const socketPath = '/run/haproxy/admin.sock';
export const agentsPath = '/etc/haproxy/conf.d/agents.cfg';

const all = new WeakMap<World, AgentPorts>();
/** Undefined: there is no HAProxy in this run. */
export const agentPortsOf = (world: World): AgentPorts | undefined => all.get(world);

/** It runs on the master's machine, and goes with it. */
export function layHaproxy(world: World, plan: Plan): void {
  const { haproxy, timeline } = world;
  const ports = openAgentPorts(world);
  all.set(world, ports);
  haproxy.begin({ backend: backendName, path: agentsPath, reach: ports.reach });
  world.hear.process(({ node, what }) => {
    if (node !== masterName) return;
    if (what === 'power-lost') haproxy.kill();
    else if (what === 'started' || what === 'start-failed') timeline.after(bootMs, 'haproxy starts', haproxy.start);
  });
  openCrowd(world, plan);
}

/** After the machine, ms. */
const bootMs = 500;

/** Its part of muster.yaml. */
export function haproxyYaml({ haproxy, settings }: Plan, world: Pick<World, 'nodes'>): string {
  const { weights, pollMs, persisted } = haproxy;
  const rows = nodeNames(settings).map(
    (name) => `    ${name}: {address: ${addressOf(world, name)}, weight: ${weights[name] ?? 100}}\n`,
  );
  return [
    `haproxy:\n  instances: [${socketPath}]\n  poll_every: ${pollMs}ms\n`,
    persisted ? `  persist: ${agentsPath}\n` : '',
    `  nodes:\n${rows.join('')}`,
  ].join('');
}

/** Its part of ossec.conf. */
export function helperBlock({ haproxy }: Plan): string {
  const { excluded, tolerance, frequencyMs, stabilityMs, removeAfterMinutes } = haproxy;
  return `  <haproxy_helper>
    <haproxy_disabled>no</haproxy_disabled>
    <frequency>${frequencyMs / 1_000}</frequency>
    <agent_chunk_size>100</agent_chunk_size>
    <agent_reconnection_time>1</agent_reconnection_time>
    <agent_reconnection_stability_time>${stabilityMs / 1_000}</agent_reconnection_stability_time>
    <imbalance_tolerance>${tolerance}</imbalance_tolerance>
    <remove_disconnected_node_after>${removeAfterMinutes}</remove_disconnected_node_after>
${excluded.length === 0 ? '' : `    <excluded_nodes>${excluded.join(',')}</excluded_nodes>\n`}  </haproxy_helper>
`;
}
