import type { Decoded, Envelope } from '@muster/protocol';
import { encodeDataHeader, encodeEnvelope, frameDecoder, MAX_DATA, MAX_FRAME, MAX_HELLO_FRAME } from '@muster/protocol';
import fc from 'fast-check';
import { bare, messages, wrap } from './samples.ts';

const frame = (length: number, ...rest: number[]): Uint8Array => {
  const bytes = Buffer.alloc(4 + rest.length);
  bytes.writeUInt32BE(length);
  bytes.set(rest, 4);
  return bytes;
};
const hello = encodeEnvelope(bare.hello);
const welcome = encodeEnvelope(bare.welcome);
const ping = encodeEnvelope({ kind: 'ping', id: 1 });
const dataFrame = (stream: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([encodeDataHeader(stream, bytes.length), bytes]);

/** Each result as a word: the envelope's kind, `data:stream:bytes`, or `!code`. */
const words = (decoded: readonly Decoded[]): readonly string[] =>
  decoded.map((each) => {
    if (!each.ok) return `!${each.violation.code}`;
    if (each.frame.type === 'envelope') return each.frame.envelope.kind;
    return `data:${each.frame.stream}:${each.frame.bytes.length}`;
  });

describe('before hello and welcome', () => {
  it('a worker says hello once and nothing more until it is accepted', () => {
    const decoder = frameDecoder({ sender: 'worker' });
    expect(words(decoder.push(hello))).toEqual(['hello']);
    decoder.accept();
    expect(words(decoder.push(ping))).toEqual(['ping']);
    expect(words(decoder.push(hello))).toEqual(['!twice']);
  });

  it('a frame before the hello was answered is a violation', () => {
    const decoder = frameDecoder({ sender: 'worker' });
    expect(words(decoder.push(Buffer.concat([hello, ping])))).toEqual(['hello', '!not-yet']);
  });

  it.each([['worker' as const], ['master' as const]])('the %s may send nothing else first', (sender) => {
    expect(words(frameDecoder({ sender }).push(ping))).toEqual(['!not-yet']);
  });

  it('what follows a welcome in the same piece is taken', () => {
    const decoder = frameDecoder({ sender: 'master' });
    expect(words(decoder.push(Buffer.concat([welcome, ping])))).toEqual(['welcome', 'ping']);
  });

  it('a refusal is taken in place of a welcome', () => {
    expect(words(frameDecoder({ sender: 'master' }).push(encodeEnvelope(bare.refuse)))).toEqual(['refuse']);
  });

  it('a frame of 4 KiB is awaited, one byte more is a violation at the fourth byte', () => {
    expect(words(frameDecoder({ sender: 'worker' }).push(frame(MAX_HELLO_FRAME)))).toEqual([]);
    expect(words(frameDecoder({ sender: 'worker' }).push(frame(MAX_HELLO_FRAME + 1)))).toEqual(['!too-long']);
  });

  it('stream data is a violation', () => {
    expect(words(frameDecoder({ sender: 'master' }).push(encodeDataHeader(1, 8)))).toEqual(['!not-yet']);
  });

  it('the control socket has no greeting', () => {
    const ask = encodeEnvelope(wrap(messages['get-health']));
    expect(words(frameDecoder({ sender: 'local' }).push(ask))).toEqual(['ask']);
    expect(words(frameDecoder({ sender: 'daemon' }).push(encodeEnvelope(wrap(messages.health))))).toEqual(['reply']);
  });
});

const open = (sender: 'master' | 'worker') => frameDecoder({ sender, greeting: false });

describe('an open link', () => {
  it.each([
    ['a claim of 256 KiB is awaited', frame(MAX_FRAME), []],
    ['a claim of one byte more is a violation at the fourth byte', frame(MAX_FRAME + 1), ['!too-long']],
    ['a claim of 4 GiB is a violation', frame(0xffff_ffff), ['!too-long']],
    ['a frame of nothing is a violation', frame(0), ['!malformed']],
    ['a frame of a kind alone is a violation', frame(1, 1), ['!malformed']],
    ['an unknown kind is a violation', frame(10, 3), ['!unknown-frame']],
    ['a data frame without its stream is a violation', frame(4, 2), ['!malformed']],
    ['stream 0 is a violation', frame(6, 2, 0, 0, 0, 0, 9), ['!malformed']],
    ['an empty data frame says nothing', frame(5, 2, 0, 0, 0, 1), []],
    ['HTTP is a violation', Buffer.from('GET / HTTP/1.1\r\n\r\n'), ['!too-long']],
  ])('%s', (_name, bytes, expected) => expect(words(open('master').push(bytes))).toEqual(expected));

  it('a worker may send no stream data', () => {
    expect(words(open('worker').push(encodeDataHeader(1, 8)))).toEqual(['!not-allowed']);
  });

  it('nothing comes after a violation', () => {
    const decoder = open('master');
    expect(words(decoder.push(Buffer.concat([frame(0), ping])))).toEqual(['!malformed']);
    expect(decoder.push(ping)).toEqual([]);
  });

  it('data is handed out as views of what was pushed', () => {
    const bytes = dataFrame(3, Buffer.alloc(100, 7));
    const [first] = open('master').push(bytes.subarray(0, 50));
    expect(first?.ok && first.frame.type === 'data' && first.frame.bytes.buffer).toBe(bytes.buffer);
    expect(first?.ok && first.frame.type === 'data' && first.frame.bytes).toHaveLength(41);
  });

  it('holds no more than has arrived, whatever is claimed', () => {
    const decoder = open('master');
    decoder.push(frame(MAX_FRAME, 1));
    expect(decoder.held()).toBe(5);
    decoder.push(new Uint8Array(1_000));
    expect(decoder.held()).toBe(1_005);
  });

  it('holds none of a data frame', () => {
    const decoder = open('master');
    decoder.push(dataFrame(1, new Uint8Array(MAX_DATA)).subarray(0, 200_000));
    expect(decoder.held()).toBe(0);
  });
});

describe('however the bytes are cut', () => {
  const envelopes: readonly Envelope[] = [
    bare.ping,
    wrap(messages.beat),
    wrap(messages.generation),
    bare.end,
    wrap(messages.cluster),
    { ...bare.goodbye, text: 'x'.repeat(2_000) },
  ];
  const part = fc.oneof(
    fc.constantFrom(...envelopes).map((envelope) => ({ envelope, bytes: encodeEnvelope(envelope) })),
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => ({ data: bytes, bytes: dataFrame(5, bytes) })),
  );

  it('the same frames come out', () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (parts, cuts) => {
          const stream = Buffer.concat(parts.map(({ bytes }) => bytes));
          const decoder = open('master');
          const out: unknown[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const piece = Buffer.from(stream.subarray(at, at + cuts[i % cuts.length]!));
            at += piece.length;
            for (const each of decoder.push(piece)) {
              if (!each.ok) throw new Error(each.violation.text);
              const before = out.at(-1);
              if (each.frame.type === 'envelope') out.push(each.frame.envelope);
              else if (before instanceof Buffer) out[out.length - 1] = Buffer.concat([before, each.frame.bytes]);
              else out.push(Buffer.from(each.frame.bytes));
            }
            piece.fill(0);
          }
          const expected: unknown[] = [];
          for (const each of parts) {
            const before = expected.at(-1);
            if ('envelope' in each) expected.push(each.envelope);
            else if (before instanceof Buffer) expected[expected.length - 1] = Buffer.concat([before, each.data]);
            else expected.push(Buffer.from(each.data));
          }
          expect(out).toEqual(expected);
        },
      ),
    );
  });

  it('an envelope of 64 KB that comes byte by byte is decoded once, in linear time', () => {
    const bytes = encodeEnvelope({
      ...wrap(messages.explanation),
      message: { ...messages.explanation, text: 'ü'.repeat(20_000) },
    } as Envelope);
    const decoder = open('master');
    const out = [...bytes].flatMap((byte) => decoder.push(Uint8Array.of(byte)));
    expect(words(out)).toEqual(['reply']);
  });
});
