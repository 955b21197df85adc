import fc from 'fast-check';
import { LineTooLongError, linesOf } from '../src/lines.ts';

async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

const collect = async (parts: readonly Uint8Array[], maxBytes: number): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const line of linesOf(chunks(parts), maxBytes)) lines.push(line);
  return lines;
};

describe('lines', () => {
  it('are the same however the bytes are cut', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 200 })), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
        const parts = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(await collect(parts, 10_000)).toEqual(lines);
      }),
    );
  });

  it('may be as long as allowed, and no longer', async () => {
    expect(await collect([Buffer.from('1234\n')], 4)).toEqual(['1234']);
    await expect(collect([Buffer.from('12345\n')], 4)).rejects.toThrow(LineTooLongError);
    await expect(collect([Buffer.from('123'), Buffer.from('45')], 4)).rejects.toThrow(LineTooLongError);
  });

  it('end with a line end: what is cut off is no line', async () => {
    expect(await collect([Buffer.from('a\nb')], 4)).toEqual(['a']);
  });
});
