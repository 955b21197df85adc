import fc from 'fast-check';
import { typewriter } from '../src/testing/typewriter.ts';

const shown = (...texts: readonly string[]): string => {
  const screen = typewriter();
  for (const text of texts) screen.write(text);
  return screen.text();
};

describe('a typewriter', () => {
  it.each([
    ['a\r\nb', 'a\nb'],
    ['abc\rX', 'Xbc'],
    ['\u001b[1ma\u001b[0mb', 'ab'],
    ['a\r\nb\r\nc\r\n\u001b[2F\u001b[Jx', 'a\nx'],
    ['abc\u001b[2Gx\u001b[K', 'ax'],
    ['ab\b\u001b[Jx', 'ax'],
    ['\u001b[1G\u001b[0Jp> \u001b[4Gq', 'p> q'],
    ['a\u001b[3Cb\u001b[2Dc', 'a  cb'],
    ['\u001b[?25l\u0007a  ', 'a'],
  ])('shows %j as %j', (sent, text) => {
    expect(shown(sent)).toBe(text);
  });

  it('shows the same however the text is split', () => {
    const sent = 'top\r\n\u001b[1mA\u001b[0m  1\r\n\u001b[1F\u001b[JA  2\r\n\u001b[1G\u001b[0Jmuster> \u001b[9Gx';
    fc.assert(
      fc.property(fc.array(fc.nat(sent.length), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.sort((one, other) => one - other), sent.length];
        expect(shown(...at.slice(1).map((end, index) => sent.slice(at[index], end)))).toBe(shown(sent));
      }),
    );
  });
});
