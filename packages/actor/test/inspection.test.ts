import { type Observer, tell } from '../src/index.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, note, type Probe, probe } from './rig.ts';

/** An observer that writes down what it sees. */
function notebook(): { readonly seen: string[]; readonly observer: Omit<Observer, 'sampled'> } {
  const seen: string[] = [];
  const write =
    (hook: string) =>
    (path: string, ...rest: unknown[]): void => {
      seen.push([hook, path, ...rest.filter((part) => typeof part !== 'object')].join(' '));
    };
  const observer = {
    ...{ spawned: write('spawned'), received: write('received'), crashed: write('crashed') },
    ...{ restarted: write('restarted'), stopped: write('stopped') },
    deadLetter: ({ to, reason }: { readonly to: string; readonly reason: string }) =>
      void seen.push(`dead ${to} ${reason}`),
  };
  return { seen, observer };
}

describe('an observer', () => {
  it('sees every step of the lives of actors', async () => {
    const { seen, observer } = notebook();
    const system = testSystem({ observer });
    const a = system.root.supervise('nested').spawn(probe('a', []));
    tell(a, note('x'));
    tell(a, fault);
    await settle();
    await system.stop();
    tell(a, note('y'));
    expect(seen).toEqual([
      'spawned /nested',
      'spawned /nested/a',
      'received /nested/a note 0 0',
      'received /nested/a crash 0 0',
      'crashed /nested/a restart',
      'restarted /nested/a',
      'stopped /nested/a',
      'stopped /nested',
      'stopped /',
      'dead /nested/a stopped',
    ]);
  });

  it('sees how long a message waited and how long it took', async () => {
    const waits: number[][] = [];
    const received = (_path: string, _type: string, ...times: number[]): void => void waits.push(times);
    const system = testSystem({ observer: { received } });
    let now = 0;
    const clock = { now: () => now, after: () => () => {} };
    const a = system.root.spawn(probe('a', [], {}, clock));
    const takes = (ms: number): Probe =>
      call((scope) => {
        now += ms;
        if (ms === 3) scope.send(note('own'));
      });
    tell(a, takes(2));
    tell(a, takes(3));
    now = 10;
    await settle();
    expect(waits).toEqual([
      [10, 2],
      [12, 3],
      [0, 0],
    ]);
  });

  it('of samples sees each 64th message of an actor, from the first on, and its own messages at the same rate', async () => {
    const samples: number[][] = [];
    const system = testSystem({ observer: { sampled: (...times) => void samples.push(times) } });
    let now = 0;
    const clock = { now: () => now, after: () => () => {} };
    const a = system.root.spawn(probe('a', [], {}, clock));
    const b = system.root.spawn(probe('b', [], {}, clock));
    for (let n = 0; n < 129; n++) tell(a, note('x'));
    now = 5;
    tell(
      b,
      call((scope) => void scope.send(note('own'))),
    );
    now = 12;
    await settle();
    expect(samples).toEqual([
      [12, 0],
      [12, 0],
      [12, 0],
      [7, 0],
    ]);
    tell(
      a,
      call((scope) => Array.from({ length: 640 }, () => scope.send(note('own')))),
    );
    await settle();
    expect(samples).toHaveLength(4 + 10);
  });

  it('that throws harms no actor', async () => {
    const broken = (): never => {
      throw new Error('observer');
    };
    const observer = {
      spawned: broken,
      received: broken,
      crashed: broken,
      restarted: broken,
      stopped: broken,
      deadLetter: broken,
    };
    const lines: string[] = [];
    const { root, stop } = testSystem({ observer });
    const a = root.spawn(probe('a', lines));
    for (const message of [note('x'), fault, note('y')]) tell(a, message);
    await settle();
    await stop();
    tell(a, note('z'));
    expect(lines).toEqual(['a+', 'a x 0', 'a+', 'a y 0', 'a-']);
  });
});

describe('inspection', () => {
  it('shows the tree, parents first, with the figures of each actor', async () => {
    const { root, inspect, clock } = testSystem();
    const a = root.supervise('nested').spawn(probe('a', []));
    root.spawn(probe('b', []));
    await clock.advance(7);
    tell(a, note('x'));
    tell(a, fault);
    await settle();
    tell(a, note('waits'));
    expect(inspect().map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'supervisor /',
      'supervisor /nested',
      'actor /nested/a',
      'actor /b',
    ]);
    expect(inspect()[2]).toMatchObject({
      ...{ name: 'a', status: 'running', depth: 1, highWater: 2, processed: 2, restarts: 1 },
      ...{ inFlight: 0, overflowed: 0, lastError: { text: 'Error: told to' } },
    });
  });

  it('shows the first of the tree alone where no more are wanted', () => {
    const { root, inspect } = testSystem();
    const nested = root.supervise('nested');
    for (const name of ['a', 'b']) nested.spawn(probe(name, []));
    root.spawn(probe('c', []));
    const paths = (most?: number): readonly string[] => inspect(most).map(({ path }) => path);
    expect([paths(0), paths(3), paths(4)]).toEqual([
      [],
      ['/', '/nested', '/nested/a'],
      ['/', '/nested', '/nested/a', '/nested/b'],
    ]);
    expect(paths()).toEqual(['/', '/nested', '/nested/a', '/nested/b', '/c']);
  });

  it('shows one actor or supervisor with its own children', () => {
    const { root, look } = testSystem();
    const nested = root.supervise('nested');
    for (const name of ['a', 'b']) nested.spawn(probe(name, []));
    nested.supervise('deeper').spawn(probe('c', []));
    const paths = (path: string, most?: number): unknown => {
      const seen = look(path, most);
      return seen && [seen.row.path, seen.children.map((child) => child.path), seen.childCount];
    };
    expect(paths('/')).toEqual(['/', ['/nested'], 1]);
    expect(paths('/nested')).toEqual(['/nested', ['/nested/a', '/nested/b', '/nested/deeper'], 3]);
    expect(paths('/nested', 1)).toEqual(['/nested', ['/nested/a'], 3]);
    expect(paths('/nested/a')).toEqual(['/nested/a', [], 0]);
    for (const unknown of ['', '//', '/nobody', '/nested/a/b', 'nested', '/nested/', '/constructor']) {
      expect(paths(unknown)).toBeUndefined();
    }
  });

  it('knows no path of a stopped actor', async () => {
    const { root, keepRecent, recent, crash } = testSystem();
    const a = root.spawn(probe('a', []));
    keepRecent('/a', 9);
    tell(a, note('x'));
    await settle();
    await root.stopChild(a);
    expect([keepRecent('/a', 1), crash('/a', new Error('drill')), recent('/a', 9)]).toEqual([false, false, []]);
  });

  it('keeps the last messages on demand, redacted when they are handled', async () => {
    const { root, recent, keepRecent } = testSystem();
    const redact = (message: Probe): unknown => (message.type === 'note' ? message.text.toUpperCase() : '-');
    const a = root.spawn(probe('a', [], { redact }));
    tell(a, note('before'));
    await settle();
    expect(keepRecent('/a', 2)).toBe(true);
    for (const text of ['x', 'y', 'z']) tell(a, note(text));
    await settle();
    expect(recent('/a', 9)).toMatchObject([
      { type: 'note', message: 'Y' },
      { type: 'note', message: 'Z' },
    ]);
    expect(recent('/a', 1)).toMatchObject([{ message: 'Z' }]);
    expect(recent('/a', 0)).toEqual([]);
    keepRecent('/a', 0);
    expect(recent('/a', 9)).toEqual([]);
    expect([keepRecent('/nobody', 1), recent('/nobody', 1)]).toEqual([false, []]);
  });

  it('hides keys and bytes where the actor has no redaction of its own, and survives one that throws', async () => {
    const { root, recent, keepRecent } = testSystem();
    const broken = (): never => {
      throw new Error('redact');
    };
    const a = root.spawn(probe('a', []));
    const b = root.spawn(probe('b', [], { redact: broken }));
    keepRecent('/a', 1);
    keepRecent('/b', 1);
    const secret = {
      type: 'note',
      text: 'x'.repeat(300),
      key: 'hush',
      nested: { password: 'hush', bytes: Buffer.from('hush') },
    };
    for (const ref of [a, b]) tell(ref, secret as unknown as Probe);
    await settle();
    expect(recent('/a', 1)[0]?.message).toEqual({
      ...{ type: 'note', text: `${'x'.repeat(200)}…`, key: '[redacted]' },
      nested: { password: '[redacted]', bytes: '[4 bytes]' },
    });
    expect(recent('/b', 1)[0]?.message).toBe('[redaction failed]');
    expect(JSON.stringify([recent('/a', 1), recent('/b', 1)])).not.toContain('hush');
  });
});

describe('the state of an actor', () => {
  const backOff = { minMs: 100, maxMs: 100, factor: 1, jitter: 0 };

  it('is shown as it is now, while it runs and while it ends', async () => {
    const { root, state, clock } = testSystem({ supervision: { shutdownMs: 50 } });
    const a = root.spawn(probe('a', []));
    tell(a, note('x'));
    expect(state('/a')).toBe(0);
    await settle();
    expect(state('/a')).toBe(1);
    tell(
      a,
      call((scope) => scope.run(forever, note, () => fault)),
    );
    await settle();
    const stopped = root.stopChild(a);
    expect(state('/a')).toBe(2);
    await clock.advance(50);
    await stopped;
    expect(state('/a')).toBeUndefined();
  });

  it('is none for an actor that is down, a supervisor, and what there is not', async () => {
    const { root, state, clock } = testSystem({ supervision: { backOff } });
    root.supervise('nested');
    tell(root.spawn(probe('a', [])), fault);
    await settle();
    expect(['/a', '/nested', '/', '/nobody'].map(state)).toEqual([undefined, undefined, undefined, undefined]);
    await clock.advance(100);
    expect(state('/a')).toBe(0);
  });

  it('hides secrets, or what the actor hides of it, and survives an actor that fails at it', () => {
    const { root, state } = testSystem();
    const broken = (): never => {
      throw new Error('redactState');
    };
    const secret = { clusterKey: 'hush', peers: new Map([['worker1', { token: 'hush', at: 5 }]]) };
    const init = (): never => secret as never;
    root.spawn(probe('a', [], { init }));
    root.spawn(probe('b', [], { init, redactState: (held) => Object.keys(held as unknown as object) }));
    root.spawn(probe('c', [], { init, redactState: broken }));
    expect(state('/a')).toEqual({ clusterKey: '[redacted]', peers: { worker1: { token: '[redacted]', at: 5 } } });
    expect(state('/b')).toEqual(['clusterKey', 'peers']);
    expect(state('/c')).toBe('[redaction failed]');
  });

  it('is a copy below 16 KiB, whatever it is', () => {
    const { root, state } = testSystem();
    const rows = new Map(Array.from({ length: 5_000 }, (_, n) => [`row ${n}`, { n, text: 'x'.repeat(n), big: 5n }]));
    root.spawn(probe('a', [], { init: () => rows as never }));
    root.spawn(probe('b', [], { init: () => rows as never, redactState: (held) => held }));
    for (const path of ['/a', '/b']) {
      const shown = JSON.stringify(state(path));
      expect(Buffer.byteLength(shown)).toBeLessThan(16 * 1_024);
      expect(shown).toContain('"row 1":{"n":1,"text":"x","big":"[bigint]"}');
    }
  });
});

describe('dead letters', () => {
  it('are all counted, and the last 256 kept, oldest first', async () => {
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', []));
    await root.stopChild(a);
    for (let n = 0; n < 300; n++) tell(a, note(String(n)));
    const { count, last } = deadLetters();
    expect(count).toBe(300);
    expect(last).toHaveLength(256);
    expect([last[0], last.at(-1)]).toMatchObject([{ message: { text: '44' } }, { message: { text: '299' } }]);
  });

  it('show what their actor lets be seen', async () => {
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', [], { redact: () => 'hidden' }));
    await root.stopChild(a);
    tell(a, note('secret'));
    expect(deadLetters().last).toMatchObject([{ type: 'note', message: 'hidden', at: 0 }]);
  });

  it('are what waited when the actor stopped', async () => {
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', []));
    tell(a, note('x'));
    await root.stopChild(a);
    expect(deadLetters().count).toBe(1);
  });
});
