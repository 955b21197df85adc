import fc from 'fast-check';
import { openBoundedNames } from '../src/bounded.ts';
import { openRising } from '../src/rising.ts';
import { type Sample, sample, together } from '../src/sample.ts';

const handled = (actor: string, value: number, source = actor): Sample =>
  sample('muster_actor_messages_total', value, { actor }, source);
const read = (samples: readonly Sample[]) => samples.map(({ labels, value }) => [labels.actor, value]);

it('what is gone and comes back counts anew, on top of what it had', () => {
  const rising = openRising();
  expect(read(rising.take([handled('/a', 10)]))).toEqual([['/a', 10]]);
  expect(read(rising.take([]))).toEqual([]);
  expect(read(rising.take([handled('/a', 12)]))).toEqual([['/a', 22]]);
});

it('several of the same labels are summed, and one that ends takes nothing away', () => {
  const rising = openRising();
  expect(read(rising.take([handled('other', 1, '/a'), handled('other', 2, '/b')]))).toEqual([['other', 3]]);
  expect(read(rising.take([handled('other', 5, '/b')]))).toEqual([['other', 6]]);
});

it('series beyond the bound are forgotten once they are gone, those that are there never', () => {
  const rising = openRising(2);
  rising.take([handled('/a', 1), handled('/b', 1), handled('/c', 1)]);
  expect(read(rising.take([handled('/c', 4)]))).toEqual([['/c', 4]]);
  expect(read(rising.take([handled('/a', 1), handled('/c', 4)]))).toEqual([
    ['/a', 1],
    ['/c', 4],
  ]);
});

it('gauges are left as they are', () => {
  const depth = (value: number) => [sample('muster_actor_mailbox_messages', value, { actor: '/a' })];
  const rising = openRising();
  rising.take(depth(9));
  expect(rising.take(depth(4))).toEqual(depth(4));
});

it('no counter ever goes back, whatever its sources do', () => {
  const source = fc.record({
    label: fc.constantFrom('x', 'y', 'other'),
    source: fc.constantFrom('/1', '/2', '/3'),
    value: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(fc.array(source, { maxLength: 6 }), { maxLength: 20 }), (scrapes) => {
      const rising = openRising();
      const highest = new Map<string, number>();
      for (const scrape of scrapes) {
        for (const { labels, value } of rising.take(scrape.map((one) => handled(one.label, one.value, one.source)))) {
          const series = labels.actor ?? '';
          expect(value).toBeGreaterThanOrEqual(highest.get(series) ?? 0);
          highest.set(series, value as number);
        }
      }
    }),
  );
});

it('gauges of the same labels are summed, or the most of them', () => {
  const of = (name: 'muster_actor_mailbox_messages' | 'muster_actor_mailbox_most_messages') =>
    [3, 5].map((value) => sample(name, value, { actor: 'other' }, `/${value}`));
  expect(together(of('muster_actor_mailbox_messages')).map(({ value }) => value)).toEqual([8]);
  expect(together(of('muster_actor_mailbox_most_messages')).map(({ value }) => value)).toEqual([5]);
});

describe('names with a label of their own', () => {
  it('are the first that came, for as long as they are there', () => {
    const names = openBoundedNames(2);
    names.present(['a', 'b', 'c']);
    expect(['a', 'b', 'c'].map(names.of)).toEqual(['a', 'b', 'other']);
    names.present(['c', 'b', 'a']);
    expect(['a', 'b', 'c'].map(names.of)).toEqual(['a', 'b', 'other']);
  });

  it('keep their place while they are away and nobody wants it', () => {
    const names = openBoundedNames(2);
    names.present(['a', 'b']);
    names.present(['b']);
    expect(names.of('a')).toBe('a');
    names.present(['b', 'c']);
    expect(['a', 'b', 'c'].map(names.of)).toEqual(['other', 'b', 'c']);
  });
});
