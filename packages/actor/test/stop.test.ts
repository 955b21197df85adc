import { offer, tell, watch } from '../src/index.ts';
import { cellOf } from '../src/ref.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, held, note, probe } from './rig.ts';

describe('stop', () => {
  it('of the system ends last first, whole subtrees in their place', async () => {
    const lines: string[] = [];
    const system = testSystem();
    const { root } = system;
    root.spawn(probe('a', lines));
    const nested = root.supervise('nested');
    root.spawn(probe('z', lines));
    nested.spawn(probe('b', lines));
    nested.spawn(probe('c', lines));
    await system.stop();
    expect(lines).toEqual(['a+', 'z+', 'b+', 'c+', 'z-', 'c-', 'b-', 'a-']);
  });

  it('waits for one child before it turns to the one started before, each with its own time', async () => {
    const lines: string[] = [];
    const { root, clock, stop } = testSystem({ supervision: { shutdownMs: 1_000 } });
    const busy = call((scope) => scope.run(forever, note, () => fault));
    tell(root.spawn(probe('a', lines)), busy);
    tell(root.spawn(probe('b', lines), { shutdownMs: 10 }), busy);
    await settle();
    const stopping = stop();
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'b-']);
    await clock.advance(10);
    expect(lines).toEqual(['a+', 'b+', 'b-', 'a-']);
    await clock.advance(1_000);
    await stopping;
    expect(clock.timers()).toBe(0);
  });

  it('twice is the same stop', async () => {
    const lines: string[] = [];
    const { root, stop } = testSystem();
    const a = root.spawn(probe('a', lines));
    await Promise.all([stop(), stop(), root.stop(), root.stopChild(a)]);
    expect(lines).toEqual(['a+', 'a-']);
  });

  it('by a handler of a child lets that handler finish', async () => {
    const lines: string[] = [];
    const { root, stop } = testSystem();
    const done = held<void>();
    const a = root.spawn(probe('a', lines));
    tell(
      a,
      call(() => {
        void stop().then(done.resolve);
        lines.push('goes on');
      }),
    );
    await done.promise;
    expect(lines).toEqual(['a+', 'goes on', 'a-']);
  });

  it('spawns nothing afterwards', async () => {
    const { root, stop } = testSystem();
    await stop();
    expect(() => root.spawn(probe('a', []))).toThrow('/ is stopped');
  });

  it('of a nested supervisor frees its name', async () => {
    const { root } = testSystem();
    const nested = root.supervise('links');
    const a = nested.spawn(probe('a', []));
    await root.stopChild(nested);
    expect(offer(a, note('x'))).toBe(false);
    expect(root.supervise('links').path).toBe('/links');
  });

  it("of somebody else's stopped child is an error too", async () => {
    const { root } = testSystem();
    const nested = root.supervise('nested');
    const a = nested.spawn(probe('a', []));
    await nested.stopChild(a);
    await nested.stopChild(a);
    await expect(root.supervise('other').stopChild(a)).rejects.toThrow('/nested/a is no child of /other');
  });

  it("of somebody else's child is an error", async () => {
    const { root } = testSystem();
    const a = root.supervise('nested').spawn(probe('a', []));
    await expect(root.stopChild(a)).rejects.toThrow('/nested/a is no child of /');
  });

  it('during the ending of siblings that restart together is final', async () => {
    const lines: string[] = [];
    const { root, clock } = testSystem({ supervision: { strategy: 'one-for-all' } });
    const a = root.spawn(probe('a', lines));
    const b = root.spawn(probe('b', lines));
    tell(
      b,
      call((scope) => scope.run(forever, note, () => fault)),
    );
    tell(a, fault);
    await settle();
    const stopped = root.stopChild(b);
    await clock.advance(5_000);
    await stopped;
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'b-', 'a+']);
  });
});

describe('a ref', () => {
  it('never reaches a later actor of the same name and path', async () => {
    const lines: string[] = [];
    const { root, deadLetters } = testSystem();
    const first = root.spawn(probe('a', lines));
    await root.stopChild(first);
    const second = root.spawn(probe('a', lines));
    expect([first.path, second.path]).toEqual(['/a', '/a']);
    tell(first, note('for the first'));
    expect(offer(first, note('for the first'))).toBe(false);
    tell(second, note('for the second'));
    await settle();
    expect(lines).toEqual(['a+', 'a-', 'a+', 'a for the second 0']);
    expect(deadLetters()).toMatchObject({ count: 1, last: [{ to: '/a', reason: 'stopped' }] });
  });

  it('of a stopped actor stops nothing', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const first = root.spawn(probe('a', lines));
    await root.stopChild(first);
    root.spawn(probe('a', lines));
    await root.stopChild(first);
    expect(lines).toEqual(['a+', 'a-', 'a+']);
  });
});

describe('death watch', () => {
  it('tells of a stop, not of a restart', async () => {
    const { root } = testSystem();
    const reasons: string[] = [];
    const a = root.spawn(probe('a', []));
    watch(a, (reason) => reasons.push(reason));
    tell(a, fault);
    await settle();
    expect(reasons).toEqual([]);
    await root.stopChild(a);
    expect(reasons).toEqual(['stopped']);
  });

  it('tells of the crash of a temporary child', async () => {
    const { root } = testSystem();
    const reasons: string[] = [];
    const a = root.spawn(probe('a', []), { restart: 'temporary' });
    watch(a, (reason) => reasons.push(reason));
    tell(a, fault);
    await settle();
    expect(reasons).toEqual(['crashed']);
  });

  it('tells that the root gave up', async () => {
    const { root } = testSystem({ supervision: { intensity: { maxRestarts: 0, withinMs: 1 } } });
    const reasons: string[] = [];
    const nested = root.supervise('nested');
    const a = nested.spawn(probe('a', []));
    watch(a, (reason) => reasons.push(reason));
    tell(a, fault);
    await settle();
    expect(reasons).toEqual(['gave-up']);
  });

  it('of an actor that is stopped already tells at once, and later than the call', async () => {
    const { root } = testSystem();
    const reasons: string[] = [];
    const a = root.spawn(probe('a', []));
    await root.stopChild(a);
    watch(a, (reason) => reasons.push(reason));
    expect(reasons).toEqual([]);
    await settle();
    expect(reasons).toEqual(['stopped']);
  });

  it('tells each watch once, also two with one notify, and one that is set while the actor stops', async () => {
    const reasons: string[] = [];
    const notify = (reason: string): void => void reasons.push(reason);
    let late: (() => void) | undefined;
    const { root } = testSystem({ observer: { stopped: () => late?.() } });
    const a = root.spawn(probe('a', []));
    late = () => {
      late = undefined;
      watch(a, () => reasons.push('late'));
    };
    watch(a, notify);
    watch(a, notify);
    await root.stopChild(a);
    await settle();
    expect(reasons).toEqual(['stopped', 'stopped', 'late']);
    expect(cellOf(a)?.watchers).toBeUndefined();
  });

  it('ends when it is taken back, and its throw harms nobody', async () => {
    const { root, crashes } = testSystem();
    const reasons: string[] = [];
    const a = root.spawn(probe('a', []));
    watch(a, (reason) => reasons.push(reason))();
    watch(a, () => {
      throw new Error('watcher');
    });
    await root.stopChild(a);
    expect(reasons).toEqual([]);
    expect(crashes).toMatchObject([{ error: { message: 'watcher' } }]);
  });
});
