import { type Ref, tell } from '../src/index.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, note, type Probe, probe } from './rig.ts';

const busy = call((scope) => scope.run(forever, note, () => fault));
const backOff = { minMs: 100, maxMs: 100, factor: 1, jitter: 0 };
const intensity = { maxRestarts: 0, withinMs: 60_000 };

describe('a supervisor that is ending', () => {
  it('restarts no child that crashes meanwhile', async () => {
    const lines: string[] = [];
    const { root, clock, crashes } = testSystem();
    const nested = root.supervise('nested');
    const a = nested.spawn(probe('a', lines));
    tell(nested.spawn(probe('b', lines)), busy);
    await settle();
    const stopping = nested.stop();
    tell(a, fault);
    await clock.advance(5_000);
    await stopping;
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'b-']);
    expect(crashes).toMatchObject([{ path: '/nested/a', outcome: 'stop' }]);
  });

  it('brings back no child whose back-off ends while a later one is still ending', async () => {
    const lines: string[] = [];
    const { root, clock } = testSystem({ supervision: { backOff } });
    const a = root.spawn(probe('a', lines));
    tell(root.spawn(probe('b', lines)), busy);
    tell(a, fault);
    await settle();
    const stopping = root.stop();
    await clock.advance(5_000);
    await stopping;
    expect(lines).toEqual(['a+', 'b+', 'b-']);
  });

  it('leaves no restart of a child behind: its own comes instead', async () => {
    const lines: string[] = [];
    const { root, clock } = testSystem({ supervision: { strategy: 'one-for-all', backOff } });
    const a = root.spawn(probe('a', lines));
    tell(root.supervise('nested').spawn(probe('x', lines)), fault);
    await settle();
    tell(a, fault);
    await settle();
    expect(clock.timers()).toBe(1);
    await clock.advance(100);
    expect(lines).toEqual(['a+', 'x+', 'a+', 'x+']);
  });

  it('because it gave up still restarts with the siblings that crash meanwhile, and they with it', async () => {
    const lines: string[] = [];
    const { root, clock, inspect } = testSystem({ supervision: { strategy: 'rest-for-one' } });
    const a = root.spawn(probe('a', lines));
    const nested = root.supervise('nested', { intensity });
    tell(nested.spawn(probe('slow', lines)), busy);
    const x = nested.spawn(probe('x', lines));
    await settle();
    tell(x, fault);
    await settle();
    tell(a, fault);
    await settle();
    await clock.advance(5_000);
    expect(lines.slice(3)).toEqual(['slow-', 'a+', 'slow+', 'x+']);
    expect(inspect().map(({ status }) => status)).toEqual(['running', 'running', 'running', 'running', 'running']);
  });
});

describe('a supervisor that waits for its restart', () => {
  it('takes a new child, which starts with it', async () => {
    const lines: string[] = [];
    const { root, clock } = testSystem({ supervision: { backOff } });
    const nested = root.supervise('nested', { intensity });
    tell(nested.spawn(probe('a', lines)), fault);
    await settle();
    tell(nested.spawn(probe('late', lines)), note('kept'));
    await settle();
    expect(lines).toEqual(['a+']);
    await clock.advance(100);
    expect(lines).toEqual(['a+', 'a+', 'late+', 'late kept 0']);
  });

  it('does not start a child that an earlier one stops by its own start', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const nested = root.supervise('nested', { intensity });
    let b: Ref<Probe> | undefined;
    const started = (): void => {
      if (b !== undefined) void nested.stopChild(b);
    };
    const a = nested.spawn(probe('a', lines, { started }));
    b = nested.spawn(probe('b', lines));
    tell(a, fault);
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'b-', 'a+']);
  });
});

describe('a restarted supervisor', () => {
  it('grants its whole budget anew', async () => {
    const { root, crashes } = testSystem();
    const nested = root.supervise('nested', { intensity: { maxRestarts: 1, withinMs: 60_000 } });
    const a = nested.spawn(probe('a', []));
    for (let n = 0; n < 3; n++) tell(a, fault);
    await settle();
    expect(crashes.map(({ path, outcome }) => `${path} ${outcome}`)).toEqual([
      '/nested/a restart',
      '/nested/a give-up',
      '/nested restart',
      '/nested/a restart',
    ]);
  });

  it('starts no further child once one that starts makes it give up', async () => {
    const lines: string[] = [];
    const { root, giveUps } = testSystem({ supervision: { intensity: { maxRestarts: 1, withinMs: 60_000 } } });
    const nested = root.supervise('nested', { intensity });
    let starts = 0;
    const init = (): number => {
      lines.push('a?');
      if (++starts === 2) throw new Error('not again');
      return 0;
    };
    tell(nested.spawn(probe('a', lines, { init })), fault);
    nested.spawn(probe('b', lines));
    await settle();
    expect(lines).toEqual(['a?', 'b+', 'b-', 'a?']);
    expect(giveUps).toHaveLength(1);
  });
});
