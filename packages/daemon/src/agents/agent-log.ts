/** What the log says of agents, in the reference's tags (`reference/links.md` 5). */

import type { GroupAuthorityEvent, GroupReplicaEvent } from '@muster/agent-groups';
import type { AgentMergerEvent, AgentReporterEvent } from '@muster/agent-info';
import type { Log, Logger } from '@muster/log';
import { agentIdText, type NodeName } from '@muster/protocol';
import type { RegistrationEvent } from '@muster/registration';

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
/** `001, 002` and how many there are beside. */
const named = (ids: readonly number[], count = ids.length): string => {
  const some = ids.slice(0, 5).map(agentIdText).join(', ');
  return count > Math.min(5, ids.length) ? `${some} and ${count - Math.min(5, ids.length)} more` : some;
};
const agents = (count: number): string => (count === 1 ? '1 agent' : `${count} agents`);

const troubleWords = {
  manager: 'The manager beside this node cannot be asked, it is tried again',
  store: 'The store of agents cannot be written, it is tried again',
  master: 'The master does not take statuses, they are sent again',
} as const;
const overWords = {
  manager: 'The manager beside this node answers again.',
  store: 'The store of agents can be written again.',
  master: 'The master takes statuses again.',
} as const;

/** What a node that reports agents tells; the master has one of its own. */
export function logReporter(log: Log, tag: string, event: AgentReporterEvent): void {
  const sync = log.for(tag, 'Agent-info sync');
  switch (event.type) {
    case 'round':
      return sync.info(
        `Finished in ${seconds(event.forMs)}s. Updated ${event.updates} statuses in ${event.batches} batches.`,
      );
    case 'backlog-sent':
      return sync.debug(`What had waited is sent: ${event.updates} statuses in ${seconds(event.forMs)}s.`);
    case 'unknown':
      return sync.debug2(
        `The master has no ${agents(event.count)} of ours in its client.keys: ${named(event.ids, event.count)}.`,
      );
    case 'compared':
      return sync.info(
        `Compared with the master's view: ${event.wanted} to be sent again, ${event.lost} report elsewhere.`,
      );
    case 'removed':
      return sync.info(`Removed ${agents(event.count)}: in client.keys no more.`);
    default:
      return logCommon(sync, event);
  }
}

/** What a master tells of the agents of all nodes. */
export function logMerger(log: Log, event: AgentMergerEvent): void {
  const sync = log.for('Master', 'Agent-info sync');
  const peer = (name: NodeName): Logger => log.for(`Worker ${name}`, 'Agent-info sync');
  switch (event.type) {
    case 'round': {
      const { updates, batches, lost, unknown, forMs } = event;
      const dropped = lost + unknown === 0 ? '' : ` Reporting elsewhere: ${lost}. Not in client.keys: ${unknown}.`;
      return peer(event.peer).debug(
        `Received ${updates} statuses in ${batches} batches in ${seconds(forMs)}s.${dropped}`,
      );
    }
    case 'unknown':
      return peer(event.peer).debug2(
        `Received ${event.count} agent statuses for non-existent agents, dropped: ${named(event.ids, event.count)}.`,
      );
    case 'differs':
      return peer(event.peer).info('Its view of its agents is not ours: it compares them by ranges.');
    case 'disconnected':
      return sync.info(`Disconnected, no keep-alive for too long: ${named(event.ids)}.`);
    case 'removed':
      // One that never reported has nothing that could go.
      if (event.ids.length > 0) sync.info(`Removed, for they are in client.keys no more: ${named(event.ids)}.`);
      return;
    case 'bad-batch':
      return peer(event.peer).error(`A batch of statuses cannot be read, its link is closed: ${event.text}`);
    default:
      return logCommon(sync, event);
  }
}

type Common = Extract<
  AgentReporterEvent | AgentMergerEvent,
  { readonly type: 'faults' | 'trouble' | 'trouble-over' | 'removals-held' }
>;

function logCommon(sync: Logger, event: Common): void {
  switch (event.type) {
    case 'faults':
      for (const { at, text } of event.faults) sync.warning(`${at}: ${text}`);
      return;
    case 'trouble':
      return sync.warning(`${troubleWords[event.of]} (${event.code}): ${event.text}`);
    case 'trouble-over':
      return sync.info(overWords[event.of]);
    case 'removals-held':
      return sync.warning(
        `${event.count} of ${agents(event.of)} have vanished from client.keys: they are kept until a second reading says so, too.`,
      );
  }
}

export function logAuthority(log: Log, event: GroupAuthorityEvent): void {
  const groups = log.for('Master', 'Local agent-groups');
  switch (event.type) {
    case 'mark':
      return;
    case 'changed':
      return groups.info(`The groups of ${agents(event.agents)} changed: version ${event.version}.`);
    case 'adopted':
      return groups.info(`Agent ${agentIdText(event.id)} is in ${event.groups.join(', ')}, as its node chose.`);
    case 'removal-held':
      return groups.warning(
        `${event.agents} of ${event.of} assignments have vanished: they are kept until a second reading says so, too, in ${seconds(event.againInMs)}s.`,
      );
    case 'fault':
      return groups.warning(`${event.fault.at}: ${event.fault.text}`);
  }
}

export function logGroupReplica(log: Log, tag: string, event: GroupReplicaEvent): void {
  const groups = log.for(tag, 'Agent-groups recv');
  switch (event.type) {
    case 'mark':
      return;
    case 'repaired':
      return groups.info(`The groups of ${agents(event.agents)} came anew from the master: version ${event.version}.`);
    case 'drift-repaired':
      return groups.warning(
        `The groups of ${agents(event.agents)}, agent ${agentIdText(event.first)} first, were changed on this node: the master's are written again. Change groups on the master.`,
      );
    case 'proposed':
      return groups.info(
        event.outcome === 'adopted'
          ? `The master adopts the groups chosen here for agent ${agentIdText(event.id)}.`
          : `The master has other groups for agent ${agentIdText(event.id)}: they hold.`,
      );
    case 'fault':
      return groups.warning(`${event.fault.at}: ${event.fault.text}`);
  }
}

/** Who asked for what, and what came of it: one line each, for an audit. */
export function logRegistration(
  log: Log,
  tag: string,
  { peer, operation, name, id, result, code, text }: RegistrationEvent,
): void {
  const registration = log.for(tag, 'Registration');
  const agent = [id === undefined ? [] : agentIdText(id), name ?? []].flat().join(' ');
  const by = peer === 'local' ? 'a program on this machine' : peer;
  if (result === 'done') return registration.info(`${operationWords[operation]} agent ${agent}, asked for by ${by}.`);
  registration.warning(`Refused to ${operation} agent ${agent}, asked for by ${by} (${code}): ${text}`);
}

const operationWords = {
  add: 'Added',
  remove: 'Removed',
  'assign-group': 'Assigned a group to',
  undo: 'Removed again, for nobody heard its key,',
} as const;
