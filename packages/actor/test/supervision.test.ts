import { tell } from '../src/index.ts';
import { manualClock, settle, testSystem } from '../src/testing.ts';
import { call, fault, note, probe } from './rig.ts';

describe('one crash', () => {
  it('restarts the crashed child with fresh state under the same ref and leaves the others alone', async () => {
    const lines: string[] = [];
    const { root, crashes } = testSystem();
    const a = root.spawn(probe('a', lines));
    const b = root.spawn(probe('b', lines));
    for (const message of [note('x'), fault, note('y')]) tell(a, message);
    tell(b, note('x'));
    await settle();
    tell(b, note('y'));
    await settle();
    expect(lines.filter((line) => line.startsWith('a'))).toEqual(['a+', 'a x 0', 'a+', 'a y 0']);
    expect(lines.filter((line) => line.startsWith('b'))).toEqual(['b+', 'b x 0', 'b y 1']);
    expect(crashes).toMatchObject([{ path: '/a', outcome: 'restart' }]);
  });

  it.each(['decide', 'perform'] as const)('in %s consumes that message only', async (place) => {
    const lines: string[] = [];
    const { root } = testSystem();
    const a = root.spawn(probe('a', lines));
    for (const message of [note('x'), { type: 'crash', in: place } as const, note('y'), note('z')]) tell(a, message);
    await settle();
    expect(lines).toEqual(['a+', 'a x 0', 'a+', 'a y 0', 'a z 1']);
  });

  it.each(['init', 'started'] as const)(
    'in %s is a crash like any other: the ref is good after the restart',
    async (place) => {
      const lines: string[] = [];
      const { root, crashes } = testSystem();
      let starts = 0;
      const failFirst = (): number => {
        if (starts++ === 0) throw new Error('not yet');
        return 0;
      };
      const a = root.spawn(probe('a', lines, { [place]: failFirst }));
      tell(a, note('x'));
      await settle();
      expect(lines.at(-1)).toBe('a x 0');
      expect(crashes).toMatchObject([{ path: '/a', outcome: 'restart' }]);
    },
  );

  it('in stopping still stops the actor, and is told', async () => {
    const { root, crashes, inspect } = testSystem();
    const a = root.spawn(
      probe('a', [], {
        stopping: () => {
          throw new Error('too late');
        },
      }),
    );
    await root.stopChild(a);
    expect(crashes).toMatchObject([{ path: '/a', outcome: 'stop' }]);
    expect(inspect().map(({ path }) => path)).toEqual(['/']);
  });

  it('of what scope.run makes its outcome into is a crash of the actor', async () => {
    const lines: string[] = [];
    const { root, crashes } = testSystem();
    const a = root.spawn(probe('a', lines));
    const broken = (): never => {
      throw new Error('bug');
    };
    tell(
      a,
      call((scope) => scope.run(async () => 1, broken, broken)),
    );
    await settle();
    expect(crashes).toMatchObject([{ path: '/a', error: { message: 'bug' }, outcome: 'restart' }]);
  });

  it.each(['perform', 'started'] as const)(
    'is what a %s that returns a promise comes to, and the rejection is caught',
    async (place) => {
      const { root, crashes } = testSystem({ supervision: { intensity: { maxRestarts: 0, withinMs: 1 } } });
      const a = root.spawn(probe('a', [], { [place]: () => Promise.reject(new Error('later')) }));
      tell(a, note('x'));
      await settle();
      expect(crashes[0]).toMatchObject({ path: '/a', error: { message: expect.stringContaining('with scope.run') } });
    },
  );

  it('can be injected, also by the actor itself in the middle of its handler', async () => {
    const lines: string[] = [];
    const system = testSystem();
    const a = system.root.spawn(probe('a', lines));
    expect(system.crash('/a', new Error('drill'))).toBe(true);
    expect(system.crash('/nobody', new Error('drill'))).toBe(false);
    await settle();
    tell(
      a,
      call((scope) => {
        system.crash('/a', new Error('own drill'));
        lines.push(scope.signal.aborted ? 'ended under its handler' : 'handler goes on');
      }),
    );
    tell(a, note('x'));
    await settle();
    expect(lines).toEqual(['a+', 'a+', 'handler goes on', 'a+', 'a x 0']);
    expect(system.crashes.map(({ error }) => (error as Error).message)).toEqual(['drill', 'own drill']);
  });
});

describe('two crashes of one incarnation', () => {
  it('inside one handler are one: the first', async () => {
    const system = testSystem();
    const a = system.root.spawn(probe('a', []));
    tell(
      a,
      call(() => {
        system.crash('/a', new Error('first'));
        system.crash('/a', new Error('second'));
        throw new Error('third');
      }),
    );
    await settle();
    expect(system.crashes.map(({ error }) => (error as Error).message)).toEqual(['first']);
  });
});

describe('back-off', () => {
  it('keeps the actor down for its time, and its messages in the mailbox', async () => {
    const lines: string[] = [];
    const backOff = { minMs: 100, maxMs: 300, factor: 2, jitter: 0 };
    const { root, clock, inspect } = testSystem({ supervision: { backOff } });
    const a = root.spawn(probe('a', lines));
    for (const delay of [100, 200, 300]) {
      lines.length = 0;
      tell(a, fault);
      tell(a, note('x'));
      await settle();
      await clock.advance(delay - 1);
      expect(lines).toEqual([]);
      expect(inspect()[1]).toMatchObject({ status: 'down', depth: 1 });
      await clock.advance(1);
      expect(lines).toEqual(['a+', 'a x 0']);
    }
  });

  it('is cut short by a stop: the actor does not come back', async () => {
    const lines: string[] = [];
    const { root, clock } = testSystem({ supervision: { backOff: { minMs: 100, maxMs: 100, factor: 1, jitter: 0 } } });
    const a = root.spawn(probe('a', lines));
    tell(a, fault);
    await settle();
    await root.stopChild(a);
    expect(clock.timers()).toBe(0);
    await clock.advance(1_000);
    expect(lines).toEqual(['a+']);
    expect(clock.timers()).toBe(0);
  });
});

describe('names and options', () => {
  it('a name that a sibling has is an error', () => {
    const { root } = testSystem();
    root.spawn(probe('a', []));
    expect(() => root.spawn(probe('a', []))).toThrow('/ already has a child "a"');
    expect(() => root.supervise('a')).toThrow('already has a child');
  });

  it.each(['', 'a/b', 'a\nb', 'x'.repeat(256)])('the name %j is an error', (name) => {
    expect(() => testSystem().root.spawn(probe(name, []))).toThrow(/name/);
  });

  it('lists every supervision option that is out of its bounds', () => {
    const backOff = { minMs: -1, maxMs: -2, factor: 0.5, jitter: 2 };
    const open = () =>
      testSystem({ supervision: { backOff, intensity: { maxRestarts: -1, withinMs: 0 }, shutdownMs: -1 } });
    for (const fragment of ['minMs', 'maxMs', 'factor', 'jitter', 'maxRestarts', 'withinMs', 'shutdownMs']) {
      expect(open).toThrow(fragment);
    }
  });

  it('a clock of the caller runs the system', () => {
    const clock = manualClock();
    expect(testSystem({ clock }).clock).toBe(clock);
  });
});
