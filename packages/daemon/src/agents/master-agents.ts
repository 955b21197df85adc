/** The actors for agents on the master: the merger of all nodes' statuses, the reporter of its own, the groups. */
import { ask, offer, type Ref, type Supervisor, tell } from '@muster/actor';
import {
  authorityDefaults,
  type DigestedGroups,
  type GroupAuthorityMessage,
  spawnGroupAuthority,
  withDigestInTurns,
} from '@muster/agent-groups';
import {
  type AgentMergerMessage,
  type AgentReporterMessage,
  localMasterLink,
  markOf,
  mergerDefaults,
  reporterDefaults,
  spawnAgentMerger,
  spawnAgentReporter,
} from '@muster/agent-info';
import type { NodeConfig } from '@muster/config';
import type { Answer } from '@muster/link';
import type { Manager } from '@muster/manager';
import type { AgentsDiffer, AgentsMoved, Beat, GroupsMark, NodeName, WireMessage } from '@muster/protocol';
import { type MasterAgents, openGroups, openMasterAgents, openWorkerAgents } from '@muster/store';
import type { Peers } from '../peers.ts';
import type { Platform } from '../platform.ts';
import { logAuthority, logMerger, logReporter } from './agent-log.ts';
import { observeOf } from './observe.ts';
import type { OpenAgents } from './open-agents.ts';
import { groupedIds, groupPages, idsOf } from './remembered.ts';

export interface MasterAgentsNode {
  readonly agents: MasterAgents;
  readonly held: DigestedGroups;
  readonly merger: Ref<AgentMergerMessage>;
  readonly authority: Ref<GroupAuthorityMessage>;
  readonly marks: () => Pick<Beat, 'groups'>;
  readonly linked: (peer: NodeName) => void;
  readonly unlinked: (peer: NodeName) => void;
  readonly deliver: (peer: NodeName, message: WireMessage) => void;
  /** False: it is none of these actors' asks. */
  readonly deliverAsk: (peer: NodeName, message: WireMessage, answer: Answer) => boolean;
}

export interface MasterAgentsNeeds {
  readonly root: Supervisor;
  readonly config: NodeConfig;
  readonly platform: Platform;
  readonly opened: OpenAgents;
  readonly peers: Peers;
}

/** What the groups' actor is given to answer, ms: less than a worker waits. */
const answerMs = 15_000;

/** Rejects with a `StoreError` when what is stored cannot be read. */
export async function spawnMasterAgents({
  root,
  config,
  platform,
  opened,
  peers,
}: MasterAgentsNeeds): Promise<MasterAgentsNode> {
  const { clock, disk, log, wallNow } = platform;
  const { kv, manager, clocks, known } = opened;
  const { nodeTime } = clocks;
  const { nodeName } = config.cluster;
  const { confirmAfterMs } = config.muster.integrity.guard;
  const turn = (): Promise<void> => disk.turn();
  const linkedWorkers = (): readonly NodeName[] => peers.all().map(({ link }) => link.peer.node);
  const agents = await openMasterAgents(kv, { turn });
  const own = await openWorkerAgents(kv, { leastRevision: wallNow(), turn });
  opened.notBefore(Math.max(agents.newestMs(), own.newestMs()));
  opened.elsewhere((id) => ![undefined, '', nodeName].includes(agents.one(id)?.node));
  const held = await withDigestInTurns(await openGroups(kv, { turn }), turn);
  opened.keys.remember(() => [idsOf(agents), groupedIds(held)]);
  if (manager.kind === 'embedded') await giveBack(held, manager);
  let groupsMark: GroupsMark | undefined;
  const merger: Ref<AgentMergerMessage> = root.spawn((parent) =>
    spawnAgentMerger(
      parent,
      {
        ...{ clock, nodeTime, wallNow, keys: known, nextTurn: turn },
        // Its own reporter is always there, as if it were linked.
        linkedWorkers: () => [nodeName, ...linkedWorkers()],
        store: agents,
        manager,
        send: (to, message) => {
          if (to === nodeName) tell(reporter, reporterMessage(message));
          else peers.send(to, 'agent-info', message);
        },
        report: (event) => {
          logMerger(log, event);
          if (event.type === 'removed') tell(authority, { type: 'agents-removed', ids: event.ids });
          if (event.type === 'bad-batch') {
            const node = peers.of(event.peer);
            if (node !== undefined) tell(node.actor, { type: 'close', code: 'protocol-violation', text: event.text });
          }
        },
      },
      { ...mergerDefaults, ownName: nodeName, disconnectAfterMs: config.agents.disconnectionMs, confirmAfterMs },
    ),
  );
  const authority: Ref<GroupAuthorityMessage> = root.spawn((parent) =>
    spawnGroupAuthority(
      parent,
      {
        ...{ clock, manager, held, linkedWorkers },
        exists: known.exists,
        push: (to, message) => peers.send(to, 'agent-groups', message),
        report: (event) => {
          if (event.type === 'mark') groupsMark = event.mark;
          logAuthority(log, event);
        },
      },
      { ...authorityDefaults, confirmAfterMs },
    ),
  );
  const reporter: Ref<AgentReporterMessage> = root.spawn((parent) =>
    spawnAgentReporter(
      parent,
      {
        ...{ clock, own, nodeTime, keys: known, nextTurn: turn },
        observe: observeOf(manager, clocks),
        forget: manager.forget,
        master: localMasterLink(merger, nodeName, nodeTime),
        // What a worker's beat would say.
        mark: (numbers) => {
          const mark = markOf(numbers, own, nodeTime);
          tell(merger, { type: 'beat-mark', peer: nodeName, mark, receivedMs: nodeTime() });
        },
        report: (event) => logReporter(log, 'Master', event),
      },
      {
        ...reporterDefaults,
        name: 'own-agents',
        pollMs: config.muster.agents.pollEveryMs,
        hinted: manager.kind !== 'wazuh-db',
        confirmAfterMs,
      },
    ),
  );
  opened.watch({
    manager: () => {
      tell(reporter, { type: 'changed' });
      tell(authority, { type: 'manager-changed' });
    },
    keys: (change) => {
      tell(merger, { type: 'keys-changed', ...change });
      tell(reporter, { type: 'keys-changed', ...change });
      tell(authority, { type: 'keys-changed' });
    },
  });
  const groups = groupAsks(authority);
  return {
    ...{ agents, held, merger, authority },
    // What was pushed last: what is held may be ahead of it.
    marks: () => (groupsMark === undefined ? {} : { groups: groupsMark }),
    linked: (peer) => {
      tell(merger, { type: 'worker-linked', peer });
      tell(authority, { type: 'worker-linked', peer });
    },
    unlinked: (peer) => {
      tell(merger, { type: 'worker-unlinked', peer });
      tell(authority, { type: 'worker-unlinked', peer });
    },
    deliver: (peer, message) => {
      if (message.type === 'beat' && message.agents !== undefined)
        tell(merger, { type: 'beat-mark', peer, mark: message.agents, receivedMs: nodeTime() });
    },
    deliverAsk: (peer, message, answer) =>
      mergerAsk(merger, peer, message, answer, nodeTime) || groups(message, answer),
  };
}

/** Without a manager beside us nobody but our store remembers the groups: what is there holds, not an empty start. */
async function giveBack(held: DigestedGroups, { assign }: Manager): Promise<void> {
  for (const rows of groupPages(held)) await assign(rows, new AbortController().signal);
}

/** What a worker would be told over its link. */
const reporterMessage = (message: AgentsMoved | AgentsDiffer): AgentReporterMessage =>
  message.type === 'agents-moved' ? { type: 'moved', number: message.number, ids: message.ids } : { type: 'differ' };

/** For a request that found a mailbox full or its actor gone. */
const tooMuch = 'the master has too much to do: ask again';

function mergerAsk(
  merger: Ref<AgentMergerMessage>,
  peer: NodeName,
  message: WireMessage,
  answer: Answer,
  nodeTime: () => number,
): boolean {
  const give = (ask: AgentMergerMessage): true => {
    if (!offer(merger, ask)) answer.fail('overloaded', tooMuch);
    return true;
  };
  if (message.type === 'agent-statuses')
    return give({ type: 'statuses', peer, batch: message, receivedMs: nodeTime(), answer });
  if (message.type === 'check-agents') return give({ type: 'check', peer, parts: message.parts, answer });
  if (message.type !== 'held-agents') return false;
  const { from, to, rows } = message;
  return give({ type: 'held', peer, range: { from, to }, rows, answer });
}

function groupAsks(authority: Ref<GroupAuthorityMessage>): (message: WireMessage, answer: Answer) => boolean {
  const give = <Reply extends WireMessage>(
    make: (replyTo: Ref<Reply>) => GroupAuthorityMessage,
    answer: Answer,
  ): true => {
    ask(authority, make, answerMs).then(
      (reply) => answer.reply(reply),
      (error: unknown) => answer.fail('overloaded', error instanceof Error ? error.message : tooMuch),
    );
    return true;
  };
  return (message, answer) => {
    switch (message.type) {
      case 'check-groups':
        return give(
          (replyTo: Ref<Extract<WireMessage, { type: 'groups-checked' }>>) => ({
            type: 'check-groups',
            parts: message.parts,
            replyTo,
          }),
          answer,
        );
      case 'get-groups':
        return give(
          (replyTo: Ref<Extract<WireMessage, { type: 'groups' }>>) => ({
            type: 'get-groups',
            from: message.from,
            to: message.to,
            replyTo,
          }),
          answer,
        );
      case 'propose-groups':
        return give(
          (replyTo: Ref<Extract<WireMessage, { type: 'groups-assigned' }>>) => ({
            type: 'propose-groups',
            id: message.id,
            groups: message.groups,
            replyTo,
          }),
          answer,
        );
      default:
        return false;
    }
  };
}
