import { basicToken, redactor } from '../../src/http/redact.ts';

it.each([
  ['as it is', 'wrong: p"\\w'],
  ['as JSON', 'wrong: {"password":"p\\"\\\\w"}'],
  ['as Basic authentication', `wrong: Basic ${basicToken('us', 'p"\\w')}`],
  ['as that without its padding', `wrong: Basic ${basicToken('us', 'p"\\w').replace(/=/g, '%3D')}`],
])('a secret that a server echoes %s is taken out', (_, said) => {
  const [secret, token] = ['p"\\w', basicToken('us', 'p"\\w')];
  expect(token).toMatch(/=$/);
  const shown = redactor([secret, token])(said);
  expect(shown).toContain('***');
  for (const hidden of [secret, 'p\\"', token.slice(0, -1)]) expect(shown).not.toContain(hidden);
});

it('a text is cut to 200 characters, or as many as are wished', () => {
  expect(redactor([])('x'.repeat(999))).toHaveLength(201);
  expect(redactor([])('x'.repeat(999), 400)).toHaveLength(401);
});
