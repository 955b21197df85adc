/** The actors for agents on a worker, and how they reach the master. */
import { ask, type Ref, type Supervisor, tell } from '@muster/actor';
import {
  type DigestedGroups,
  type GroupReplicaMessage,
  replicaDefaults,
  spawnGroupReplica,
  withDigestInTurns,
} from '@muster/agent-groups';
import {
  type AgentReporterMessage,
  getReporterState,
  type MarkNumbers,
  markOf,
  type ReporterView,
  reporterDefaults,
  spawnAgentReporter,
} from '@muster/agent-info';
import type { NodeConfig } from '@muster/config';
import type { Beat, WireMessage } from '@muster/protocol';
import { openGroups, openWorkerAgents, type WorkerAgents } from '@muster/store';
import type { AskMaster } from '../ask-master.ts';
import type { Platform } from '../platform.ts';
import type { WorkerWork } from '../work/worker-work.ts';
import { logGroupReplica, logReporter } from './agent-log.ts';
import { observeOf } from './observe.ts';
import type { OpenAgents } from './open-agents.ts';
import { groupedIds } from './remembered.ts';

export interface WorkerAgentsNode {
  readonly own: WorkerAgents;
  readonly held: DigestedGroups;
  /** How the reporter is. */
  readonly view: () => Promise<ReporterView>;
  /** Statuses since the start, as the master answered them. */
  readonly done: () => Readonly<Record<'taken' | 'lost' | 'unknown', number>>;
  readonly marks: () => Pick<Beat, 'agents' | 'groups'>;
  readonly linked: () => void;
  readonly unlinked: () => void;
  /** Of the master. */
  readonly deliver: (message: WireMessage) => void;
}

export interface WorkerAgentsNeeds {
  readonly root: Supervisor;
  readonly config: NodeConfig;
  readonly platform: Platform;
  readonly opened: OpenAgents;
  readonly tag: string;
  readonly isLinked: () => boolean;
  readonly askMaster: AskMaster;
  readonly work: WorkerWork;
}

/** For the reporter: more than it takes, less than a person waits. */
const askMs = 5_000;

const plusRound = (
  sum: Readonly<Record<'taken' | 'lost' | 'unknown', number>>,
  { updates, lost, unknown }: Readonly<Record<'updates' | 'lost' | 'unknown', number>>,
) => ({
  taken: sum.taken + updates - lost - unknown,
  lost: sum.lost + lost,
  unknown: sum.unknown + unknown,
});

/** Rejects with a `StoreError` when what is stored cannot be read. */
export async function spawnWorkerAgents(needs: WorkerAgentsNeeds): Promise<WorkerAgentsNode> {
  const { root, config, platform, opened, tag, isLinked, askMaster, work } = needs;
  const { clock, disk, log, wallNow } = platform;
  const { kv, manager, clocks, known } = opened;
  const turn = (): Promise<void> => disk.turn();
  const own = await openWorkerAgents(kv, { leastRevision: wallNow(), turn });
  opened.notBefore(own.newestMs());
  const held = await withDigestInTurns(await openGroups(kv, { turn }), turn);
  opened.keys.remember(() => [own.ids(), groupedIds(held)]);
  const { confirmAfterMs } = config.muster.integrity.guard;
  let numbers: MarkNumbers | undefined;
  let done = { taken: 0, lost: 0, unknown: 0 };
  const reporter: Ref<AgentReporterMessage> = root.spawn((parent) =>
    spawnAgentReporter(
      parent,
      {
        ...{ clock, own, nextTurn: turn },
        nodeTime: clocks.nodeTime,
        keys: known,
        observe: observeOf(manager, clocks),
        forget: manager.forget,
        master: {
          linked: isLinked,
          send: (batch, count) => work.sending(count, () => askMaster('agent-info', batch, 'agents-taken')),
          check: async (parts) =>
            (await askMaster('agent-info', { type: 'check-agents', parts: [...parts] }, 'agents-checked')).differing,
          held: ({ from, to }, rows) =>
            askMaster(
              'agent-info',
              { type: 'held-agents', from, to, rows: rows.map(([id, revision]) => [id, revision]) },
              'agents-taken',
            ),
        },
        mark: (next) => {
          numbers = next;
        },
        report: (event) => {
          if (event.type === 'round') done = plusRound(done, event);
          logReporter(log, tag, event);
        },
      },
      {
        ...reporterDefaults,
        name: 'agent-info',
        pollMs: config.muster.agents.pollEveryMs,
        hinted: manager.kind !== 'wazuh-db',
        confirmAfterMs,
      },
    ),
  );
  const groups: Ref<GroupReplicaMessage> = root.spawn((parent) =>
    spawnGroupReplica(
      parent,
      {
        ...{ clock, manager, held },
        exists: known.exists,
        master: {
          linked: isLinked,
          check: (parts) =>
            work.groupsAsked(() =>
              askMaster('agent-groups', { type: 'check-groups', parts: [...parts] }, 'groups-checked'),
            ),
          get: (from, to) =>
            work.groupsAsked(() => askMaster('agent-groups', { type: 'get-groups', from, to }, 'groups')),
          propose: (id, names) =>
            askMaster('agent-groups', { type: 'propose-groups', id, groups: [...names] }, 'groups-assigned'),
        },
        report: (event) => {
          if (event.type === 'mark') work.groupsHeld(event.mark.version);
          if (event.type === 'repaired') work.groupsRepaired(event.version);
          logGroupReplica(log, tag, event);
        },
      },
      replicaDefaults,
    ),
  );
  opened.watch({
    manager: () => {
      tell(reporter, { type: 'changed' });
      tell(groups, { type: 'manager-changed' });
    },
    keys: (change) => {
      tell(reporter, { type: 'keys-changed', ...change });
      tell(groups, { type: 'keys-changed' });
    },
  });
  return {
    ...{ own, held },
    view: () => ask(reporter, getReporterState, askMs),
    done: () => done,
    marks: () => ({
      ...(numbers === undefined ? {} : { agents: markOf(numbers, own, clocks.nodeTime) }),
      groups: held.mark(),
    }),
    linked: () => {
      tell(reporter, { type: 'linked' });
      tell(groups, { type: 'linked' });
    },
    unlinked: () => {
      numbers = undefined;
      tell(reporter, { type: 'unlinked' });
      tell(groups, { type: 'unlinked' });
    },
    deliver: (message) => {
      if (message.type === 'agents-moved') tell(reporter, { type: 'moved', number: message.number, ids: message.ids });
      else if (message.type === 'agents-differ') tell(reporter, { type: 'differ' });
      else if (message.type === 'group-changes') {
        work.groupsPushed(message.version, held.version());
        tell(groups, { type: 'changes', changes: message });
      } else if (message.type === 'beat' && message.groups !== undefined)
        tell(groups, { type: 'masters-mark', mark: message.groups });
    },
  };
}
