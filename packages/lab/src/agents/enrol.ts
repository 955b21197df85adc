/** Adapter: an agent asks the authd of a node for a key, over TLS. */
import { connect } from 'node:tls';
import { type Enrolled, type EnrolRequest, type Refusal, readAnswer, requestLine } from '../enrolment-text.ts';
import { linesOf } from '../lines.ts';
import type { AgentServer } from './server.ts';

/** Bytes of an answer. */
const maxAnswerBytes = 4_096;

/**
 * One exchange. Rejects when the connection fails, ends without an answer or takes longer than `patienceMs`.
 * The certificate is not checked: an agent that is given no authority checks none.
 */
export async function enrol(
  { host, enrolPort }: AgentServer,
  request: Pick<EnrolRequest, 'name' | 'groups'>,
  patienceMs: number,
  signal: AbortSignal,
): Promise<Enrolled | Refusal> {
  const socket = connect({ host, port: enrolPort, rejectUnauthorized: false });
  const giveUp = (): void => void socket.destroy(new Error('The enrolment was given up'));
  signal.addEventListener('abort', giveUp, { once: true });
  socket.setTimeout(patienceMs, () => socket.destroy(new Error(`No answer within ${patienceMs} ms`)));
  socket.on('error', () => {});
  try {
    if (signal.aborted) giveUp();
    socket.write(requestLine(request));
    const { done, value } = await linesOf(socket, maxAnswerBytes).next();
    if (done === true) throw new Error('The connection was closed without an answer');
    return readAnswer(value);
  } finally {
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}
