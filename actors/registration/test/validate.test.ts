import fc from 'fast-check';
import { addressOf, registrationCodes as codes, type RegistrationRequest } from '../src/index.ts';
import { validated } from '../src/validate.ts';

const key = 'a'.repeat(64);
const agent = (more: object): RegistrationRequest =>
  ({ type: 'register-agent', name: 'web-1', ip: 'any', ...more }) as RegistrationRequest;
const codeOf = (request: RegistrationRequest): number | undefined => {
  const result = validated(request);
  return 'code' in result ? result.code : undefined;
};

describe('a request', () => {
  it.each([
    ['two characters', agent({ name: 'ab' })],
    ['128 characters', agent({ name: 'n'.repeat(128) })],
    ['every kind of character', agent({ name: 'A.b_c-9' })],
    ['dots among others', agent({ name: '..a' })],
    ['one group', agent({ groups: ['default'] })],
    ['256 groups', agent({ groups: Array.from({ length: 256 }, (_, i) => `g${i}`) })],
    ['the largest id', agent({ id: 2 ** 31 - 1 })],
    ['a key of 64 digits', agent({ key })],
    ['a key of 512 digits', agent({ key: 'F'.repeat(512) })],
    ['a hash', agent({ keyHash: '0'.repeat(40) })],
    ['a removal', { type: 'remove-agent', id: 1, purge: false } as const],
    ['a question for a group', { type: 'assign-group', id: 7, mergedSum: 'd'.repeat(32) } as const],
  ])('of %s is taken', (_what, request) => {
    expect(validated(request)).toEqual(request);
  });

  it.each([
    ['one character', 'a'],
    ['129 characters', 'n'.repeat(129)],
    ['200 characters', 'n'.repeat(200)],
    ['nothing', ''],
    ['a dot and a dot', '..'],
    ['only dots', '....'],
    ['a slash', 'a/b'],
    ['a way up', '../../etc/passwd'],
    ['a backslash', 'a\\b'],
    ['NUL', 'ab\0'],
    ['a line feed', 'ab\n'],
    ['a line of client.keys', `x any ${key}\n002 y`],
    ['a blank', 'a b'],
    ['an exclamation mark, as removed ones have', '!ab'],
    ['a comment', '#ab'],
    ['an escape of a terminal', 'a\u001b[2Jb'],
    ['other letters', 'büro'],
  ])('with a name of %s is refused with 9005', (_what, name) => {
    expect(codeOf(agent({ name }))).toBe(codes.badName);
  });

  it.each([
    ['a bad address', agent({ ip: '1.2.3' }), codes.badIp],
    ['no groups in its list', agent({ groups: [] }), codes.badGroup],
    ['257 groups', agent({ groups: Array.from({ length: 257 }, (_, i) => `g${i}`) }), codes.badGroup],
    ['a group twice', agent({ groups: ['a', 'a'] }), codes.badGroup],
    ['a group that leads up', agent({ groups: ['..'] }), codes.badGroup],
    ['a group with a comma', agent({ groups: ['a,b'] }), codes.badGroup],
    ['id 0, the manager itself', agent({ id: 0 }), codes.badId],
    ['an id beyond the range', agent({ id: 2 ** 31 }), codes.badId],
    ['half an id', agent({ id: 1.5 }), codes.badId],
    ['a key of 63 digits', agent({ key: 'a'.repeat(63) }), codes.badKey],
    ['a key of 513 digits', agent({ key: 'a'.repeat(513) }), codes.badKey],
    ['a key with a blank', agent({ key: `${'a'.repeat(63)} ` }), codes.badKey],
    ['a hash that is none', agent({ keyHash: 'x' }), codes.badArguments],
    ['a removal of agent 0', { type: 'remove-agent', id: 0, purge: true } as const, codes.badId],
    ['a removal of NaN', { type: 'remove-agent', id: Number.NaN, purge: true } as const, codes.badId],
    ['a sum that is none', { type: 'assign-group', id: 1, mergedSum: "'; DROP" } as const, codes.badArguments],
  ])('with %s is refused with its code', (_what, request, code) => {
    expect(codeOf(request)).toBe(code);
  });

  it('is refused with words that say what to give instead, and nothing of what was given', () => {
    const hostile = 'evil\u001b]0;name';
    const result = validated(agent({ name: hostile }));
    expect(result).toMatchObject({ text: expect.stringContaining('2 to 128') });
    expect(JSON.stringify(result)).not.toContain('evil');
  });
});

describe('an address', () => {
  it.each([
    ['any', 'any'],
    ['10.0.0.1', '10.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.0.0.0/0', '10.0.0.0/0'],
    ['10.0.0.1/32', '10.0.0.1/32'],
    ['10.0.0.0/255.0.0.0', '10.0.0.0/8'],
    ['10.0.0.0/255.255.255.252', '10.0.0.0/30'],
    ['10.0.0.0/0.0.0.0', '10.0.0.0/0'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::1', 'fe80::1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:DB8:0:0:0:0:0:1', '2001:DB8:0:0:0:0:0:1'],
    ['2001:DB8:0:0:0:0:0:1/128', '2001:DB8:0:0:0:0:0:1/128'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['1:2:3:4:5:6:10.0.0.1', '1:2:3:4:5:6:10.0.0.1'],
    ['1::', '1::'],
  ])('%s is written as %s', (given, written) => {
    expect(addressOf(given)).toBe(written);
  });

  it.each([
    '',
    'ANY',
    'src',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.-4',
    '01.2.3.4',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/08',
    '1.2.3.4/8/8',
    '1.2.3.4/255.0.255.0',
    '1.2.3.4/255.255',
    '/8',
    '0x1.2.3.4',
    '1.2.3.4e1',
    ':',
    ':::',
    '1:2',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7::8',
    '::g',
    '12345::',
    '::1/129',
    '::1/ffff::',
    'fe80::1%eth0',
    '[::1]',
    '1.2.3.4::',
    '::1.2.3.4:1',
    '../../etc',
    '1.2.3.4\0',
  ])('%j is none', (text) => {
    expect(addressOf(text)).toBeUndefined();
  });

  it('of whatever text is judged without a throw, and what is written is judged the same again', () => {
    const part = fc.constantFrom('1', '255', '256', '.', ':', '::', '/', 'ff', 'any', '%', '\0', '0', '12345', ' ');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { maxLength: 20 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const written = addressOf(text);
          if (written === undefined) return;
          expect(written).toMatch(/^[0-9A-Za-z.:/]{1,64}$/);
          expect(addressOf(written)).toBe(written);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('of every IPv6 form that a library writes is taken', () => {
    fc.assert(fc.property(fc.ipV6(), (ip) => expect(addressOf(ip)).toBe(ip)));
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), (ip, bits) => expect(addressOf(`${ip}/${bits}`)).toBe(`${ip}/${bits}`)),
    );
  });
});
