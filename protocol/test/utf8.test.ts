import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { isAscii, isShortUtf8 } from '../src/utf8.ts';

describe('short UTF-8', () => {
  it('is what the platform takes for UTF-8, for every two bytes after every lead', () => {
    for (let lead = 0x7f; lead < 0x100; lead++) {
      for (let second = 0x70; second < 0xd0; second++) {
        for (const tail of [[], [0x80], [0xbf, 0xbf], [0x41], [0x80, 0x41]]) {
          const bytes = Uint8Array.from([lead, second, ...tail]);
          if (isShortUtf8(bytes, 0, bytes.length) !== isUtf8(bytes))
            throw new Error(Buffer.from(bytes).toString('hex'));
        }
      }
    }
  });

  it('is what the platform takes for UTF-8, for any bytes', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        expect(isShortUtf8(bytes, 0, bytes.length)).toBe(isUtf8(bytes));
        expect(isAscii(bytes, 0, bytes.length)).toBe(bytes.every((byte) => byte < 0x80));
      }),
      { numRuns: 1_000 },
    );
  });
});
