/** What the master's messages mean to the actors of a worker. */
import { offer, type Ref, tell } from '@muster/actor';
import type { ControlMessage } from '@muster/control';
import type { FileReplicaMessage } from '@muster/file-sync';
import type { KeepAliveMessage } from '@muster/keep-alive';
import type { NodeDeps } from '@muster/node';
import type { GenerationAnnounced } from '@muster/protocol';
import type { WorkerAgentsNode } from './agents/worker-agents.ts';

/** What the master's message means to a worker's actors. The protocol has checked that a master may send it. */
export function workerRoutes(
  {
    keepAlive,
    fileReplica,
    agents,
    control,
  }: {
    readonly keepAlive: Ref<KeepAliveMessage>;
    readonly fileReplica: Ref<FileReplicaMessage>;
    readonly agents: Pick<WorkerAgentsNode, 'deliver'>;
    readonly control: Ref<ControlMessage>;
  },
  announced: (generation: GenerationAnnounced) => void,
): Pick<NodeDeps, 'deliver' | 'deliverAsk' | 'deliverOpen'> {
  return {
    deliver: (peer, _to, message) => {
      if (message.type === 'beat') tell(keepAlive, { type: 'beat', peer, beat: message });
      if (message.type !== 'generation') return agents.deliver(message);
      announced(message);
      tell(fileReplica, { type: 'announced', generation: message });
    },
    deliverAsk: (node, _to, message, answer) => {
      if (message.type !== 'relay') return answer.fail('not-allowed', `${message.type} is not asked of a worker.`);
      const taken = offer(control, { type: 'ask', from: { kind: 'node', node }, message, answer });
      if (!taken) answer.fail('overloaded', 'the worker has too much to do: ask again');
    },
    deliverOpen: (_from, _to, message, stream) =>
      stream.abort('not-allowed', `${message.type} is not served by a worker.`),
  };
}
