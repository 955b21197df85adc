import fc from 'fast-check';
import { openDice } from '../../src/dice.ts';
import { openHost } from '../../src/host.ts';
import { openQueue } from '../../src/queue.ts';
import { openTimeline, type Timeline } from '../../src/timeline.ts';
import { openTrace, type Trace } from '../../src/trace.ts';

const opened = (seed = 1): { readonly timeline: Timeline; readonly trace: Trace } => {
  const trace = openTrace(1_000);
  return { timeline: openTimeline(openDice(seed), trace), trace };
};

describe('the queue', () => {
  it('gives what is due in the order of time, and at the same time in the order added', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ at: fc.integer({ min: 0, max: 9 }), out: fc.boolean() })), (entries) => {
        const queue = openQueue<number>();
        entries.forEach(({ at, out }, number) => {
          const takeOut = queue.add(at, number + 1);
          if (out) takeOut();
          if (out) takeOut();
        });
        const wanted = entries
          .map(({ at, out }, number) => ({ at, out, number: number + 1 }))
          .filter(({ out }) => !out)
          .sort((a, b) => a.at - b.at || a.number - b.number);
        expect(queue.size()).toBe(wanted.length);
        for (const { at, number } of wanted) expect(queue.take()).toEqual({ at, item: number });
        expect(queue.take()).toBeUndefined();
        expect(queue.size()).toBe(0);
      }),
    );
  });

  it('what was taken cannot be taken out any more', () => {
    const queue = openQueue<string>();
    const takeOut = queue.add(1, 'first');
    queue.add(2, 'second');
    expect(queue.take()?.item).toBe('first');
    takeOut();
    expect(queue.size()).toBe(1);
  });
});

describe('the timeline', () => {
  it('lets every promise run on before the next happening, however long the chain', async () => {
    const { timeline } = opened();
    const said: string[] = [];
    const follow = async (): Promise<void> => {
      for (let hop = 0; hop < 500; hop++) await undefined;
      said.push('a, and what follows');
    };
    timeline.after(1, 'a', () => void follow());
    timeline.after(1, 'b', () => void said.push('b'));
    await timeline.drive(() => false);
    expect(said).toEqual(['a, and what follows', 'b']);
    expect(timeline.now()).toBe(1);
  });

  it('ends when it is told to, and rejects with what a happening threw', async () => {
    const { timeline } = opened();
    const again = (): void => void timeline.after(1, 'again', again);
    again();
    await timeline.drive(() => timeline.now() >= 100);
    expect(timeline.now()).toBe(100);
    timeline.after(0, 'bad', () => {
      throw new Error('a throw');
    });
    await expect(timeline.drive(() => false)).rejects.toThrow('a throw');
  });

  it('somebody who never comes to rest is found out', async () => {
    const { timeline } = opened();
    const host = openHost(timeline, 'a', 1);
    const again = (): void => host.ready('again', again);
    again();
    await expect(timeline.drive(() => false)).rejects.toThrow(/200000 happenings within a millisecond.*again/);
  });

  it('many happenings that time passes between are no such thing', async () => {
    const { timeline } = opened();
    let left = 250_000;
    const again = (): void => {
      left -= 1;
      if (left > 0) timeline.after(0.9, 'again', again);
    };
    again();
    await timeline.drive(() => false);
    expect(left).toBe(0);
  });

  it('among what is ready the seed picks: the same for the same seed, not for every seed', async () => {
    const orderOf = async (seed: number): Promise<string> => {
      const { timeline } = opened(seed);
      const host = openHost(timeline, 'a', 1);
      let order = '';
      for (const name of 'abcdef')
        host.ready(name, () => {
          order += name;
        });
      await timeline.drive(() => false);
      return order;
    };
    const orders = await Promise.all([1, 1, 2, 3, 4, 5, 6].map(orderOf));
    expect(orders[0]).toBe(orders[1]);
    expect(new Set(orders).size).toBeGreaterThan(4);
    for (const order of orders) expect([...order].sort().join('')).toBe('abcdef');
  });
});

describe('a host', () => {
  it('nothing happens to the dead, and what waits for the paused happens later in its order', async () => {
    const { timeline } = opened();
    const host = openHost(timeline, 'a', 1);
    const said: string[] = [];
    const say = (text: string) => (): void => void said.push(`${text} ${timeline.now()}`);
    host.after(1, 'x', say('before'));
    host.after(2, 'x', () => host.pause(10));
    host.after(3, 'x', say('first'));
    host.after(4, 'x', say('second'));
    timeline.after(5, 'x', say('the world'));
    host.after(13, 'x', host.kill);
    host.after(14, 'x', say('never'));
    await timeline.drive(() => false);
    expect(said).toEqual(['before 1', 'the world 5', 'first 12', 'second 12']);
    expect(host.alive()).toBe(false);
  });

  it('what was put off by a pause can still be cancelled, after a second pause too', async () => {
    const { timeline } = opened();
    const host = openHost(timeline, 'a', 1);
    const said: string[] = [];
    host.pause(10);
    const cancels = [1, 2].map((at) => host.after(at, 'x', () => void said.push(`due at ${at}`)));
    timeline.after(5, 'x', cancels[0]!);
    timeline.after(6, 'x', () => host.pause(10));
    timeline.after(12, 'x', cancels[1]!);
    await timeline.drive(() => false);
    expect(said).toEqual([]);
    expect(host.pending()).toBe(0);
  });

  it('dies right before the effect that was named, and is told once', () => {
    const { timeline } = opened();
    const host = openHost(timeline, 'a', 1);
    const died = jest.fn();
    const buried = jest.fn();
    host.onDeath(buried);
    host.dieAtEffect(3, died);
    expect([host.effect('one'), host.effect('two'), host.effect('three'), host.effect('four')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(died).toHaveBeenCalledTimes(1);
    expect(buried).toHaveBeenCalledTimes(1);
  });

  it('counts what it waits for: happened, cancelled or not', async () => {
    const { timeline } = opened();
    const host = openHost(timeline, 'a', 1);
    host.after(1, 'x', () => {});
    const cancel = host.after(2, 'x', () => {});
    expect(host.pending()).toBe(2);
    cancel();
    cancel();
    expect(host.pending()).toBe(1);
    await timeline.drive(() => false);
    expect(host.pending()).toBe(0);
  });
});

describe('dice and trace', () => {
  it('dice of one seed and name throw the same, others differ, and forks do not move each other', () => {
    const throws = (seed: number, name: string): string => {
      const dice = openDice(seed).fork(name);
      return [dice.next(), dice.int(1, 6), dice.between(2, 3), dice.pick([1, 2, 3]), dice.bytes(3)].join();
    };
    expect(throws(1, 'a')).toBe(throws(1, 'a'));
    expect(new Set([throws(1, 'a'), throws(2, 'a'), throws(1, 'b'), throws(1, 'aa')]).size).toBe(4);
    const dice = openDice(1);
    const fork = dice.fork('a');
    dice.next();
    expect(fork.next()).toBe(openDice(1).fork('a').next());
  });

  it('every bound of a whole number is thrown, and nothing beyond', () => {
    const dice = openDice(7);
    expect(new Set(Array.from({ length: 500 }, () => dice.int(2, 5)))).toEqual(new Set([2, 3, 4, 5]));
  });

  it('the hash tells of every difference of time, node, word, order and note', () => {
    const hashOf = (...entries: readonly (readonly [number, string, string])[]): string => {
      const trace = openTrace(2);
      for (const [at, node, what] of entries) trace.add(at, node, what);
      return trace.hash();
    };
    const noted = openTrace(2);
    noted.note('a', 'x');
    const hashes = [
      hashOf([1, 'a', 'x'], [1, 'a', 'y']),
      hashOf([1, 'a', 'x'], [1.000001, 'a', 'y']),
      hashOf([1, 'a', 'x'], [1, 'b', 'y']),
      hashOf([1, 'a', 'x'], [1, 'a', 'z']),
      hashOf([1, 'a', 'x']),
      hashOf(),
      noted.hash(),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes[0]).toBe(hashOf([1, 'a', 'x'], [1, 'a', 'y']));
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  it('keeps the last lines alone', () => {
    const trace = openTrace(2);
    for (const what of ['one', 'two', 'three']) trace.add(1, 'a', what);
    expect(trace.last().map((line) => line.trim())).toEqual(['0.001000  a        two', '0.001000  a        three']);
    expect(trace.steps()).toBe(3);
  });
});
