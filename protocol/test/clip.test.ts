import fc from 'fast-check';
import { clip, MAX_TEXT } from '../src/index.ts';

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

it.each([
  ['', ''],
  ['short', 'short'],
  ['x'.repeat(MAX_TEXT), 'x'.repeat(MAX_TEXT)],
  ['x'.repeat(MAX_TEXT + 1), `${'x'.repeat(MAX_TEXT - 1)}…`],
])('a text of the length at most allowed stays, one unit more is cut', (text, expected) => {
  expect(clip(text)).toBe(expected);
});

it('no text is longer than allowed, and none holds half a surrogate pair, whatever went in', () => {
  const unit = fc.constantFrom('a', '\u{1F600}', '\ud83d', '\ude00', 'é');
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 40 }), fc.integer({ min: 2, max: 30 }), (units, most) => {
      const clipped = clip(units.join(''), most);
      expect(clipped.length).toBeLessThanOrEqual(most);
      expect(clipped).not.toMatch(loneSurrogate);
    }),
  );
});
