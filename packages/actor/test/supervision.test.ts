import { tell } from '../src/index.ts';
import { manualClock, settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, held, note, probe } from './rig.ts';

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
    await clock.advance(1_000);
    expect(lines).toEqual(['a+']);
    expect(clock.timers()).toBe(0);
  });
});

describe('strategies', () => {
  const three = (strategy: 'one-for-all' | 'rest-for-one') => {
    const lines: string[] = [];
    const system = testSystem({ supervision: { strategy } });
    const refs = ['a', 'b', 'c'].map((name) => system.root.spawn(probe(name, lines)));
    return { lines, system, refs };
  };

  it('one-for-all ends the others last first, then starts all first to last', async () => {
    const { lines, refs } = three('one-for-all');
    tell(refs[1]!, fault);
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'c+', 'c-', 'a-', 'a+', 'b+', 'c+']);
  });

  it('rest-for-one leaves alone what was started before', async () => {
    const { lines, refs } = three('rest-for-one');
    tell(refs[1]!, fault);
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'c+', 'c-', 'b+', 'c+']);
  });

  it('siblings that restart keep their refs and what waited in their mailboxes', async () => {
    const { lines, refs } = three('one-for-all');
    tell(refs[0]!, fault);
    tell(refs[2]!, note('x'));
    await settle();
    expect(lines.at(-1)).toBe('c x 0');
  });

  it('a sibling that ends comes to no message of others until it has started again', async () => {
    const { lines, refs, system } = three('one-for-all');
    const work = held<string>();
    tell(
      refs[2]!,
      call((scope) =>
        scope.run(
          () => work.promise,
          note,
          () => fault,
        ),
      ),
    );
    tell(refs[0]!, fault);
    await settle();
    tell(refs[2]!, note('of another'));
    await settle();
    expect(system.inspect()[3]).toMatchObject({ status: 'ending', depth: 1 });
    work.resolve('outcome');
    await settle();
    expect(lines.slice(3)).toEqual(['c-', 'c outcome 1', 'b-', 'a+', 'b+', 'c+', 'c of another 0']);
  });

  it('a second crash during the wait joins the two groups, and each child starts once', async () => {
    const lines: string[] = [];
    const backOff = { minMs: 100, maxMs: 100, factor: 1, jitter: 0 };
    const { root, clock } = testSystem({ supervision: { strategy: 'rest-for-one', backOff } });
    const [a, , c] = ['a', 'b', 'c'].map((name) => root.spawn(probe(name, lines)));
    tell(c!, fault);
    await settle();
    await clock.advance(50);
    tell(a!, fault);
    await clock.advance(99);
    expect(lines).toEqual(['a+', 'b+', 'c+', 'b-']);
    await clock.advance(1_000);
    expect(lines.slice(4)).toEqual(['a+', 'b+', 'c+']);
  });

  it('a child that fails while all start again is one more crash, and the rest follow it', async () => {
    const lines: string[] = [];
    let starts = 0;
    const system = testSystem({ supervision: { strategy: 'rest-for-one' } });
    const a = system.root.spawn(probe('a', lines));
    const failing = {
      init: () => {
        lines.push('b?');
        if (++starts === 2) throw new Error('not yet');
        return 0;
      },
    };
    system.root.spawn(probe('b', lines, failing));
    system.root.spawn(probe('c', lines));
    tell(a, fault);
    await settle();
    expect(lines).toEqual(['a+', 'b?', 'c+', 'c-', 'b-', 'a+', 'b?', 'b?', 'c+']);
    expect(system.crashes.map(({ path }) => path)).toEqual(['/a', '/b']);
  });

  it('a temporary child is not restarted: neither after its crash nor with its siblings', async () => {
    const lines: string[] = [];
    const { root, crashes } = testSystem({ supervision: { strategy: 'one-for-all' } });
    const a = root.spawn(probe('a', lines));
    const t = root.spawn(probe('t', lines), { restart: 'temporary' });
    tell(t, fault);
    await settle();
    expect(lines).toEqual(['a+', 't+']);
    expect(crashes).toMatchObject([{ path: '/t', outcome: 'stop' }]);
    root.spawn(probe('t', lines), { restart: 'temporary' });
    tell(a, fault);
    await settle();
    expect(lines.slice(2)).toEqual(['t+', 't-', 'a+']);
  });
});

describe('giving up', () => {
  const intensity = { maxRestarts: 1, withinMs: 60_000 };

  it('at the root stops every actor in good order, then says so once', async () => {
    const lines: string[] = [];
    const { root, giveUps, crashes, inspect } = testSystem({ supervision: { intensity } });
    const a = root.spawn(probe('a', lines));
    root.spawn(probe('b', lines));
    tell(a, fault);
    tell(a, fault);
    await settle();
    expect(crashes.map(({ path, outcome }) => `${path} ${outcome}`)).toEqual(['/a restart', '/a give-up', '/ give-up']);
    expect(lines).toEqual(['a+', 'b+', 'a+', 'b-']);
    expect(giveUps).toEqual([
      expect.stringContaining('/a crashed beyond the 1 restarts granted within 60000 ms: Error: told to'),
    ]);
    expect(inspect()).toMatchObject([{ path: '/', status: 'stopped' }]);
  });

  it('of a nested supervisor is one crash in its parent, which starts the whole subtree again, dynamic children too', async () => {
    const lines: string[] = [];
    const system = testSystem();
    const links = system.root.supervise('links', { intensity });
    const other = system.root.spawn(probe('other', lines));
    const a = links.spawn(probe('a', lines));
    links.spawn(probe('b', lines));
    const inner = links.supervise('inner');
    const deep = inner.spawn(probe('deep', lines));
    tell(a, fault);
    tell(a, fault);
    tell(a, note('kept'));
    await settle();
    expect(lines).toEqual(['other+', 'a+', 'b+', 'deep+', 'a+', 'deep-', 'b-', 'a+', 'b+', 'deep+', 'a kept 0']);
    tell(deep, note('x'));
    tell(other, note('x'));
    await settle();
    expect(lines.slice(-2)).toEqual(['deep x 0', 'other x 0']);
    expect(system.crashes.map(({ path, outcome }) => `${path} ${outcome}`)).toEqual([
      '/links/a restart',
      '/links/a give-up',
      '/links restart',
    ]);
    expect(system.giveUps).toEqual([]);
  });

  it('starts the children in order again even when the first fails once more', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const nested = root.supervise('nested', { strategy: 'one-for-all', intensity });
    let starts = 0;
    const init = (): number => {
      lines.push(++starts === 3 ? 'a fails' : 'a+');
      if (starts === 3) throw new Error('not yet');
      return 0;
    };
    const a = nested.spawn(probe('a', lines, { init }));
    nested.spawn(probe('b', lines));
    tell(a, fault);
    tell(a, fault);
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'b-', 'a+', 'b+', 'b-', 'a fails', 'a+', 'b+']);
  });

  it('is overtaken by a stop that is asked for meanwhile', async () => {
    const { root, stop, clock, giveUps, inspect } = testSystem({
      supervision: { intensity: { maxRestarts: 0, withinMs: 1 } },
    });
    const a = root.spawn(probe('a', []));
    tell(
      root.spawn(probe('b', [])),
      call((scope) => scope.run(forever, note, () => fault)),
    );
    tell(a, fault);
    await settle();
    expect(inspect()[0]).toMatchObject({ status: 'ending' });
    const stopping = stop();
    await clock.advance(5_000);
    await stopping;
    await settle();
    expect(giveUps).toEqual([]);
    expect(inspect()).toMatchObject([{ path: '/', status: 'stopped' }]);
  });

  it('climbs to the root when the parents have no budget left either', async () => {
    const { root, giveUps } = testSystem({ supervision: { intensity: { maxRestarts: 0, withinMs: 1 } } });
    const a = root.supervise('one').supervise('two').spawn(probe('a', []));
    tell(a, fault);
    await settle();
    expect(giveUps).toHaveLength(1);
    expect(giveUps[0]).toContain('/one/two/a');
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
