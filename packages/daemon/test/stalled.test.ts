import { manualClock } from '@muster/actor/testing';
import type { OpenStream } from '../src/files/content-stream.ts';
import { stalledMs, unlessStalled } from '../src/files/stalled.ts';

const request = { type: 'get-manifest', id: { epoch: 1, generation: 1 } } as const;
const never = new AbortController().signal;

/** A stream that gives `pieces` one by one when it is asked for, and then nothing until it is aborted. */
const stuckAfter = (...pieces: readonly string[]): OpenStream =>
  async function* (_request, signal) {
    for (const piece of pieces) yield Buffer.from(piece);
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  };

describe('a stream that stands still', () => {
  it('is waited for 1 ms short of the limit, and fails at it', async () => {
    const clock = manualClock();
    const stream = unlessStalled(stuckAfter('a'), clock)(request, never)[Symbol.asyncIterator]();
    expect(await stream.next()).toMatchObject({ done: false });
    let failed: unknown;
    const next = stream.next().catch((error: unknown) => {
      failed = error;
    });
    await clock.advance(stalledMs - 1);
    expect(failed).toBeUndefined();
    await clock.advance(1);
    await next;
    expect(failed).toMatchObject({ code: 'stalled', message: 'the master sent nothing of an answer for 120 s' });
  });

  it('is not one whose reader takes its time', async () => {
    const clock = manualClock();
    const stream = unlessStalled(stuckAfter('a', 'b'), clock)(request, never)[Symbol.asyncIterator]();
    await stream.next();
    await clock.advance(10 * stalledMs);
    expect(await stream.next()).toMatchObject({ done: false });
    await stream.return?.();
  });

  it('keeps the reason of another end', async () => {
    const broken: OpenStream = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the link broke')) }),
    });
    const stream = unlessStalled(broken, manualClock())(request, never)[Symbol.asyncIterator]();
    await expect(stream.next()).rejects.toThrow('the link broke');
  });
});
