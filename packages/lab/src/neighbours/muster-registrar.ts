/** Adapter: the Muster of the node answers for the stand-in of authd, as it does for a worker's authd. */
import { openControl } from '@muster/control';
import type { Enrolled, EnrolRequest, Refusal } from '../enrolment-text.ts';

/** Milliseconds for the node's answer; an agent waits longer. */
const patienceMs = 15_000;

/** Asks the node of `root`, over a connection of its own. Rejects when it, or its master, cannot be asked. */
export async function registerAtMuster(root: string, request: EnrolRequest): Promise<Enrolled | Refusal> {
  const client = await openControl(root, patienceMs);
  try {
    const { name, ip, groups, keyHash } = request;
    const answer = await client.register({
      name,
      ip,
      ...(groups === undefined ? {} : { groups: [...groups] }),
      ...(keyHash === undefined ? {} : { keyHash }),
    });
    return answer.type === 'agent-registered' ? answer : { refused: `${answer.text} (${answer.code})` };
  } finally {
    client.close();
  }
}
