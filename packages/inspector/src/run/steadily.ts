/** For commands that go on by themselves: what is temporary is said once, and waited for. */
import { ControlError } from '@muster/control';
import { printable } from '@muster/render';
import type { Asking } from '../session.ts';
import { pause } from '../waiting.ts';
import type { Context } from './context.ts';

/** A node that is silent, or linked no more, may be so for a moment. For one that does not run the session has waited. */
const temporary: ReadonlySet<string> = new Set(['timeout', 'not-linked', 'no-master', 'broken']);

/** Between two tries, ms. */
const againMs = 1_000;

/** Asks until there is an answer, for `liveMs` at most. */
export async function steadily<T>(context: Context, asking: Asking<T>): Promise<T> {
  const { session, clock, stop, liveMs, notice } = context;
  const until = clock.now() + liveMs;
  let said = '';
  for (;;) {
    try {
      const answer = await session.view(asking, { stop, patienceMs: Math.max(0, until - clock.now()) });
      if (said !== '') notice('it answers again');
      return answer;
    } catch (error) {
      if (!isTemporary(error) || clock.now() + againMs > until) throw error;
      const text = printable(error.message);
      if (text !== said) notice(`${text} Trying again…`);
      said = text;
    }
    await pause(clock, againMs, stop);
  }
}

const isTemporary = (error: unknown): error is ControlError =>
  error instanceof ControlError && temporary.has(error.code);
