/** What workers' messages mean to the actors of a master. */
import { offer, type Ref, tell } from '@muster/actor';
import { type ControlMessage, isLocalRequest } from '@muster/control';
import type { FileServerMessage } from '@muster/file-sync';
import type { IntegrityMessage } from '@muster/integrity';
import type { KeepAliveMessage } from '@muster/keep-alive';
import type { NodeDeps } from '@muster/node';
import type { WireMessage } from '@muster/protocol';
import type { RegistrationRequest } from '@muster/registration';
import type { MasterAgentsNode } from './agents/master-agents.ts';
import { askRegistration, type RegistrationActor } from './agents/registration.ts';

const isRegistration = (message: WireMessage): message is RegistrationRequest =>
  message.type === 'register-agent' || message.type === 'remove-agent' || message.type === 'assign-group';

/** For a request that found a mailbox full or its actor gone: unanswered it would hold its place on the link for ever. */
const tooMuch = 'the master has too much to do: ask again';

/** What a worker's message means to the master's actors. The protocol has checked that a worker may send it. */
export function masterRoutes(actors: {
  readonly keepAlive: Ref<KeepAliveMessage>;
  readonly fileServer: Ref<FileServerMessage>;
  readonly integrity: Ref<IntegrityMessage>;
  readonly control: Ref<ControlMessage>;
  readonly agents: MasterAgentsNode;
  readonly registration: RegistrationActor;
}): Pick<NodeDeps, 'deliver' | 'deliverAsk' | 'deliverOpen'> {
  return {
    deliver: (peer, _to, message) => {
      if (message.type === 'beat') tell(actors.keepAlive, { type: 'beat', peer, beat: message });
      if (message.type === 'confirm-generation') {
        tell(actors.integrity, { type: 'confirm-generation', id: message.id });
      }
      actors.agents.deliver(peer, message);
    },
    deliverAsk: (node, _to, message, answer) => {
      if (isRegistration(message)) {
        askRegistration(actors.registration, { type: 'worker', node }, message).then(
          (reply) => answer.reply(reply),
          () => answer.fail('overloaded', tooMuch),
        );
      } else if (isLocalRequest(message)) {
        const taken = offer(actors.control, { type: 'ask', from: { kind: 'node', node }, message, answer });
        if (!taken) answer.fail('overloaded', tooMuch);
      } else if (!actors.agents.deliverAsk(node, message, answer)) {
        answer.fail('not-allowed', `${message.type} is not asked of a master.`);
      }
    },
    deliverOpen: (peer, _to, message, stream) => {
      const serve = (wish: FileServerMessage): void => {
        if (!offer(actors.fileServer, wish)) stream.abort('overloaded', tooMuch);
      };
      if (message.type === 'get-manifest') serve({ type: 'serve-manifest', peer, id: message.id, stream });
      else if (message.type === 'get-content') {
        serve({ type: 'serve-content', peer, digests: message.digests, stream });
      } else stream.abort('not-allowed', `${message.type} opens no stream.`);
    },
  };
}
