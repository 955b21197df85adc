import { type Scope, tell } from '../src/index.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, held, note, type Probe, probe } from './rig.ts';

/** An actor and the scope of its incarnation. */
function rig() {
  const lines: string[] = [];
  const system = testSystem();
  const ref = system.root.spawn(probe('a', lines));
  const scope = async (): Promise<Scope<Probe>> => {
    const seen = held<Scope<Probe>>();
    tell(ref, call(seen.resolve));
    return seen.promise;
  };
  return { lines, system, clock: system.clock, ref, scope };
}

/** As `rig`, on the clock of the system. */
function timed(work: (scope: Scope<Probe>) => void) {
  const lines: string[] = [];
  const system = testSystem();
  const { clock, root } = system;
  const ref = root.spawn(probe('a', lines, { started: work }, clock));
  return { lines, system, clock, ref };
}

/** An actor, its scope, and its timers, to be fired without a turn in between. */
function firedByHand() {
  const lines: string[] = [];
  const due: (() => void)[] = [];
  const after = (_delayMs: number, fire: () => void): (() => void) => {
    due.push(fire);
    return () => {};
  };
  let scope: Scope<Probe> | undefined;
  const started = (own: Scope<Probe>): void => {
    scope = own;
  };
  testSystem().root.spawn(probe('a', lines, { started }, { now: () => 0, after }));
  return { lines, due, scope: scope! };
}

describe('timers of a scope', () => {
  it('every fires after each period, the first time after one', async () => {
    const { lines, clock } = timed((scope) => scope.every(100, note('tick')));
    await clock.advance(99);
    expect(lines).toEqual(['a+']);
    await clock.advance(201);
    expect(lines).toEqual(['a+', 'a tick 0', 'a tick 1', 'a tick 2']);
  });

  it('after fires once, and not when it was cancelled before', async () => {
    const { lines, clock } = timed((scope) => {
      scope.after(10, note('kept'));
      scope.after(10, note('cancelled'))();
    });
    await clock.advance(100);
    expect(lines).toEqual(['a+', 'a kept 0']);
  });

  it('after can be taken back while its message already waits', async () => {
    const { lines, due, scope } = firedByHand();
    scope.after(1, note('kept'));
    const cancel = scope.after(1, note('taken back'));
    for (const fire of due) fire();
    cancel();
    await settle();
    expect(lines).toEqual(['a+', 'a kept 0']);
  });

  it.each(['crash', 'stop'] as const)('do not fire after a %s', async (how) => {
    const { lines, system, clock, ref } = timed((scope) => {
      if (lines.length === 1) {
        scope.every(100, note('tick'));
        scope.after(100, note('once'));
      }
    });
    if (how === 'crash') tell(ref, fault);
    else await system.root.stopChild(ref);
    await settle();
    expect(clock.timers()).toBe(0);
    await clock.advance(1_000);
    expect(lines.filter((line) => line.includes('tick') || line.includes('once'))).toEqual([]);
  });

  it('are not set any more by a scope that is over, whose signal is aborted', async () => {
    const { system, clock, scope, ref } = rig();
    const own = await scope();
    await system.root.stopChild(ref);
    own.every(10, note('tick'));
    own.after(10, note('once'))();
    own.send(note('sent'));
    own.run(
      () => Promise.reject(new Error('not run')),
      note,
      () => fault,
    );
    expect(clock.timers()).toBe(0);
    expect(own.signal.aborted).toBe(true);
    expect(system.crashes).toEqual([]);
  });

  it('a tick is left out while the one before still waits', async () => {
    const { lines, due, scope } = firedByHand();
    scope.every(1, note('tick'));
    for (let n = 0; n < 5; n++) due.shift()?.();
    await settle();
    expect(lines).toEqual(['a+', 'a tick 0']);
  });

  it.each([0, -1, Number.NaN])('a period of %d is a bug', async (period) => {
    const { ref, system } = rig();
    tell(
      ref,
      call((scope) => scope.every(period, note('x'))),
    );
    await settle();
    expect(system.crashes).toMatchObject([{ error: { message: expect.stringContaining('period') } }]);
  });
});

describe('order', () => {
  it('what an actor sends itself waits for what came before, and for nothing that came later', async () => {
    const { lines, ref } = rig();
    tell(
      ref,
      call((scope) => scope.send(note('own'))),
    );
    tell(ref, note('before'));
    await settle();
    expect(lines).toEqual(['a+', 'a before 1', 'a own 2']);
  });

  it('nothing that a dead incarnation sent itself reaches the next', async () => {
    const { lines, ref } = rig();
    tell(
      ref,
      call((scope) => scope.send(note('own'))),
    );
    tell(ref, fault);
    tell(ref, note('of another'));
    await settle();
    expect(lines).toEqual(['a+', 'a+', 'a of another 0']);
  });
});

describe('work in flight', () => {
  it.each(['resolves', 'rejects', 'throws'] as const)('that %s becomes a message', async (how) => {
    const { lines, ref } = rig();
    const work = {
      resolves: async () => 'well',
      rejects: (): Promise<string> => Promise.reject(new Error('badly')),
      throws: (): Promise<string> => {
        throw new Error('badly');
      },
    }[how];
    tell(
      ref,
      call((scope) => scope.run(work, note, (error) => note((error as Error).message))),
    );
    await settle();
    expect(lines.at(-1)).toBe(how === 'resolves' ? 'a well 1' : 'a badly 1');
  });

  it('holds up a stop, and its outcome is still handled', async () => {
    const { lines, ref, system, clock } = rig();
    const work = held<string>();
    tell(
      ref,
      call((scope) =>
        scope.run(
          () => work.promise,
          note,
          () => note('failed'),
        ),
      ),
    );
    await settle();
    let stopped = false;
    const stopping = system.root.stopChild(ref).then(() => {
      stopped = true;
    });
    await clock.advance(4_999);
    expect(stopped).toBe(false);
    expect(system.inspect()[1]).toMatchObject({ status: 'ending', inFlight: 1 });
    work.resolve('outcome');
    await stopping;
    expect(lines).toEqual(['a+', 'a-', 'a outcome 1']);
    expect(clock.timers()).toBe(0);
  });

  it('is aborted when the shutdown time is over, not before', async () => {
    const { ref, system, clock, scope } = rig();
    const { signal } = await scope();
    tell(
      ref,
      call((own) => own.run(forever, note, () => fault)),
    );
    await settle();
    const stopping = system.root.stopChild(ref);
    await clock.advance(4_999);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.aborted).toBe(true);
    await stopping;
  });

  it('may be started by the last effects, and is waited for too', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const work = held<string>();
    const last = call((scope) =>
      scope.run(
        () => work.promise,
        (text) => call(() => lines.push(text)),
        () => fault,
      ),
    );
    const a = root.spawn(
      probe('a', lines, {
        stopping: () => [{ type: 'call', work: (last as { work: (scope: Scope<Probe>) => void }).work }],
      }),
    );
    const stopping = root.stopChild(a);
    work.resolve('flushed');
    await stopping;
    expect(lines).toEqual(['a+', 'flushed']);
  });

  it('of a crashed incarnation is aborted and its outcome reaches nobody', async () => {
    const { lines, ref, scope } = rig();
    const { signal } = await scope();
    const work = held<string>();
    tell(
      ref,
      call((own) =>
        own.run(
          () => work.promise,
          note,
          () => note('failed'),
        ),
      ),
    );
    tell(ref, fault);
    await settle();
    expect(signal.aborted).toBe(true);
    work.resolve('ghost');
    await settle();
    expect(lines).toEqual(['a+', 'a+']);
  });
});
