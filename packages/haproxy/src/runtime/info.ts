/** `show info`: which process answers, and what it may do. */
import type { Instance } from '../driver.ts';
import { HaproxyError } from '../haproxy-error.ts';
import { ask, type Target } from './ask.ts';
import { commandLimits } from './settings.ts';

/** What is read of `show info`. Undefined: it does not say. */
export interface Info extends Instance {
  readonly maxconn: number | undefined;
  readonly connections: number | undefined;
  readonly openFiles: number | undefined;
  readonly stopping: boolean;
}

export async function readInfo(target: Target, signal: AbortSignal): Promise<Info> {
  const fields = new Map<string, string>();
  for (const line of (await ask(target, 'show info', commandLimits, signal)).split('\n')) {
    const at = line.indexOf(': ');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 2).trim());
  }
  const number = (name: string): number | undefined => {
    const text = fields.get(name);
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  };
  const [pid, version] = [number('Pid'), fields.get('Version')];
  if (fields.get('Name') !== 'HAProxy' || pid === undefined || version === undefined)
    throw new HaproxyError(
      target.name,
      'bad-answer',
      '`show info` was not answered as HAProxy does; what listens there?',
    );
  return {
    pid,
    version: version.slice(0, 128),
    // Absent before 2.6.
    startedAt: number('Start_time_sec') ?? 0,
    maxconn: number('Maxconn'),
    connections: number('CurrConns'),
    openFiles: number('Ulimit-n'),
    stopping: number('Stopping') === 1,
  };
}
