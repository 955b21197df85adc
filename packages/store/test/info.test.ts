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

  it('is read as it was written, however long the texts', () => {
    const lengths = [254, 255, 256, 1_024];
    const wide = Object.fromEntries(agentInfoFields.map((field, i) => [field, '\u20ac'.repeat(lengths[i % 4]!)]));
    const labels = Array.from({ length: 64 }, (_, i) => [`${i}`, 'v'.repeat(1_024)] as const);
    const given = { ...wide, labels } as unknown as AgentInfo;
    expect(decodeInfo(encodeInfo(given))).toEqual(given);
  });

  it.each([
    ['nothing', []],
    ['too few texts', [1, 1, 65]],
    ['lengths that do not add up', [17, ...Array(17).fill(1), 65]],
    ['a length that is cut', [17, ...Array(16).fill(0), 255, 1]],
    ['a label without value', [18, ...Array(18).fill(0)]],
  ])('is unknown from %s', (_what, bytes) => {
    expect(decodeInfo(Uint8Array.from(bytes))).toBeUndefined();
  });
});
