/** `show sess`, and ending sessions. */
import { Buffer } from 'node:buffer';
import type { CutOrder, Session } from '../driver.ts';
import { HaproxyError } from '../haproxy-error.ts';
import { ask, saidIn, type Target } from './ask.ts';
import type { Ending } from './ending.ts';
import { commandLimits, maxLineLength, maxSessions, sessionLimits, sessionsPerLine } from './settings.ts';
import { shown } from './words.ts';

/** A session of any backend. */
export interface KnownSession extends Session {
  readonly frontend: string;
  readonly backend: string;
}

/**
 * The sessions that are on a server of the backend, without those that are `ending`. One that waits for a server is
 * on none.
 */
export async function listSessions(
  target: Target,
  ending: Ending,
  signal: AbortSignal,
): Promise<readonly KnownSession[]> {
  const parsed = parseSessions(await ask(target, 'show sess', sessionLimits, signal));
  if ('fault' in parsed)
    throw new HaproxyError(
      target.name,
      'bad-answer',
      `\`show sess\` was not answered as HAProxy does: ${parsed.fault}`,
    );
  return ending
    .without(parsed.sessions)
    .filter(({ backend, server }) => backend === target.backend && !server.startsWith('<'));
}

type Parsed = { readonly sessions: readonly KnownSession[] } | { readonly fault: string };

/** One line for each session: its id, then `word=value` in an order that differs between versions. An empty line ends the list. */
export function parseSessions(answer: string): Parsed {
  if (!answer.endsWith('\n\n') && answer !== '\n') return { fault: 'the list is cut short' };
  const sessions: KnownSession[] = [];
  for (let from = 0; ; ) {
    const end = answer.indexOf('\n', from);
    const line = answer.slice(from, end);
    from = end + 1;
    if (line === '') return from < answer.length ? { fault: 'an empty line is in the middle of it' } : { sessions };
    if (line.length > maxLineLength)
      return { fault: `a line has ${line.length} characters, more than ${maxLineLength}` };
    const session = sessionOf(line);
    if (session === undefined) return { fault: `"${shown(line)}" is no session` };
    if (sessions.push(session) > maxSessions) return { fault: `it has more than ${maxSessions} sessions` };
  }
}

function sessionOf(line: string): KnownSession | undefined {
  const id = /^(0x[0-9a-f]{1,16}): /.exec(line)?.[1];
  const [source, frontend, backend, server] = [' src=', ' fe=', ' be=', ' srv='].map((word) => wordIn(line, word));
  if (id === undefined || source === undefined || frontend === undefined) return undefined;
  if (backend === undefined || server === undefined) return undefined;
  return { id, source: ownText(source), server, frontend, backend };
}

/** What stands behind it, up to the next space. */
function wordIn(line: string, word: string): string | undefined {
  const at = line.indexOf(word);
  if (at < 0) return undefined;
  const from = at + word.length;
  const end = line.indexOf(' ', from);
  const value = line.slice(from, end < 0 ? line.length : end);
  return value === '' ? undefined : value;
}

/** A part of a text holds the whole in memory. A plan remembers single sources, of as many lists as it has chunks. */
const ownText = (part: string): string => Buffer.from(part, 'utf8').toString('utf8');

/**
 * Ids are used again within milliseconds. So each line of commands has a list of its own, made right before it, and
 * names only sessions whose source and server are those that were ordered. One that was ended may be listed for
 * another moment: it is neither counted nor named any more, here and in later calls. One that ends by itself between
 * the list and the line counts as ended; whoever got its id in between is ended in its place, for HAProxy has no
 * command that names a source.
 */
export async function cutSessions(
  target: Target,
  order: CutOrder,
  ending: Ending,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const wanted = new Set(order.sources);
  const ended = new Set<string>();
  for (;;) {
    const here = (await listSessions(target, ending, signal)).filter(({ server }) => server === order.server);
    const atMost = Math.min(sessionsPerLine, Math.max(0, here.length - order.keep));
    const victims = here.filter(({ source }) => wanted.has(source)).slice(0, atMost);
    if (victims.length > 0) await shutDown(target, victims, ending, signal);
    for (const { source } of victims) {
      ended.add(source);
      // It may come back from the same port.
      wanted.delete(source);
    }
    if (victims.length < sessionsPerLine) return [...ended];
  }
}

async function shutDown(
  target: Target,
  sessions: readonly Session[],
  ending: Ending,
  signal: AbortSignal,
): Promise<void> {
  const line = sessions.map(({ id }) => `shutdown session ${id}`).join(';');
  const said = saidIn(await ask(target, line, commandLimits, signal));
  const other = said.find((each) => !each.startsWith('No such session'));
  if (other !== undefined)
    throw new HaproxyError(target.name, 'failed', `\`shutdown session\` was answered "${shown(other)}"`);
  // Not without that answer: whoever was not told to end would be in no list any more.
  ending.add(sessions);
}
