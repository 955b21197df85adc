import { redactText } from '@muster/log';
import fc from 'fast-check';

it.each([
  ['key=abc', 'key=*****'],
  ['cluster_key: abc def', 'cluster_key: ***** def'],
  ['"password":"a b"', '"password":"***** b"'],
  ["{'apiToken': 'abc'}", "{'apiToken': '*****'}"],
  ['<key>abc</key>', '<key>*****</key>'],
  ['Authorization: Bearer a.b.c, next', 'Authorization: *****, next'],
  ['authorization: basic YTpi', 'authorization: *****'],
  [`001 web any ${'0f'.repeat(32)}`, '001 web any *****'],
  ['keys: 12, monkey: 3, tokens=4', 'keys: 12, monkey: 3, tokens=4'],
  ['Reading authentication keys file.', 'Reading authentication keys file.'],
  ['10:00:00 a:b c=d', '10:00:00 a:b c=d'],
])('%s is shown as %s', (text, shown) => {
  expect(redactText(text)).toBe(shown);
});

it('a secret that is known is hidden wherever it stands', () => {
  expect(redactText('xhunter2x', ['', 'hunter2'])).toBe('x*****x');
});

it('no text that names a password shows it, whatever is around it', () => {
  const word = fc.stringMatching(/^[a-z]{0,8}$/);
  fc.assert(
    fc.property(word, word, fc.constantFrom('=', ': ', '":"', '>'), (before, after, between) => {
      expect(redactText(`${before} password${between}S3CRET ${after}`)).not.toContain('S3CRET');
    }),
  );
});
