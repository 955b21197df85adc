import type { ContentEvent } from '@muster/protocol';
import { contentDecoder, contentHeader } from '@muster/protocol';
import fc from 'fast-check';

const content = (bytes: Uint8Array | undefined): Uint8Array =>
  bytes === undefined ? contentHeader('missing', 0) : Buffer.concat([contentHeader('follows', bytes.length), bytes]);

/** Events with the pieces of each content joined. */
function told(events: readonly ContentEvent[]): readonly string[] {
  const out: string[] = [];
  let bytes = '';
  for (const event of events) {
    if (event.type === 'bytes') bytes += Buffer.from(event.bytes).toString('hex');
    else if (event.type === 'begin') out.push(`begin ${event.index} ${event.size}`);
    else if (event.type === 'end') {
      out.push(`${bytes} end ${event.index}`);
      bytes = '';
    } else out.push(event.type === 'missing' ? `missing ${event.index}` : `!${event.violation.code}`);
  }
  return out;
}

describe('a content stream', () => {
  it('says the same however it is cut', () => {
    const contents = fc.array(fc.option(fc.uint8Array({ maxLength: 60 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(contents, fc.integer({ min: 1, max: 50 }), (sent, cut) => {
        const stream = Buffer.concat(sent.map(content));
        const decoder = contentDecoder(sent.length);
        const events: ContentEvent[] = [];
        for (let at = 0; at < stream.length; at += cut) events.push(...decoder.push(stream.subarray(at, at + cut)));
        expect(decoder.end()).toBeUndefined();
        expect(told(events)).toEqual(
          sent.flatMap((bytes, i) =>
            bytes === undefined
              ? [`missing ${i}`]
              : [`begin ${i} ${bytes.length}`, `${Buffer.from(bytes).toString('hex')} end ${i}`],
          ),
        );
      }),
    );
  });

  it.each([
    ['an unknown status', 1, '020000000000000000', '!malformed'],
    ['a size over 2^53', 1, '000020000000000000', '!malformed'],
    ['a missing content with a size', 1, '010000000000000001', '!malformed'],
    ['more than was asked for', 1, '010000000000000000' + '00', '!too-long'],
    ['another size than announced', [5], '000000000000000006', '!wrong-size'],
    ['a smaller size than announced', [5], '000000000000000004', '!wrong-size'],
  ])('with %s is refused', (_what, expected, hex, word) => {
    const decoder = contentDecoder(expected);
    expect(told(decoder.push(Buffer.from(hex, 'hex'))).at(-1)).toBe(word);
    expect(decoder.push(Buffer.alloc(9))).toEqual([]);
    expect(decoder.end()).toBeDefined();
  });

  it('of the announced sizes is taken', () => {
    const decoder = contentDecoder([1, 7, 0]);
    const sent = [content(Buffer.from('a')), content(undefined), content(Buffer.alloc(0))];
    expect(told(decoder.push(Buffer.concat(sent)))).toEqual([
      'begin 0 1',
      '61 end 0',
      'missing 1',
      'begin 2 0',
      ' end 2',
    ]);
    expect(decoder.end()).toBeUndefined();
  });

  it.each(['', '00', '000000000000000002', '00000000000000000261'])('that ends early, after %j, is refused', (hex) => {
    const decoder = contentDecoder(1);
    decoder.push(Buffer.from(hex, 'hex'));
    expect(decoder.end()?.code).toBe('too-short');
  });

  it('bytes are views of what was pushed', () => {
    const bytes = content(Buffer.alloc(100));
    const event = contentDecoder(1).push(bytes).at(-2);
    expect(event?.type === 'bytes' && event.bytes.buffer).toBe(bytes.buffer);
  });

  it.each([[-1], [1.5], [2 ** 53]])('a header of %d bytes is a bug here', (size) => {
    expect(() => contentHeader('follows', size)).toThrow(/^bug/);
  });

  it('a header of a missing content with bytes is a bug here', () => {
    expect(() => contentHeader('missing', 1)).toThrow(/^bug/);
  });
});
