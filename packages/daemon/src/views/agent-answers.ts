/** What a worker answers where only its master knows: the master's words. */
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
  const question = (message: WireMessage): Parameters<AskMaster> => ['control', message, viewMs];
  return {
    agents: (query) => mastersAnswer(askMaster, question(query), 'all agents', 'agents'),
    agent: (id) => mastersAnswer(askMaster, question({ type: 'get-agent', id }), 'all agents', 'agent'),
  };
}

/** The master's answer of this type. Throws what it refused in its own words, and `no-master`, with `what` only the master knows, without a link. */
export async function mastersAnswer<Type extends WireMessage['type']>(
  askMaster: AskMaster,
  [to, message, timeoutMs]: Parameters<AskMaster>,
  what: string,
  type: Type,
): Promise<Extract<WireMessage, { readonly type: Type }>> {
  const outcome = await askMaster(to, message, timeoutMs);
  if (outcome === undefined) throw noMaster(what);
  if (!outcome.ok) throw failed(outcome.failure, timeoutMs);
  const answer = outcome.message;
  if (answer.type !== type) throw otherAnswer(answer.type, message.type);
  return answer as Extract<WireMessage, { readonly type: Type }>;
}

const failed = ({ code, text }: { readonly code: string; readonly text: string }, timeoutMs: number): Error => {
  const late = `The master did not answer within ${timeoutMs} ms. muster why MASTER, and muster health there, say more.`;
  return Object.assign(new Error(code === 'timeout' ? late : text), { code });
};

const noMaster = (what: string): Error =>
  Object.assign(
    new Error(
      `This worker has no link to its master, and only the master knows ${what}. Ask again when it is linked, or ask on the master; muster health says why there is no link.`,
    ),
    { code: 'no-master' },
  );

const otherAnswer = (answer: string, question: string): Error =>
  new Error(`The master answered ${question} with ${answer}. Do both nodes have the same version?`);
