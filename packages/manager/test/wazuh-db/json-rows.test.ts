import fc from 'fast-check';
import { type JsonRow, openJsonRows } from '../../src/wazuh-db/json-rows.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function taken(text: string | Uint8Array, pieceBytes = Number.POSITIVE_INFINITY) {
  const all = typeof text === 'string' ? bytes(text) : text;
  const rows = openJsonRows();
  const got: JsonRow[] = [];
  const step = Math.min(pieceBytes, Math.max(1, all.length));
  for (let at = 0; at < all.length; at += step) got.push(...rows.push(all.subarray(at, at + step)));
  return { rows: got.map(({ member, text: row }) => [member, row]), fault: rows.fault(), isWhole: rows.isWhole() };
}

describe('rows of a JSON text', () => {
  it.each([
    ['{}', [], true],
    [' { } ', [], true],
    ['{"a":[]}', [], true],
    ['{"a":[{}]}', [['a', '{}']], true],
    [
      '{"a" : [ {"x":1} , {"y":[{"z":"}]\\"{"}]} ] , "b":[{"":2}]}\n',
      [
        ['a', '{"x":1}'],
        ['a', '{"y":[{"z":"}]\\"{"}]}'],
        ['b', '{"":2}'],
      ],
      true,
    ],
    ['{"a":[{"x":1},{"x":', [['a', '{"x":1}']], false],
    ['{"a":[{"x":1}', [['a', '{"x":1}']], false],
    ['', [], false],
  ])('are taken out of %j', (text, expected, isWhole) => {
    for (const pieceBytes of [1, 3, Number.POSITIVE_INFINITY])
      expect(taken(text, pieceBytes)).toEqual({ rows: expected, fault: undefined, isWhole });
  });

  it.each([
    '[]',
    'null',
    '{"a":{}}',
    '{"a":[1]}',
    '{"a":[{},]}',
    '{"a":[],}',
    '{a:[]}',
    '{"a":[]}x',
    'HTTP',
    `{"${'n'.repeat(65)}":[]}`,
  ])('are not looked for in %j, which is of another form', (text) => {
    for (const pieceBytes of [1, Number.POSITIVE_INFINITY]) expect(taken(text, pieceBytes).fault).toBe('bad-answer');
  });

  it('of more than 256 KiB are told and not kept', () => {
    const text = `{"a":[{"x":"${'y'.repeat(300_000)}"},{"x":1}]}`;
    expect(taken(text, 65_536)).toEqual({
      rows: [
        ['a', undefined],
        ['a', '{"x":1}'],
      ],
      fault: undefined,
      isWhole: true,
    });
  });

  it('are those that a parser of the whole finds, whatever the pieces', () => {
    const row = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    const whole = fc.dictionary(fc.constantFrom('syncreq', 'b', ''), fc.array(row, { maxLength: 5 }));
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 1), (value, pieceBytes, indent) => {
        const { rows, fault, isWhole } = taken(JSON.stringify(value, undefined, indent), pieceBytes);
        expect([fault, isWhole]).toEqual([undefined, true]);
        const expected = Object.entries(value).flatMap(([member, all]) => all.map((one) => [member, one]));
        expect(rows.map(([member, text]) => [member, JSON.parse(text!)])).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 500 },
    );
  });

  it('throw for no bytes at all', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'a', ' ') }).map(bytes),
    );
    fc.assert(
      fc.property(hostile, (some) => void taken(some, 7)),
      { numRuns: 1_000 },
    );
  });
});
