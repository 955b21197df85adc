import { ask, type Ref, tell } from '../src/index.ts';
import { cellOf } from '../src/ref.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, held, type Probe, probe } from './rig.ts';

const echo =
  (text: string) =>
  (replyTo: Ref<string>): Probe => ({ type: 'echo', text, replyTo });
const silent = (replyTo: Ref<string>): Probe => ({ type: 'silent', replyTo });

describe('ask', () => {
  it('resolves with what is told to the reply address, and leaves no timer', async () => {
    const { root, clock } = testSystem();
    const a = root.spawn(probe('a', []));
    expect(await ask(a, echo('hello'), 1_000)).toBe('hello');
    expect(clock.timers()).toBe(0);
  });

  it('rejects at its timeout and not before, and a late answer is a dead letter', async () => {
    const { root, clock, deadLetters } = testSystem();
    const a = root.spawn(probe('a', []));
    let replyTo: Ref<string> | undefined;
    let failure: unknown;
    const asking = ask(
      a,
      (to: Ref<string>) => {
        replyTo = to;
        return silent(to);
      },
      1_000,
    ).catch((error: unknown) => {
      failure = error;
    });
    await clock.advance(999);
    expect(failure).toBeUndefined();
    await clock.advance(1);
    await asking;
    expect(failure).toMatchObject({ code: 'ASK_TIMEOUT', path: '/a' });
    tell(replyTo!, 'late');
    expect(deadLetters()).toMatchObject({ count: 1, last: [{ to: '/a#answer', reason: 'asker-gone' }] });
  });

  it('of a stopped actor fails at once', async () => {
    const { root } = testSystem();
    const a = root.spawn(probe('a', []));
    await root.stopChild(a);
    await expect(ask(a, echo('x'), 1_000)).rejects.toMatchObject({ code: 'ACTOR_STOPPED', path: '/a' });
  });

  it('fails at once when the actor stops, whether it took the question or not, on a clock that stands still', async () => {
    const { root, clock } = testSystem();
    const a = root.spawn(probe('a', []));
    const taken = expect(ask(a, silent, 1_000)).rejects.toMatchObject({ code: 'ACTOR_STOPPED' });
    await settle();
    const waiting = expect(ask(a, silent, 1_000)).rejects.toMatchObject({ code: 'ACTOR_STOPPED' });
    await root.stopChild(a);
    await Promise.all([taken, waiting]);
    expect(clock.timers()).toBe(0);
  });

  it('fails at once when the actor crashes after it took the question; one that waits is answered after the restart', async () => {
    const { root } = testSystem();
    const a = root.spawn(probe('a', []));
    const taken = expect(ask(a, silent, 1_000)).rejects.toMatchObject({
      code: 'ACTOR_CRASHED',
      path: '/a',
      cause: { message: 'told to' },
    });
    tell(a, fault);
    const waiting = ask(a, echo('still here'), 1_000);
    await taken;
    expect(await waiting).toBe('still here');
  });

  it('fails at once when the question itself crashes the actor', async () => {
    const { root } = testSystem();
    const a = root.spawn(probe('a', []));
    await expect(ask(a, () => fault, 1_000)).rejects.toMatchObject({ code: 'ACTOR_CRASHED' });
  });

  it.each(['drop-newest', 'refuse'] as const)('fails at once when a full mailbox says %s', async (overflow) => {
    const { root } = testSystem();
    const a = root.spawn(probe('a', [], { mailbox: { capacity: 1, overflow } }));
    tell(a, { type: 'note', text: 'fills it' });
    await expect(ask(a, echo('x'), 1_000)).rejects.toMatchObject({ code: 'MAILBOX_FULL', path: '/a' });
  });

  it('fails at once when its question is dropped for a newer one', async () => {
    const { root } = testSystem();
    const a = root.spawn(probe('a', [], { mailbox: { capacity: 1, overflow: 'drop-oldest' } }));
    const older = expect(ask(a, echo('old'), 1_000)).rejects.toMatchObject({ code: 'MAILBOX_FULL' });
    expect(await ask(a, echo('new'), 1_000)).toBe('new');
    await older;
  });

  it('that waits in the mailbox fails at once when a stop begins, however long the work in flight still takes', async () => {
    const { root } = testSystem();
    const a = root.spawn(probe('a', []));
    const work = held<string>();
    const slow = call((scope) =>
      scope.run(
        () => work.promise,
        () => fault,
        () => fault,
      ),
    );
    tell(a, slow);
    await settle();
    const waiting = expect(ask(a, silent, 1_000)).rejects.toMatchObject({ code: 'ACTOR_STOPPED' });
    const stopped = root.stopChild(a);
    await waiting;
    work.resolve('done');
    await stopped;
  });

  it('that was answered while it was made, or is answered later, leaves nothing with the actor', async () => {
    const { root, clock } = testSystem();
    const a = root.spawn(probe('a', []));
    const early = (replyTo: Ref<string>): Probe => {
      tell(replyTo, 'early');
      return silent(replyTo);
    };
    expect(await ask(a, early, 1_000)).toBe('early');
    expect(await ask(a, echo('x'), 1_000)).toBe('x');
    expect(clock.timers()).toBe(0);
    expect(cellOf(a)?.asks?.size).toBe(0);
  });

  it('takes the first answer only', async () => {
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', []));
    const twice = (replyTo: Ref<string>): Probe =>
      call(() => {
        tell(replyTo, 'first');
        tell(replyTo, 'second');
      });
    expect(await ask(a, twice, 1_000)).toBe('first');
    expect(deadLetters().count).toBe(1);
  });

  it('is answered by work in flight while the actor stops', async () => {
    const { root } = testSystem();
    const a = root.spawn(probe('a', []));
    const work = held<string>();
    const slow = (replyTo: Ref<string>): Probe =>
      call((scope) =>
        scope.run(
          () => work.promise,
          (text) => call(() => tell(replyTo, text)),
          () => fault,
        ),
      );
    const answer = ask(a, slow, 1_000);
    await settle();
    const stopped = root.stopChild(a);
    work.resolve('done');
    expect(await answer).toBe('done');
    await stopped;
  });

  it.each([0, -1, Number.NaN])('rejects a timeout of %d', async (timeoutMs) => {
    const a = testSystem().root.spawn(probe('a', []));
    await expect(ask(a, echo('x'), timeoutMs)).rejects.toThrow('give more than 0');
  });

  it('rejects when the question cannot be made, and asks nobody', async () => {
    const { root, clock } = testSystem();
    const a = root.spawn(probe('a', []));
    const broken = (): Probe => {
      throw new Error('no question');
    };
    await expect(ask(a, broken, 1_000)).rejects.toThrow('no question');
    expect(clock.timers()).toBe(0);
  });
});
