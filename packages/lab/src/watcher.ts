/** Adapter: asks the master what it sees, over its control socket. */
import { type ControlClient, openControl } from '@muster/control';
import type { AgentRowView, BalancerView, ClusterView } from '@muster/protocol';

export interface Watcher {
  /** Undefined while the master cannot be asked. */
  look(): Promise<ClusterView | undefined>;
  /** All agents that it knows; undefined while it cannot be asked. */
  agents(): Promise<readonly AgentRowView[] | undefined>;
  /** How the only HAProxy of this lab is; undefined while it cannot be asked, or there is none. */
  balance(): Promise<BalancerView | undefined>;
  /** Removes an agent there. Rejects when it could not be, or was refused. */
  removeAgent(id: number): Promise<void>;
  close(): void;
}

/** Over one connection, on which one that is not answered within `patienceMs` ends all that are asked. */
export function openWatcher(root: string, patienceMs: number): Watcher {
  let client: ControlClient | undefined;
  const drop = (): undefined => {
    client?.close();
    client = undefined;
    return undefined;
  };
  const ask = async <T>(question: (client: ControlClient) => Promise<T>): Promise<T | undefined> => {
    try {
      client ??= await openControl(root, patienceMs);
      return await question(client);
    } catch {
      // It starts, stops or is being restarted: the next look tries again with a new connection.
      return drop();
    }
  };
  return {
    look: () => ask((each) => each.cluster()),
    agents: () => ask(allAgents),
    balance: async () => (await ask((each) => each.balance()))?.instances[0],
    removeAgent: async (id) => {
      const answer = await ask((each) => each.removeAgent({ id, purge: false }));
      if (answer?.type !== 'agent-removed') throw new Error(answer?.text ?? 'the master does not answer');
    },
    close: drop,
  };
}

async function allAgents(client: ControlClient): Promise<readonly AgentRowView[]> {
  const rows: AgentRowView[] = [];
  for await (const page of client.allAgents()) rows.push(...page.rows);
  return rows;
}
