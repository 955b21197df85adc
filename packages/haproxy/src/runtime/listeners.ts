/** `show fd`: on which ports which frontends listen. HAProxy tells it nowhere else. */
import { HaproxyError } from '../haproxy-error.ts';
import { ask, type Target } from './ask.ts';
import type { Info } from './info.ts';
import { listLimits } from './settings.ts';

export interface Listener {
  readonly frontend: string;
  readonly port: number;
}

/** Before 2.8 only the list of all descriptors has them: HAProxy rests while it writes it, so it is not asked for when it is long. */
const connectionsForAll = 1_000;

/** Empty where it cannot be told. */
export async function listListeners(target: Target, info: Info, signal: AbortSignal): Promise<readonly Listener[]> {
  const found = await listenersIn(target, 'show fd l', signal);
  if (found.length > 0 || (info.connections ?? Number.POSITIVE_INFINITY) > connectionsForAll) return found;
  return listenersIn(target, 'show fd', signal);
}

/** It is a command for debugging, which others may leave out. */
async function listenersIn(target: Target, line: string, signal: AbortSignal): Promise<readonly Listener[]> {
  try {
    return parseListeners(await ask(target, line, listLimits, signal));
  } catch (error) {
    if (error instanceof HaproxyError && error.code === 'unsupported') return [];
    throw error;
  }
}

/** `… l.st=RDY fe=agents fam=ipv4 lport=1514` */
export function parseListeners(answer: string): readonly Listener[] {
  return [...answer.matchAll(/ l\.st=\S+ fe=(\S+) fam=ipv[46] lport=(\d{1,5})\b/g)]
    .map(([, frontend, port]) => ({ frontend: frontend!, port: Number(port) }))
    .filter(({ frontend }) => frontend !== 'GLOBAL');
}
