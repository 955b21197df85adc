import { decodeEnvelope, encodeEnvelope, MAX_AGENT_ID, type Sender, type WireMessage } from '@muster/protocol';
import fc from 'fast-check';
import { packedReader, packedWriter } from '../src/packed-bytes.ts';
import { packedGroups, packedHeld, packedIds, packedNames, packedPairs, packedParts } from '../src/packed-fields.ts';
import { messages, wrap } from './samples.ts';

const crossed = (message: WireMessage, sender: Sender): unknown => {
  const decoded = decodeEnvelope(encodeEnvelope(wrap(message)).subarray(5), sender);
  if (!decoded.ok || decoded.frame.type !== 'envelope') throw new Error(JSON.stringify(decoded));
  return (decoded.frame.envelope as { message: unknown }).message;
};

const ids = (count: number, from = 1): readonly number[] => Array.from({ length: count }, (_, i) => from + i);
const upTo =
  (count: number) =>
  <T>(make: (id: number) => T): readonly T[] =>
    ids(count).map(make);
const thousand = upTo(1_000);
const names = upTo(256)((i) => `g${i}`);

/** The smallest values, as many as there may be: what costs most for its length. */
const full: readonly (readonly [string, WireMessage, Sender])[] = [
  [
    'all taken agents wanted',
    { ...messages['agents-taken'], lost: [], wanted: [...ids(1_000)], unknown: [] },
    'master',
  ],
  ['1,000 far ids', { ...messages['agents-moved'], ids: [...ids(1_000, MAX_AGENT_ID - 999)].reverse() }, 'master'],
  [
    '256 parts',
    { ...messages['check-agents'], parts: upTo(256)((i) => [i * 256, i * 256 + 255, [0, 0, 0]]) as [] },
    'worker',
  ],
  ['256 differing parts', { ...messages['agents-checked'], differing: [...ids(256, 0)] }, 'master'],
  ['256 differing parts of groups', { ...messages['groups-checked'], differing: [...ids(256, 0)] }, 'master'],
  ['1,000 held agents', { ...messages['held-agents'], rows: thousand((id) => [id, id]) as [] }, 'worker'],
  [
    '1,000 rows of groups',
    { ...messages.groups, names: [...names], rows: thousand((id) => [id, id, [id % 256]]) as [] },
    'master',
  ],
  [
    '1,000 assignments that went',
    { ...messages['group-changes'], names: [], rows: thousand((id) => [id, id, []]) as [] },
    'master',
  ],
  ['256 proposed groups', { ...messages['propose-groups'], groups: [...names] }, 'worker'],
  ['256 assigned groups', { ...messages['groups-assigned'], groups: [...names] }, 'master'],
  ['an agent for 256 groups', { ...messages['register-agent'], groups: [...names] }, 'worker'],
  ['64 short labels', { ...messages.agent, info: upTo(64)((i) => ['a', `${i % 8}`]) as [] }, 'master'],
  ['64 empty labels', { ...messages.agent, info: upTo(64)(() => ['', '']) as [] }, 'master'],
];

describe('packed fields', () => {
  it.each(full)('%s cross the wire', (_what, message, sender) => {
    expect(crossed(message, sender)).toEqual(message);
  });

  const id = fc.integer({ min: 0, max: MAX_AGENT_ID });
  const count = fc.maxSafeNat();
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const text = fc.string({ unit: 'grapheme' });
  const lists = [
    ['ids', packedIds, fc.array(id)],
    ['parts', packedParts, fc.array(fc.tuple(id, id, fc.tuple(count, word, word)))],
    ['held', packedHeld, fc.array(fc.tuple(id, count))],
    ['groups', packedGroups, fc.array(fc.tuple(id, count, fc.array(fc.nat(5_999))))],
    ['names', packedNames, fc.array(fc.stringMatching(/^[a-z.]{1,9}$/))],
    ['pairs', packedPairs, fc.array(fc.tuple(text, text))],
  ] as const;
  it.each(lists)(
    '%s are unpacked as they were packed, whatever they are',
    (_what, field, values: fc.Arbitrary<unknown>) => {
      fc.assert(fc.property(values, (value) => expect(field.unpack(field.pack(value))).toEqual(value)));
    },
  );

  it.each(lists)('%s of noise are refused or taken, and never throw', (_what, field) => {
    const wires = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string(), fc.integer(), fc.constant({}));
    fc.assert(
      fc.property(wires, (wire) => {
        const list = field.unpack(wire);
        expect(list === undefined || Array.isArray(list)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['1,001 ids', packedIds, (out: ReturnType<typeof packedWriter>) => out.count(1_001)],
    ['fewer than it says', packedIds, (out: ReturnType<typeof packedWriter>) => out.count(2)],
    ['257 parts', packedParts, (out: ReturnType<typeof packedWriter>) => out.count(257)],
  ])('a list of %s is refused', (_what, field, write) => {
    const out = packedWriter();
    write(out);
    expect(field.unpack(out.finish())).toBeUndefined();
    expect(packedNames.unpack(','.repeat(6_000))).toBeUndefined();
  });

  it('what is not packed is a bad message', () => {
    const bare = wrap(messages['agents-moved']);
    const frame = Buffer.from(encodeEnvelope(bare));
    const at = frame.indexOf('ids') + 3;
    const text = Buffer.concat([frame.subarray(5, at), Buffer.of(0x93, 1, 2, 3)]);
    expect(decodeEnvelope(text, 'master')).toMatchObject({ ok: false, violation: { code: 'bad-message' } });
  });
});

describe('numbers as bytes', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.integer()), (counts, steps) => {
        const out = packedWriter();
        for (const each of counts) out.count(each);
        for (const each of steps) out.near(each);
        const from = packedReader(out.finish());
        expect(counts.map(() => from.count())).toEqual(counts);
        expect(steps.map(() => from.near())).toEqual(steps);
        expect(from.ended()).toBe(true);
      }),
    );
  });

  it.each([
    ['cut off', [0x80]],
    ['beyond 2^53', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['with needless zeros', [0x80, 0]],
    ['without end', Array(20).fill(0x80)],
  ])('%s are a fault that stays', (_what, bytes) => {
    const from = packedReader(Uint8Array.from(bytes));
    expect(from.count()).toBe(0);
    expect([from.fine(), from.ended(), from.count(), from.word()]).toEqual([false, false, 0, 0]);
  });
});
