import { tell } from '../src/index.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, held, note, probe } from './rig.ts';

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
