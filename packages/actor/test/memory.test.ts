import { type Ref, spawnActor, tell } from '../src/index.ts';
import { redacted } from '../src/redaction.ts';
import { eventually, settle, testSystem } from '../src/testing.ts';
import { note, type Probe, probe } from './rig.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const mebibyte = 2 ** 20;
const longText = 'x'.repeat(mebibyte);
const manyRows = Array.from({ length: 5_000 }, (_, n) => ({ id: n, name: `row ${n}`, tags: ['a', 'b'] }));
const deep = (levels: number): unknown =>
  levels === 0 ? longText : Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, deep(levels - 1)]));

/** The collector of this process, without a flag of its own. */
function collector(): () => void {
  require('node:v8').setFlagsFromString('--expose-gc');
  return require('node:vm').runInNewContext('gc') as () => void;
}

describe('what is shown of a message', () => {
  it.each<[string, unknown]>([
    ['a long text', longText],
    ['a long name', { [longText]: 1 }],
    ['many rows', manyRows],
    ['a deep and wide object', deep(3)],
    ['a map of much', new Map(manyRows.map((row) => [longText, row]))],
    ['a set of much', new Set(manyRows)],
    ['a long error', new Error(longText)],
    ['bytes', Buffer.alloc(mebibyte)],
  ])('stays below 16 KiB: %s', (_, message) => {
    expect(bytesOf(redacted(message))).toBeLessThan(16 * 1_024);
  });

  it('is bounded too when the actor shows the message itself, in which nothing is hidden', async () => {
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', [], { redact: (message) => message }));
    await root.stopChild(a);
    tell(a, { type: 'note', text: longText, key: 'shown' } as unknown as Probe);
    expect(bytesOf(deadLetters().last)).toBeLessThan(1_024);
    expect(deadLetters().last).toMatchObject([{ message: { type: 'note', key: 'shown' } }]);
  });

  it('names no type longer than 200 characters', async () => {
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', []));
    await root.stopChild(a);
    tell(a, { type: longText } as unknown as Probe);
    expect(deadLetters().last[0]?.type).toHaveLength(201);
  });
});

describe('memory', () => {
  it('dead letters keep no message alive', async () => {
    const gc = collector();
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', []));
    await root.stopChild(a);
    const alive = ((): WeakRef<object> => {
      const message = { ...note('x'), nested: { deeper: {} } };
      tell(a, message);
      return new WeakRef(message.nested);
    })();
    expect(deadLetters().last).toMatchObject([{ message: { text: 'x', nested: { deeper: {} } } }]);
    await eventually('the message is collected', () => {
      gc();
      return alive.deref() === undefined;
    });
  });

  it('dead letters keep no long text alive of which they show a part', async () => {
    const gc = collector();
    const { root, deadLetters } = testSystem();
    const a = root.spawn(probe('a', []));
    await root.stopChild(a);
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 100; n++) tell(a, note(`${n} ${longText}`.slice(0, mebibyte / 2)));
    gc();
    expect(deadLetters().count).toBe(100);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10 * mebibyte);
  });

  it('10,000 lives and deaths of actors leave nothing behind', async () => {
    const gc = collector();
    const { root, inspect } = testSystem();
    const states: WeakRef<object>[] = [];
    let handled = 0;
    const live = (n: number): Ref<string> =>
      spawnActor<object, string, never, never>(root, {
        name: `short-lived-${n % 10}`,
        clock: { now: () => 0, after: () => () => {} },
        init: () => {
          const state = {};
          states.push(new WeakRef(state));
          return state;
        },
        decide: (state) => {
          handled++;
          return { state, effects: [] };
        },
        perform: () => {},
      });
    for (let n = 0; n < 10_000; n += 10) {
      const refs = Array.from({ length: 10 }, (_, k) => live(n + k));
      for (const ref of refs) tell(ref, 'once');
      if (n % 1_000 === 0) await settle();
      await Promise.all(refs.map((ref) => root.stopChild(ref)));
    }
    await settle();
    expect(states).toHaveLength(10_000);
    expect(handled).toBe(100);
    expect(inspect()).toHaveLength(1);
    await eventually('every state is collected', () => {
      gc();
      return states.every((state) => state.deref() === undefined);
    });
  });
});
