import { Packr } from 'msgpackr';
import { createScanner } from '../src/scan.ts';

const { scan } = createScanner(['a', 'b', 'name']);
const hex = (text: string): string | undefined => scan(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const nested = (depth: number): string => `${'91'.repeat(depth)}01`;
const array16 = (count: number, item: string): string =>
  `dc${count.toString(16).padStart(4, '0')}${item.repeat(count)}`;
const double = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return `cb${bytes.toString('hex')}`;
};

const good: readonly (readonly [string, string])[] = [
  ['a positive fixint', '7f'],
  ['a negative fixint', 'e0'],
  ['booleans', '92 c2 c3'],
  ['integers of 8, 16 and 32 bits', '96 ccff cdffff ceffffffff d080 d18000 d280000000'],
  ['a double', double(1.5)],
  ['the largest double', double(Number.MAX_VALUE)],
  ['a map of known fields', '82 a161 01 a162 02'],
  ['the same field in two maps', '92 81a16101 81a16101'],
  ['the same field in a map inside a map', '81 a161 81 a161 01'],
  ['a field again after a map inside', '82 a161 81 a162 01 a162 01'],
  ['strings of each width', '94 a161 d90161 da000161 db0000000161'],
  ['UTF-8 of 2, 3 and 4 bytes', 'a9 c3bc e282ac f09f9880'],
  ['binaries of each width', '93 c40100 c5000100 c60000000100'],
  ['16 levels', nested(16)],
];

const bad: readonly (readonly [string, string, RegExp])[] = [
  ['nothing', '', /ends inside/],
  ['bytes after the end', '01 01', /after its end/],
  ['nil', 'c0', /type/],
  ['0xC1', 'c1', /type/],
  ['a float of 32 bits', 'ca 3f800000', /type/],
  ['integers of 64 bits', 'cf 0000000000000001', /type/],
  ['signed integers of 64 bits', 'd3 0000000000000001', /type/],
  ['a fixext (a record definition)', 'd4 72 40', /type/],
  ['an ext of each width', 'c7 01 01 00', /type/],
  ['a timestamp', 'd6 ff 00000000', /type/],
  ['NaN', double(Number.NaN), /finite/],
  ['Infinity', double(Number.POSITIVE_INFINITY), /finite/],
  ['-Infinity', double(Number.NEGATIVE_INFINITY), /finite/],
  ['-0', double(-0), /-0/],
  ['an unknown field', '81 a163 01', /field that no message has/],
  ['__proto__', '81 a95f5f70726f746f5f5f 01', /field that no message has/],
  ['a field that is a number', '81 01 01', /field that no message has/],
  ['a field twice', '82 a161 01 a161 02', /twice/],
  ['a field twice with a map between', '82 a161 81 a161 01 a161 02', /twice/],
  ['an overlong encoding', 'a2 c080', /UTF-8/],
  ['a surrogate in UTF-8', 'a3 eda080', /UTF-8/],
  ['a lone continuation', 'a1 80', /UTF-8/],
  ['a long string that is not UTF-8', `d9 50 ${'61'.repeat(79)} ff`, /UTF-8/],
  ['17 levels', nested(17), /levels/],
  ['17 levels of maps', `${'81a161'.repeat(17)}01`, /levels/],
  ['a map of 4 G', 'df ffffffff', /fields/],
  ['an array of 4 G', 'dd ffffffff', /ends inside/],
  ['a binary of 4 G', 'c6 ffffffff', /ends inside/],
  ['a string of 4 G', 'db ffffffff', /ends inside/],
  ['a length that is cut', 'dc 00', /ends inside/],
  ['a double that is cut', 'cb 0000', /ends inside/],
  ['a map that is cut in a field', '81 a461', /ends|field/],
  ['more than 32 fields', `de0021 ${'a16101'.repeat(33)}`, /fields/],
  ['thousands of empty maps', array16(19_000, '80'), /small values/],
  ['thousands of empty arrays', array16(19_000, '90'), /small values/],
  ['thousands of empty strings', array16(19_000, 'a0'), /small values/],
];

describe('the structural scan', () => {
  it.each(good)('takes %s', (_name, text) => expect(hex(text)).toBeUndefined());
  it.each(bad)('refuses %s', (_name, text, fault) => expect(hex(text)).toMatch(fault));

  it('takes 20,000 values and not one more', () => {
    const text = 'x'.repeat(40);
    const values = (count: number) => scan(new Packr().pack(Array.from({ length: count - 1 }, () => text)));
    expect(values(20_000)).toBeUndefined();
    expect(values(20_001)).toMatch(/more than 20000 values/);
  });

  it('refuses every prefix of a good text', () => {
    const whole = new Packr({ useRecords: false }).pack({ a: [1.5, 'ü', Buffer.from('xyz')], name: { b: 70_000 } });
    expect(scan(whole)).toBeUndefined();
    for (let end = 0; end < whole.length; end++) expect(scan(whole.subarray(0, end))).toBeDefined();
  });
});
