/** The ways into a node beside its own command line: each an actor under the root, fed with the node's own answers. */
import type { ActorSystem, Supervisor } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { ControlAnswers, RegistrationReply, RegistrationRequest } from '@muster/control';
import type { Metrics } from '@muster/metrics';
import type { EventJournal } from '@muster/store';
import type { NodeFiles } from '../files/node-files.ts';
import type { Peers } from '../peers.ts';
import type { Platform } from '../platform.ts';
import { openClusterSocket } from './cluster-socket.ts';
import { openHttpApi } from './http-api.ts';

export interface DoorSources {
  readonly root: Supervisor;
  readonly config: NodeConfig;
  readonly platform: Platform;
  readonly system: ActorSystem;
  /** First word of log lines: `Master`, `Worker NAME`. */
  readonly tag: string;
  readonly files: NodeFiles;
  readonly peers: Peers;
  /** What the command line is told. Views answer within `viewMs` or throw; nobody waits for a node that is wedged. */
  readonly answers: ControlAnswers;
  readonly metrics: Metrics;
  /** What happened here: `watch` wakes whoever streams it, `counts` are for metrics. */
  readonly events: Pick<EventJournal, 'read' | 'watch' | 'counts'>;
  /** The three requests of authd and remoted: answered by the registrar, on the master. */
  readonly registration: (request: RegistrationRequest) => Promise<RegistrationReply>;
}

/** Starts them after what they ask, so that they stop before it. */
export function openDoors(sources: DoorSources): void {
  openClusterSocket(sources);
  openHttpApi(sources);
}
