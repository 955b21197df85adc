import { type AgentInfo, agentInfoFields } from '@muster/protocol';
import fc from 'fast-check';
import { decodeInfo, encodeInfo } from '../src/rows/info.ts';

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\0', 'a\0b', '"', '[]'));
const infos = fc
  .record({
    ...Object.fromEntries(agentInfoFields.map((field) => [field, text])),
    labels: fc.array(fc.tuple(text, text), { maxLength: 4 }),
  })
  .map((info) => info as unknown as AgentInfo);

describe('what is known of an agent, as bytes', () => {
  it('is read as it was written, whatever the texts', () => {
    fc.assert(fc.property(infos, (info) => expect(decodeInfo(encodeInfo(info))).toEqual(info)));
  });

  it('has other bytes for other texts', () => {
    fc.assert(
      fc.property(infos, infos, (one, other) => {
        const bytes = Buffer.from(encodeInfo(one));
        expect(bytes.equals(encodeInfo(other))).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it.each([
    ['nothing', []],
    ['an unknown form', [7, 65]],
    ['too few texts', [1, 65, 0, 66]],
    ['JSON that is cut', [2, 0x5b]],
    ['JSON of something else', [2, 0x7b, 0x7d]],
  ])('is unknown from %s', (_what, bytes) => {
    expect(decodeInfo(Uint8Array.from(bytes))).toBeUndefined();
  });
});
