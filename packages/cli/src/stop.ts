/** Adapter: ends the process of a node. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * `not-here`: the number is that of no node here (a container counts its own processes);
 * `late`: it was told to stop, and lives.
 */
export type StopOutcome = 'ended' | 'not-allowed' | 'not-here' | 'late';

/** More than the 45 s after which a node ends itself (`adapters/stop-deadline.ts` of the daemon), ms. */
export const stopPatienceMs = 60_000;

/** Milliseconds between two looks whether it has ended. */
const lookMs = 50;

/** Sends SIGTERM to `pid`, if that is a `start -f` by its arguments, and waits until it has ended. Signals no other process. */
export async function stopProcess(pid: number, patienceMs: number): Promise<StopOutcome> {
  if (!(await runsNode(pid))) return 'not-here';
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return 'ended';
    if (code === 'EPERM') return 'not-allowed';
    throw error;
  }
  const until = performance.now() + patienceMs;
  while (await runsNode(pid)) {
    if (performance.now() > until) return 'late';
    await sleep(lookMs);
  }
  return 'ended';
}

/** A process that has ended and that nobody has asked for its end (a zombie) has no arguments any more. */
async function runsNode(pid: number): Promise<boolean> {
  try {
    const [, , ...words] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    return words.includes('start');
  } catch {
    return false;
  }
}
