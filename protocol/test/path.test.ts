import { checkPath } from '@muster/protocol';
import fc from 'fast-check';

const good = [
  'a',
  'etc/client.keys',
  'etc/rules/local_rules.xml',
  '.hidden',
  '..a/b..',
  'a b/c:d',
  'größe/ñ/日本.xml',
  '😀',
  '...',
  'x'.repeat(255),
  'ü'.repeat(127),
  `${`${'x'.repeat(255)}/`.repeat(15)}${'x'.repeat(256 - 1)}`,
  Array.from({ length: 16 }, () => 'x'.repeat(255)).join('/'),
];

const bad: readonly (readonly [string, RegExp])[] = [
  ['', /empty part/],
  ['/', /empty part/],
  ['/etc', /empty part/],
  ['etc/', /empty part/],
  ['a//b', /empty part/],
  ['.', /empty part/],
  ['..', /empty part/],
  ['./a', /empty part/],
  ['a/.', /empty part/],
  ['a/../b', /empty part/],
  ['../../etc/shadow', /empty part/],
  ['a/..', /empty part/],
  ['a\\b', /backslash/],
  ['..\\etc', /backslash/],
  ['a\0b', /control/],
  ['a\nb', /control/],
  ['a\x7f', /control/],
  ['\ud800', /Unicode/],
  ['a/\udc00b', /Unicode/],
  ['\udc00\ud800', /Unicode/],
  ['x'.repeat(256), /part longer/],
  ['ü'.repeat(128), /part longer/],
  [`a/${'x'.repeat(256)}/b`, /part longer/],
  [`${Array.from({ length: 16 }, () => 'x'.repeat(255)).join('/')}/y`, /4,096/],
  [Array.from({ length: 20 }, () => 'ü'.repeat(110)).join('/'), /4,096/],
];

describe('a path on the wire', () => {
  it.each(good)('%j may name a file', (path) => expect(checkPath(path)).toBeUndefined());
  it.each(bad)('%j may not', (path, why) => expect(checkPath(path)).toMatch(why));

  it('that is accepted is what a careful reading of the rules accepts', () => {
    const piece = fc.constantFrom('a', '.', '..', '/', '\\', '\0', 'ü', '\ud800', '😀', 'x'.repeat(255), '-');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const path = pieces.join('');
        const parts = path.split('/');
        const fine =
          parts.every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= 255) &&
          // A lone surrogate does not survive UTF-8.
          Buffer.from(path).toString() === path &&
          !/[\\\0]/.test(path) &&
          Buffer.byteLength(path) <= 4_096;
        expect(checkPath(path) === undefined).toBe(fine);
      }),
    );
  });
});
