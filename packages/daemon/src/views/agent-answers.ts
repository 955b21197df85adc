/** What a worker answers when it is asked for agents: its master's words, for only the master knows them all. */
import type { ControlAnswers } from '@muster/control';
import type { AskOutcome } from '@muster/node';
import type { ActorName, WireMessage } from '@muster/protocol';

export type AgentViews = Pick<ControlAnswers, 'agents' | 'agent'>;

/** An ask of the master's actor `to`, within `timeoutMs`; undefined: there is no link to it. */
export type AskMaster = (to: ActorName, message: WireMessage, timeoutMs: number) => Promise<AskOutcome | undefined>;

/** Views come from memory: less than the 10 s that the control actor gives. */
const viewMs = 800;

/** Throws what the master refused in its own words; `no-master` without a link. */
export function workerAgentViews(askMaster: AskMaster): AgentViews {
  const answered = async <Type extends WireMessage['type']>(
    [to, message, timeoutMs]: Parameters<AskMaster>,
    ...types: readonly Type[]
  ): Promise<Extract<WireMessage, { readonly type: Type }>> => {
    const outcome = await askMaster(to, message, timeoutMs);
    if (outcome === undefined) throw noMaster();
    if (!outcome.ok) throw Object.assign(new Error(outcome.failure.text), { code: outcome.failure.code });
    const answer = outcome.message;
    if (!types.some((type) => type === answer.type)) throw otherAnswer(answer.type, message.type);
    return answer as Extract<WireMessage, { readonly type: Type }>;
  };
  return {
    agents: (query) => answered(['control', query, viewMs], 'agents'),
    agent: (id) => answered(['control', { type: 'get-agent', id }, viewMs], 'agent'),
  };
}

const noMaster = (): Error =>
  Object.assign(
    new Error(
      'This worker has no link to its master, and only the master knows all agents. Ask again when it is linked, or ask on the master; muster health says why there is no link.',
    ),
    { code: 'no-master' },
  );

const otherAnswer = (answer: string, question: string): Error =>
  new Error(`The master answered ${question} with ${answer}. Do both nodes have the same version?`);
