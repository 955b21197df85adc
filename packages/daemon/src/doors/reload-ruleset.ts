/**
 * Has the manager's analysisd load its rules anew, when this node's files are the master's: what `sendrreload` is for.
 * What is asked while one is under way is done once more after it.
 */
import type { NodeConfig } from '@muster/config';
import type { ControlAnswers } from '@muster/control';
import type { Logger } from '@muster/log';
import type { Platform } from '../platform.ts';

/** Below R; framed as authd's (`reference/links.md` 7). */
const analysisSocket = 'queue/sockets/analysis';
const limits = { maxBytes: 64 * 1024, timeoutMs: 20_000 };
/** Between two looks at the node's own state, ms, and how many before it is done all the same. */
const lookMs = 1_000;
const mostLooks = 120;

export interface ReloadSources {
  readonly config: Pick<NodeConfig, 'root'>;
  readonly platform: Pick<Platform, 'clock' | 'sockets' | 'log'>;
  readonly answers: Pick<ControlAnswers, 'syncNow' | 'health'>;
}

/** The returned function neither blocks nor throws; `signal` ends what it began. */
export function rulesetReload(sources: ReloadSources): (signal: AbortSignal) => void {
  const log = sources.platform.log.for('Local Server', 'Main');
  let state: 'idle' | 'busy' | 'again' = 'idle';
  const run = async (signal: AbortSignal): Promise<void> => {
    state = 'busy';
    await reload(sources, log, signal).catch((error: unknown) => {
      if (signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      log.warning(
        `The ruleset could not be reloaded as asked: ${why}. Restart the manager beside this node, or ask again`,
      );
    });
    const again = (state as string) === 'again' && !signal.aborted;
    state = 'idle';
    if (again) void run(signal);
  };
  return (signal) => {
    if (state === 'idle') void run(signal);
    else state = 'again';
  };
}

async function reload({ config, platform, answers }: ReloadSources, log: Logger, signal: AbortSignal): Promise<void> {
  await answers.syncNow();
  for (let look = 0; look < mostLooks && !signal.aborted; look++) {
    await pause(platform, signal);
    if ((await answers.health()).state === 'in-sync') break;
  }
  signal.throwIfAborted();
  const request = {
    version: 1,
    origin: { name: 'muster', module: 'cluster' },
    command: 'reload-ruleset',
    parameters: {},
  };
  const path = `${config.root}/${analysisSocket}`;
  const answer = await platform.sockets.exchange(path, Buffer.from(JSON.stringify(request)), limits, signal);
  const fault = faultIn(Buffer.from(answer).toString('utf8'));
  if (fault !== undefined) throw new Error(fault);
  log.info('The ruleset was reloaded, as a program asked.');
}

const pause = ({ clock }: Pick<Platform, 'clock'>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const ended = (): void => {
      cancel();
      signal.removeEventListener('abort', ended);
      resolve();
    };
    const cancel = clock.after(lookMs, ended);
    signal.addEventListener('abort', ended, { once: true });
  });

/** Undefined: it was done. What the daemon says is not repeated at any length. */
function faultIn(text: string): string | undefined {
  try {
    const { error, message } = JSON.parse(text.replace(/\0+$/, '')) as { error?: unknown; message?: unknown };
    return error === 0 || error === undefined ? undefined : `analysisd refused it: ${String(message).slice(0, 200)}`;
  } catch {
    return 'analysisd answered with no JSON';
  }
}
