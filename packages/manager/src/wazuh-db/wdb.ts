/** The text commands of wazuh-db over `queue/db/wdb` (`reference/agent-info.md` 7): framed both ways, answered `ok`, `due` or `err`. */
import { Buffer } from 'node:buffer';
import { tidyText } from '../info-texts.ts';
import { ManagerError } from '../manager-error.ts';
import { type LocalSockets, SocketError, socketFault } from '../sockets.ts';

export const wdbSocket = 'queue/db/wdb';

export interface WdbAnswer {
  /** `due`: there is more than fits one answer. */
  readonly status: 'ok' | 'due';
  /** '' when there is none. */
  readonly text: string;
}

/** Rejects with a `ManagerError`: `refused` for an `err`, `bad-answer`, or what the socket says. */
export type AskWdb = (command: string, signal: AbortSignal) => Promise<WdbAnswer>;

/** Answers are cut at some 64 KiB; ten times that is none of them. */
const maxAnswerBytes = 1024 * 1024;
/** The time that the reference gives work of the database. */
const timeoutMs = 40_000;

export function openWdb(sockets: LocalSockets, root: string): AskWdb {
  return async (command, signal) => {
    const request = Buffer.from(command);
    const answer = await sockets
      .exchange(`${root}/${wdbSocket}`, request, { maxBytes: maxAnswerBytes, timeoutMs }, signal)
      .catch((error: unknown) => {
        throw socketFailed(wdbSocket, error);
      });
    return answerOf(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString('utf8'));
  };
}

function answerOf(answer: string): WdbAnswer {
  const at = answer.indexOf(' ');
  const [status, text] = at < 0 ? [answer, ''] : [answer.slice(0, at), answer.slice(at + 1)];
  if (status === 'ok' || status === 'due') return { status, text };
  if (status === 'err')
    throw new ManagerError(wdbSocket, 'refused', `wazuh-db refused: "${tidyText(text)}"; look into its log`);
  throw badAnswer(wdbSocket);
}

/** What answers does not speak as the reference has it. */
export const badAnswer = (at: string): ManagerError => new ManagerError(at, 'bad-answer', socketFault('bad-answer'));

/** A failed socket as the manager's failure; others (an abort) as they are. */
export const socketFailed = (at: string, error: unknown): unknown =>
  error instanceof SocketError ? new ManagerError(at, error.code, socketFault(error.code), error) : error;
