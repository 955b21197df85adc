import fc from 'fast-check';
import { areKeys, contentOf, keyLine, type Mark, marksOf } from '../../src/workload/index.ts';

const word = fc.stringMatching(/^[a-z0-9.@-]{1,20}$/);
const anyMark: fc.Arbitrary<Mark> = fc.record({
  path: fc.string({ minLength: 1, unit: 'grapheme' }),
  by: word,
  number: word,
});
const anyContent = fc.tuple(anyMark, fc.nat(3_000));

describe('a content', () => {
  it('is as large as asked, and tells who wrote it', () => {
    fc.assert(
      fc.property(anyContent, ([mark, bytes]) => {
        const content = contentOf(mark, bytes);
        const least = contentOf(mark, 0).length;
        expect(content.length).toBe(Math.max(bytes, least));
        expect(marksOf(content)).toEqual([mark]);
      }),
    );
  });

  it('tells all who appended to it, in order', () => {
    fc.assert(
      fc.property(fc.array(anyContent, { maxLength: 5 }), (parts) => {
        const whole = Buffer.concat(parts.map(([mark, bytes]) => contentOf(mark, bytes)));
        expect(marksOf(whole)).toEqual(parts.map(([mark]) => mark));
      }),
    );
  });

  it('that is torn is known as that, wherever it was cut', () => {
    fc.assert(
      fc.property(anyContent, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), ([mark, bytes], share) => {
        const content = contentOf(mark, bytes);
        const cut = Math.floor(content.length * share);
        if (cut > 0) expect(marksOf(content.subarray(0, cut))).toBeUndefined();
      }),
    );
  });

  it('that is mixed of two is known as that', () => {
    const one = contentOf({ path: 'a', by: 'x@y', number: '1.0' }, 500);
    const two = contentOf({ path: 'a', by: 'x@y', number: '2.0' }, 500);
    // Before and after that both are alike.
    for (let cut = 20; cut < 496; cut++)
      expect(marksOf(Buffer.concat([one.subarray(0, cut), two.subarray(cut)]))).toBeUndefined();
  });

  it('of a path that is no UTF-8 can be made', () => {
    expect(marksOf(contentOf({ path: 'a\udce9', by: 'x', number: '1' }, 10))).toEqual([
      { path: 'a?', by: 'x', number: '1' },
    ]);
  });
});

describe('keys of agents', () => {
  it('are whole lines, no two of them equal', () => {
    const lines = Array.from({ length: 300 }, (_, index) =>
      keyLine(index % 7, `${index % 100}.${Math.floor(index / 100)}`),
    );
    expect(new Set(lines).size).toBe(300);
    const bytes = new TextEncoder().encode(lines.join(''));
    expect(areKeys(bytes)).toBe(true);
    expect(areKeys(bytes.subarray(0, -5))).toBe(false);
    expect(areKeys(new Uint8Array(0))).toBe(true);
  });
});
