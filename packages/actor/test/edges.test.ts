import { ask, type Ref, type Scope, tell, watch } from '../src/index.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, held, note, type Probe, type ProbeBehaviour, probe } from './rig.ts';

const backOff = { minMs: 100, maxMs: 100, factor: 1, jitter: 0 };
const busy = call((scope) => scope.run(forever, note, () => fault));
const outcomes = (crashes: readonly { readonly path: string; readonly outcome: string }[]): readonly string[] =>
  crashes.map(({ path, outcome }) => `${path} ${outcome}`);

describe('a stop', () => {
  it('of the whole system during a back-off leaves no timer and brings nobody back', async () => {
    const lines: string[] = [];
    const { root, clock, stop, inspect } = testSystem({ supervision: { backOff } });
    tell(root.supervise('nested').spawn(probe('a', lines)), fault);
    await settle();
    expect(clock.timers()).toBe(1);
    await stop();
    expect(clock.timers()).toBe(0);
    await clock.advance(1_000);
    expect(lines).toEqual(['a+']);
    expect(inspect()).toMatchObject([{ path: '/', status: 'stopped' }]);
  });

  it('of a supervisor whose children are ending to restart together is final for all of them', async () => {
    const lines: string[] = [];
    const { root, clock, inspect } = testSystem();
    const nested = root.supervise('nested', { strategy: 'one-for-all', backOff });
    const a = nested.spawn(probe('a', lines));
    tell(nested.spawn(probe('b', lines)), busy);
    await settle();
    tell(a, fault);
    await settle();
    const stopping = root.stopChild(nested);
    await clock.advance(5_000);
    await stopping;
    await settle();
    expect(clock.timers()).toBe(0);
    expect(lines).toEqual(['a+', 'b+', 'b-']);
    expect(inspect().map(({ path }) => path)).toEqual(['/']);
  });

  it('of a supervisor between the crash of a child and its restart in the next turn is final', async () => {
    const lines: string[] = [];
    const system = testSystem();
    const nested = system.root.supervise('nested');
    nested.spawn(probe('a', lines));
    system.crash('/nested/a', new Error('drill'));
    await nested.stop();
    await settle();
    expect(lines).toEqual(['a+']);
  });

  it('goes through when an effect of stopping throws: the crash is told, work in flight aborted', async () => {
    const lines: string[] = [];
    const { root, crashes, inspect } = testSystem();
    let signal: AbortSignal | undefined;
    const stopping: NonNullable<ProbeBehaviour['stopping']> = () => [
      { type: 'write', line: 'first effect' },
      { type: 'fail' },
      { type: 'write', line: 'never' },
    ];
    const started = (scope: Scope<Probe>): void => {
      signal = scope.signal;
    };
    const a = root.spawn(probe('a', lines, { stopping, started }));
    tell(a, busy);
    await settle();
    await root.stopChild(a);
    expect(lines).toEqual(['a+', 'first effect']);
    expect(outcomes(crashes)).toEqual(['/a stop']);
    expect(signal?.aborted).toBe(true);
    expect(inspect().map(({ path }) => path)).toEqual(['/']);
  });

  it('turns a crash beyond the budget into a stop: the root does not give up any more', async () => {
    const { root, crashes, giveUps, stop } = testSystem({
      supervision: { intensity: { maxRestarts: 0, withinMs: 1 } },
    });
    const work = held<string>();
    tell(
      root.spawn(probe('a', [])),
      call((scope) =>
        scope.run(
          () => work.promise,
          () => fault,
          () => fault,
        ),
      ),
    );
    await settle();
    const stopping = stop();
    work.resolve('and its handling crashes');
    await stopping;
    expect(outcomes(crashes)).toEqual(['/a stop']);
    expect(giveUps).toEqual([]);
  });

  it('of a temporary child that is just crashing is the same end, told once', async () => {
    const { root, crashes, inspect } = testSystem();
    const reasons: string[] = [];
    const t: Ref<Probe> = root.spawn(probe('t', []), { restart: 'temporary' });
    watch(t, (reason) => reasons.push(reason));
    const stopped = held<void>();
    tell(
      t,
      call(() => {
        void root.stopChild(t).then(stopped.resolve);
        throw new Error('while it is being stopped');
      }),
    );
    await stopped.promise;
    await root.stopChild(t);
    await settle();
    expect(reasons).toEqual(['stopped']);
    expect(outcomes(crashes)).toEqual(['/t stop']);
    expect(inspect().map(({ path }) => path)).toEqual(['/']);
  });
});

describe('inside a handler', () => {
  it('an actor may be spawned: it has started when the call returns, and outlives its maker', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const maker = root.spawn(probe('maker', lines));
    let made: Ref<Probe> | undefined;
    tell(
      maker,
      call(() => {
        made = root.spawn(probe('made', lines));
        lines.push('goes on');
        tell(made, note('x'));
      }),
    );
    tell(maker, fault);
    await settle();
    expect(lines).toEqual(['maker+', 'made+', 'goes on', 'made x 0', 'maker+']);
  });

  it('an actor may ask itself: the answer comes after the handler, and the others go on', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const a: Ref<Probe> = root.spawn(probe('a', lines));
    const other = root.spawn(probe('other', lines));
    const self = (replyTo: Ref<string>): Probe => ({ type: 'echo', text: 'from myself', replyTo });
    tell(
      a,
      call((scope) =>
        scope.run(
          () => ask(a, self, 1_000),
          note,
          () => fault,
        ),
      ),
    );
    tell(other, note('x'));
    await settle();
    expect(lines).toEqual(['a+', 'other+', 'other x 0', 'a from myself 2']);
  });

  it('an actor whose work waits for its own answer holds up a stop for its shutdown time, no longer', async () => {
    const { root, clock } = testSystem();
    const a: Ref<Probe> = root.spawn(probe('a', []));
    const never = (replyTo: Ref<string>): Probe => ({ type: 'silent', replyTo });
    const codes: string[] = [];
    const asking = async (): Promise<string> => {
      const failure = await ask(a, never, 60_000).catch((error: { readonly code: string }) => error.code);
      codes.push(failure);
      return failure;
    };
    tell(
      a,
      call((scope) => scope.run(asking, note, () => fault)),
    );
    await settle();
    const stopping = root.stopChild(a);
    await clock.advance(4_999);
    expect(codes).toEqual([]);
    await clock.advance(1);
    await stopping;
    expect(codes).toEqual(['ACTOR_STOPPED']);
    expect(clock.timers()).toBe(0);
  });
});

describe('an observer that tells', () => {
  it('reaches actors from every hook', async () => {
    const lines: string[] = [];
    const seen: string[] = [];
    let log: Ref<Probe> | undefined;
    const say = (hook: string) => (path: string) => {
      if (log !== undefined && path !== '/log') tell(log, note(`${hook} ${path}`));
      seen.push(hook);
    };
    const { root } = testSystem({
      observer: {
        ...{ spawned: say('spawned'), received: say('received'), crashed: say('crashed') },
        ...{ restarted: say('restarted'), stopped: say('stopped') },
      },
    });
    log = root.spawn(probe('log', lines));
    const a = root.spawn(probe('a', []));
    tell(a, fault);
    await settle();
    await root.stopChild(a);
    await settle();
    expect(lines.slice(1).map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
      'spawned /a',
      'received /a',
      'crashed /a',
      'restarted /a',
      'stopped /a',
    ]);
  });

  it('a stopped actor of its dead letters is counted, and not told for ever', async () => {
    let gone: Ref<Probe> | undefined;
    let told = 0;
    const { root, deadLetters } = testSystem({
      observer: {
        deadLetter: () => {
          told++;
          tell(gone!, note('again'));
        },
      },
    });
    gone = root.spawn(probe('gone', []));
    await root.stopChild(gone);
    tell(gone, note('first'));
    tell(gone, note('second'));
    expect([told, deadLetters().count]).toEqual([2, 4]);
  });
});
