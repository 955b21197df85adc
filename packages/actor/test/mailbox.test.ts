import * as fc from 'fast-check';
import { offer, tell } from '../src/index.ts';
import { openMailbox, push, shift, stampOfOldest } from '../src/mailbox.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, note, probe } from './rig.ts';

const capacity = 2;

/** An actor with room for two, and what became of three notes sent before its turn. */
async function three(overflow: 'drop-newest' | 'drop-oldest' | 'refuse') {
  const lines: string[] = [];
  const system = testSystem();
  const ref = system.root.spawn(probe('a', lines, { mailbox: { capacity, overflow } }));
  const taken = ['x', 'y', 'z'].map((text) => offer(ref, note(text)));
  await settle();
  return { lines: lines.slice(1), taken, letters: system.deadLetters(), view: system.inspect()[1] };
}

describe('a full mailbox', () => {
  it('drops the newest, says so to who offers, and keeps it as a dead letter', async () => {
    const { lines, taken, letters, view } = await three('drop-newest');
    expect(lines).toEqual(['a x 0', 'a y 1']);
    expect(taken).toEqual([true, true, false]);
    expect(letters).toMatchObject({ count: 1, last: [{ to: '/a', reason: 'overflow', message: { text: 'z' } }] });
    expect(view).toMatchObject({ overflowed: 1, highWater: 2, capacity, depth: 0, processed: 2 });
  });

  it('drops the oldest for the newest', async () => {
    const { lines, taken, letters } = await three('drop-oldest');
    expect(lines).toEqual(['a y 0', 'a z 1']);
    expect(taken).toEqual([true, true, true]);
    expect(letters).toMatchObject({ count: 1, last: [{ reason: 'overflow', message: { text: 'x' } }] });
  });

  it('refuses an offer, which leaves the message with its sender: no dead letter', async () => {
    const { lines, taken, letters, view } = await three('refuse');
    expect(lines).toEqual(['a x 0', 'a y 1']);
    expect(taken).toEqual([true, true, false]);
    expect(letters.count).toBe(0);
    expect(view).toMatchObject({ overflowed: 1 });
  });

  it('refuses a tell, whose message is then a dead letter', () => {
    const { root, deadLetters } = testSystem();
    const ref = root.spawn(probe('a', [], { mailbox: { capacity: 1, overflow: 'refuse' } }));
    tell(ref, note('x'));
    tell(ref, note('y'));
    expect(deadLetters()).toMatchObject({ count: 1, last: [{ reason: 'refused' }] });
  });

  it('still takes what the actor sends itself', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const ref = root.spawn(probe('a', lines, { mailbox: { capacity: 1, overflow: 'refuse' } }));
    tell(
      ref,
      call((scope) => {
        tell(ref, note('of another'));
        for (const text of ['own 1', 'own 2']) scope.send(note(text));
      }),
    );
    await settle();
    expect(lines).toEqual(['a+', 'a of another 1', 'a own 1 2', 'a own 2 3']);
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot have the capacity %d', (wrong) => {
    const open = () => testSystem().root.spawn(probe('a', [], { mailbox: { capacity: wrong, overflow: 'refuse' } }));
    expect(open).toThrow('integer of at least 1');
  });
});

describe('a turn', () => {
  it('ends after 256 messages, so that others get theirs', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const busy = root.spawn(probe('busy', lines));
    const other = root.spawn(probe('other', lines));
    for (let n = 0; n < 300; n++) tell(busy, note('x'));
    tell(other, note('x'));
    await settle();
    expect(lines.indexOf('other x 0')).toBe(2 + 256);
    expect(lines.at(-1)).toBe('busy x 299');
  });

  it.each([
    [4.9, 2],
    [5, 1],
  ])('in which a message takes %d ms ends after %d', async (messageMs, messages) => {
    const lines: string[] = [];
    const { root, inspect } = testSystem();
    let now = 0;
    const slow = { now: () => now, after: () => () => {} };
    const busy = root.spawn(probe('busy', lines, {}, slow));
    const takes = call(() => {
      now += messageMs;
      lines.push('taken');
    });
    for (let n = 0; n < 3; n++) tell(busy, takes);
    tell(root.spawn(probe('other', lines)), note('x'));
    await settle();
    expect(lines.indexOf('other x 0')).toBe(2 + messages);
    expect(inspect()[1]?.busyMs).toBeCloseTo(3 * messageMs);
  });

  it('ends after 5 ms of the clock', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    let now = 0;
    const slow = { now: () => now, after: () => () => {} };
    const busy = root.spawn(probe('busy', lines, {}, slow));
    const other = root.spawn(probe('other', lines));
    for (let n = 0; n < 4; n++) {
      tell(
        busy,
        call(() => {
          now += 2;
          lines.push('2 ms');
        }),
      );
    }
    tell(other, note('x'));
    await settle();
    expect(lines.slice(2)).toEqual(['2 ms', '2 ms', '2 ms', 'other x 0', '2 ms']);
  });

  it('of an actor that is stopped in the middle ends with the message being handled', async () => {
    const lines: string[] = [];
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', lines));
    tell(
      a,
      call(() => {
        void root.stopChild(a);
        lines.push('goes on');
      }),
    );
    tell(a, note('never'));
    await settle();
    expect(lines).toEqual(['a+', 'goes on', 'a-']);
    expect(deadLetters()).toMatchObject({ count: 1, last: [{ reason: 'stopped' }] });
  });
});

it('the ring gives back what it took, in order, through every growth', async () => {
  await fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 })), { maxLength: 30 }), (bursts) => {
      const box = openMailbox({ capacity: 1_000_000, overflow: 'refuse' });
      const model: number[] = [];
      let sent = 0;
      for (const [pushes, shifts] of bursts) {
        for (let n = 0; n < pushes; n++) {
          push(box, sent, sent * 2);
          model.push(sent++);
        }
        for (let n = 0; n < shifts && model.length > 0; n++) {
          expect(stampOfOldest(box)).toBe(model[0]! * 2);
          expect(shift(box)).toBe(model.shift());
        }
        expect(box.tail - box.head).toBe(model.length);
      }
    }),
  );
});

it('the depth of a mailbox and the most that ever waited count from the first message on', () => {
  const { root, inspect } = testSystem();
  const a = root.spawn(probe('a', []));
  expect(inspect()[1]).toMatchObject({ depth: 0, highWater: 0 });
  tell(a, note('x'));
  expect(inspect()[1]).toMatchObject({ depth: 1, highWater: 1 });
});

it('a ring forgets what it gave', () => {
  const box = openMailbox({ capacity: 10, overflow: 'refuse' });
  push(box, 'x', 0);
  shift(box);
  expect(box.slots).not.toContain('x');
});

it('a ring that held many gives its memory back when it is empty', () => {
  const box = openMailbox({ capacity: 1_000_000, overflow: 'refuse' });
  for (let n = 0; n < 10_000; n++) push(box, n, 0);
  for (let n = 0; n < 10_000; n++) shift(box);
  expect(box.slots).toHaveLength(0);
  push(box, 'again', 0);
  expect(shift(box)).toBe('again');
});
