/** One line to the Runtime API and its answer, once what every command may be answered is told apart. */
import { HaproxyError } from '../haproxy-error.ts';
import type { HaproxyPorts, Limits, RuntimeEndpoint } from '../ports.ts';
import { shown } from './words.ts';

/** Where and whose. `name` is the endpoint for people. */
export interface Target {
  readonly ports: HaproxyPorts;
  readonly endpoint: RuntimeEndpoint;
  readonly name: string;
  readonly backend: string;
}

/** Sends a line and resolves with a whole answer; rejects for what no command should be answered. */
export async function ask(target: Target, line: string, limits: Limits, signal: AbortSignal): Promise<string> {
  const answer = await target.ports.runtime(target.endpoint, line, limits, signal);
  refuseGeneral(target, answer);
  return answer;
}

/** The lines of an answer that say something. A command that did what it should often says nothing. */
export const saidIn = (answer: string): readonly string[] =>
  answer
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Faults that are no single command's: each with what mends it. */
function refuseGeneral(target: Target, answer: string): void {
  const fail = (code: HaproxyError['code'], text: string): never => {
    throw new HaproxyError(target.name, code, text);
  };
  if (answer === '') fail('unreachable', 'the connection was closed without an answer; is HAProxy running behind it?');
  const start = answer.slice(0, 4_096);
  if (/^\s*(?:HTTP\/\d|<(?:!doctype|html|head|body|\?xml)\b)/i.test(start))
    fail('bad-answer', 'it speaks HTTP; give the address of a `stats socket` line, not of the stats page');
  if (!answer.endsWith('\n')) fail('bad-answer', `the answer is cut short: "${shown(answer.slice(-80))}"`);
  if (/^Permission denied$/m.test(start))
    fail('refused', 'permission denied; its `stats socket` line needs `level admin`');
  if (/^(?:No such backend\.|No such proxy\.|Can't find backend\.?)/m.test(start))
    fail(
      'no-backend',
      `there is no backend "${target.backend}"; add it to HAProxy's configuration, or name the right one`,
    );
  if (/^Unknown command/m.test(start))
    fail('unsupported', 'it does not know the command; HAProxy 2.6 or newer is needed');
}
