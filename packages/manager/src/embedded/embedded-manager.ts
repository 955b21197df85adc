/**
 * No manager beside us: what is known comes from a program on this machine that reports it (`report`).
 * All of it lives in memory; what must last lies in the node's own store, and groups are set again from there.
 */

import { isAssignable } from '../files/group-files.ts';
import { unknownAgent } from '../files/publish-files.ts';
import type { ManagerClock } from '../files/watched-names.ts';
import { openHints } from '../hints.ts';
import type { AssignedGroups, Manager, ManagerFault, PublishedAgent, SeenAgent } from '../manager.ts';
import { capped } from '../manager-error.ts';
import type { ManagerKeys } from '../manager-keys.ts';

export interface EmbeddedManager extends Manager {
  /** What was seen; the newest of an agent counts. Those that are not in client.keys are named and left out. */
  report(agents: readonly SeenAgent[]): readonly ManagerFault[];
  /** What was published of an agent. */
  readonly published: (id: number) => PublishedAgent | undefined;
}

const maxSeen = 5_000;
const pageAgents = 5_000;

export function openEmbeddedManager({
  keys,
  ownNode,
  clock,
}: {
  readonly keys: Pick<ManagerKeys, 'has'>;
  readonly ownNode: string;
  readonly clock: Pick<ManagerClock, 'after'>;
}): EmbeddedManager {
  const hints = openHints(clock);
  const held = new Map<number, SeenAgent>();
  const published = new Map<number, PublishedAgent>();
  const groups = new Map<number, readonly string[]>();
  /** Of `groups`, in order; made when it is asked for. */
  let ids: readonly number[] | undefined;

  const report = (agents: readonly SeenAgent[]): readonly ManagerFault[] => {
    const faults: ManagerFault[] = [];
    for (const agent of agents) {
      const before = held.get(agent.id);
      if (!keys.has(agent.id)) faults.push(unknownAgent(agent.id));
      else if (before === undefined || before.seenMs <= agent.seenMs) {
        const info = agent.info ?? before?.info;
        held.set(agent.id, info === undefined ? agent : { ...agent, info });
      }
    }
    hints.hint();
    return capped(faults);
  };

  const publish = (agents: readonly PublishedAgent[]): readonly ManagerFault[] => {
    const faults: ManagerFault[] = [];
    for (const agent of agents) {
      if (agent.node === ownNode) continue;
      if (keys.has(agent.id)) published.set(agent.id, agent);
      else faults.push(unknownAgent(agent.id));
    }
    return capped(faults);
  };

  const assign = (rows: readonly AssignedGroups[]): readonly ManagerFault[] => {
    const faults: ManagerFault[] = [];
    for (const row of rows) {
      if (!isAssignable(row, faults)) continue;
      if (row.groups.length === 0) groups.delete(row.id);
      else groups.set(row.id, row.groups);
      ids = undefined;
    }
    return capped(faults);
  };

  return {
    kind: 'embedded',
    report,
    published: (id) => published.get(id),
    seen: async (signal) => {
      signal.throwIfAborted();
      const agents: SeenAgent[] = [];
      for (const agent of held.values()) {
        if (agents.length === maxSeen) break;
        agents.push(agent);
      }
      return Promise.resolve({
        agents,
        faults: [],
        remembered: () => {
          for (const agent of agents) if (held.get(agent.id) === agent) held.delete(agent.id);
          return Promise.resolve();
        },
        more: held.size > agents.length,
      });
    },
    watch: hints.watch,
    publish: async (agents, signal) => {
      signal.throwIfAborted();
      return Promise.resolve(publish(agents));
    },
    forget: (gone) => {
      for (const id of gone) {
        if (keys.has(id)) continue;
        held.delete(id);
        published.delete(id);
        groups.delete(id);
        ids = undefined;
      }
      return Promise.resolve([]);
    },
    groups: async (after, signal) => {
      signal.throwIfAborted();
      ids ??= [...groups.keys()].sort((one, other) => one - other);
      const rest = ids.filter((id) => id > after);
      const page = rest.slice(0, pageAgents);
      return Promise.resolve({
        rows: page.map((id) => ({ id, groups: groups.get(id)! })),
        faults: [],
        next: rest.length > page.length ? page.at(-1) : undefined,
      });
    },
    assign: async (rows, signal) => {
      signal.throwIfAborted();
      return Promise.resolve(assign(rows));
    },
    close: () => {
      hints.close();
      return Promise.resolve();
    },
  };
}
