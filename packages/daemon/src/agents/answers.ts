/** What a node answers of agents: lists, one agent, how it is with them. */
import { ask } from '@muster/actor';
import { getMergerState } from '@muster/agent-info';
import { type AgentWork, clip, type Health } from '@muster/protocol';
import type { AgentViews } from '../views/agent-answers.ts';
import { agentCounts, agentsPage, agentView } from '../views/agents.ts';
import type { AgentSources } from '../views/find-agents.ts';
import type { MasterAgentsNode } from './master-agents.ts';
import type { OpenAgents } from './open-agents.ts';
import type { WorkerAgentsNode } from './worker-agents.ts';

/** What `muster health` says. */
export type AgentHealth = Pick<Health, 'agents' | 'agentWork'>;

/** For the merger: more than it takes, less than a person waits. */
const askMs = 5_000;

/** The master's own. */
export function masterAgentViews({ agents, held }: MasterAgentsNode, opened: OpenAgents): AgentViews {
  const sources = (): AgentSources => ({
    agents,
    groups: held,
    keys: opened.keys.view,
    nowMs: opened.clocks.nodeTime(),
  });
  return {
    agents: (query) => agentsPage(query, sources()),
    agent: (id) => agentView(id, sources()),
  };
}

export async function masterAgentHealth(
  { agents, held, merger }: MasterAgentsNode,
  opened: OpenAgents,
): Promise<AgentHealth> {
  const { counts, troubles } = await ask(merger, getMergerState, askMs);
  const { size: keys } = opened.keys.view;
  return {
    agents: keys,
    agentWork: {
      ...common(opened, troubles, held.version()),
      ...agentCounts(agents.counts(), keys, agents.size()),
      taken: counts.updates - counts.lost - counts.unknown,
      lost: counts.lost,
      unknown: counts.unknown,
      unpublished: agents.unpublished(1_000).length,
    },
  };
}

export async function workerAgentHealth(
  { own, held, done, view }: WorkerAgentsNode,
  opened: OpenAgents,
): Promise<AgentHealth> {
  const { troubles, unsent } = await view();
  return {
    agents: opened.keys.view.size,
    agentWork: { ...common(opened, troubles, held.version()), known: own.size(), unsent, ...done() },
  };
}

function common(
  { kv, manager }: OpenAgents,
  troubles: readonly { readonly text: string }[],
  groupsVersion: number,
): Pick<AgentWork, 'manager' | 'trouble' | 'groupsVersion' | 'storeBytes' | 'storeMaxBytes'> {
  const { bytes, maxBytes } = kv.size();
  const [trouble] = troubles;
  return {
    manager: manager.kind,
    ...(trouble === undefined ? {} : { trouble: clip(trouble.text) }),
    ...{ groupsVersion, storeBytes: bytes, storeMaxBytes: maxBytes },
  };
}
