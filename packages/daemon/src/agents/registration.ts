/** Who adds and removes agents: on the master authd, or our own registrar where there is none; on a worker the master. */
import { ask, type Ref, type Supervisor, tell } from '@muster/actor';
import type { DigestedGroups, GroupAuthorityMessage } from '@muster/agent-groups';
import type { NodeConfig } from '@muster/config';
import { authdRegistrar, authSocket, embeddedRegistrar, type Registrar, type RegistrarGroups } from '@muster/manager';
import {
  type Asker,
  type RegistrationAnswer,
  type RegistrationDeps,
  type RegistrationMessage,
  type RegistrationRequest,
  registrationDefaults,
  spawnRegistration,
} from '@muster/registration';
import type { AskMaster } from '../ask-master.ts';
import type { Platform } from '../platform.ts';
import { logRegistration } from './agent-log.ts';
import type { OpenAgents } from './open-agents.ts';

export type RegistrationActor = Ref<RegistrationMessage>;

export interface RegistrationNeeds {
  readonly root: Supervisor;
  readonly config: NodeConfig;
  readonly platform: Platform;
  readonly tag: string;
  readonly by: RegistrationDeps['by'];
  /** Told of each request beside the log. Neither blocks nor throws. */
  readonly heard: RegistrationDeps['report'];
}

/** A program is answered within the 10 s of the control actor, by a worker too, that asks its master: so that the master's reason arrives. */
const answerWithinMs = { master: 7_000, worker: 9_000 } as const;

export function spawnNodeRegistration({
  root,
  config,
  platform,
  tag,
  by,
  heard,
}: RegistrationNeeds): RegistrationActor {
  const { clock, log } = platform;
  const { perSecond, burst } = config.muster.registration;
  return root.spawn((parent) =>
    spawnRegistration(
      parent,
      {
        ...{ clock, by },
        report: (event) => {
          logRegistration(log, tag, event);
          heard(event);
        },
      },
      { ...registrationDefaults, perSecond, burst, answerMs: answerWithinMs[config.cluster.nodeType] },
    ),
  );
}

/** What of the node the registrar of a master needs. */
export interface RegistrarNeeds {
  readonly config: NodeConfig;
  readonly platform: Platform;
  readonly opened: OpenAgents;
  readonly held: Pick<DigestedGroups, 'get'>;
  readonly authority: Ref<GroupAuthorityMessage>;
}

/**
 * authd wherever its socket lies, or wazuh-db says that there is one: two that write client.keys would undo each
 * other's lines. Looked at for each request, for authd may be started later than Muster.
 */
export function openRegistrar({ config: { root }, platform, opened, held, authority }: RegistrarNeeds): Registrar {
  const { disk, random, sockets } = platform;
  const authd = authdRegistrar(sockets, root);
  const own = embeddedRegistrar({
    ...{ disk, root, random: random.bytes },
    groups: groupsOf({ root, disk, opened, held, authority }),
    changed: () => opened.keys.reread(),
  });
  const one = async (): Promise<Registrar> => {
    if (opened.manager.kind === 'wazuh-db') return authd;
    const [socket] = await disk.stat([`${root}/${authSocket}`]);
    return socket !== undefined && 'kind' in socket ? authd : own;
  };
  return {
    kind: opened.manager.kind === 'wazuh-db' ? 'authd' : 'embedded',
    add: async (agent, signal) => (await one()).add(agent, signal),
    remove: async (id, purge, signal) => (await one()).remove(id, purge, signal),
    assignGroup: async (id, sum, signal) => (await one()).assignGroup(id, sum, signal),
  };
}

function groupsOf({
  root,
  disk,
  opened: { manager },
  held,
  authority,
}: Omit<RegistrarNeeds, 'config' | 'platform'> & Pick<Platform, 'disk'> & { readonly root: string }): RegistrarGroups {
  return {
    exists: async (group) => {
      const [found] = await disk.stat([`${root}/etc/shared/${group}`]);
      return found !== undefined && 'kind' in found && found.kind === 'directory';
    },
    of: (id) => held.get(id)?.groups ?? [],
    set: async (id, groups) => {
      const [fault] = await manager.assign([{ id, groups }], new AbortController().signal);
      if (fault !== undefined) throw Object.assign(new Error(`${fault.at}: ${fault.text}`), { code: fault.code });
      tell(authority, { type: 'manager-changed' });
    },
  };
}

/** How a worker's actor reaches the master's. */
export const registrationByMaster = (askMaster: AskMaster): RegistrationDeps['by'] => ({
  role: 'worker',
  askMaster: (request) =>
    askMaster('registration', request, 'agent-registered', 'agent-removed', 'group-assigned', 'registration-refused'),
});

/** Longer than the actor takes to answer. */
const answerMs = 9_500;

export const askRegistration = (
  actor: RegistrationActor,
  from: Asker,
  request: RegistrationRequest,
): Promise<RegistrationAnswer> =>
  ask(
    actor,
    (replyTo: Ref<RegistrationAnswer>): RegistrationMessage => ({ type: 'request', from, request, replyTo }),
    answerMs,
  );
