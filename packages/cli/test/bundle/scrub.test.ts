import fc from 'fast-check';
import { agentKeys, clusterSections, longTexts, scrubber, scrubYaml, secretsWritten } from '../../src/bundle/scrub.ts';

const none = scrubber({ words: [], tokens: new Set() });

describe('the <cluster> section', () => {
  const section = (inner: string): string =>
    clusterSections(`<ossec_config><global/><cluster>${inner}</cluster></ossec_config>`);

  it('keeps everything but what its names call secret', () => {
    expect(
      section(
        '<name>c</name><key>S3cret</key><haproxy_helper><haproxy_password>p w</haproxy_password></haproxy_helper>',
      ),
    ).toBe(
      '<cluster><name>c</name><key>*****</key><haproxy_helper><haproxy_password>*****</haproxy_password></haproxy_helper></cluster>',
    );
  });

  it.each([
    ['of a comment', '<!-- <key>S3cret</key> -->'],
    ['that is never closed', '<key>S3cret'],
    ['with blanks and lines', '<key >\n S3cret\n</key >'],
    ['in capitals', '<KEY>S3cret</KEY>'],
    ['of a password with brackets', '<client_cert_password>a<b>S3cret</client_cert_password>'],
  ])('hides one %s', (_what, inner) => {
    expect(section(inner)).not.toContain('S3cret');
  });

  it('is all that is taken of ossec.conf', () => {
    expect(clusterSections('<a>x</a><cluster><name>1</name></cluster><b>y</b><cluster>')).toBe(
      '<cluster><name>1</name></cluster>\n<cluster>',
    );
    expect(clusterSections('')).toBe('');
  });
});

describe('muster.yaml', () => {
  it.each([
    ['plain', 'api:\n  password: S3cret pass'],
    ['quoted', 'api:\n  password: "S3cret pass"'],
    ['in one line', 'api: { user: a, password: S3cret, url: b }'],
    ['as a block', 'api:\n  password: |\n    S3cret\n\n    more S3cret\n  user: a'],
    ['folded', 'api:\n  password:\n    S3cret\n  user: a'],
    ['in a comment', '# password: S3cret'],
    ['with a quoted name', '"password" : S3cret'],
  ])('hides a password that is written %s', (_form, text) => {
    expect(scrubYaml(text)).not.toContain('S3cret');
  });

  it('keeps the rest', () => {
    const text = 'keep_alive:\n  interval: 1s\napi:\n  password: x1234\n  user: bob\nlog:\n  level: info';
    expect(scrubYaml(text)).toBe(text.replace('x1234', '*****'));
  });
});

it('secrets are known from the files themselves, also where these are faulty', () => {
  const found = secretsWritten('<cluster><key>OldKey1</key><key>NewKey2', 'api:\n  password: "pass word"\n');
  expect(found).toEqual(expect.arrayContaining(['OldKey1', 'NewKey2', 'pass word']));
});

it('keys of agents are known, of removed ones as well', () => {
  expect(agentKeys('001 web any abcdef\n002 !db 10.0.0.1 fedcba x y123\n\n# no\n')).toEqual([
    ...['abcdef', 'abcdef', 'fedcba', 'y123'],
  ]);
  expect(longTexts('{"scrypt":{"n":1,"salt":"AAAABBBBCCCCDDDD","hash":"short"}}')).toEqual(['AAAABBBBCCCCDDDD']);
});

describe('what is shown', () => {
  it('has no private key, no password of a URL, no named secret', () => {
    const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----';
    expect(none.text(`a ${pem} b`)).toBe('a ***** b');
    expect(none.text('https://bob:pw@host/x')).toBe('https://*****@host/x');
    expect(none.json({ password: 'x', nested: { token: 'y', name: 'z' } })).toBe(
      '{\n  "password": "*****",\n  "nested": {\n    "token": "*****",\n    "name": "z"\n  }\n}\n',
    );
    expect(none.json({ keyFingerprint: '0123456789abcdef' })).toContain('0123456789abcdef');
  });

  it('has none of the words and tokens, wherever they stand', () => {
    const letters = [...'abcXYZ0189'];
    const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 8, maxLength: 40 });
    const between = fc.constantFrom(' ', ': ', '="', '\n', ',', '/', '(', 'https://');
    fc.assert(
      fc.property(fc.array(word, { minLength: 2, maxLength: 5 }), between, (secrets, gap) => {
        const [first = '', ...others] = secrets;
        const { text, json } = scrubber({ words: [first], tokens: new Set(others) });
        const all = secrets.join(gap);
        for (const shown of [text(all), json({ all, list: [all] })]) {
          expect(shown.includes(first)).toBe(false);
          for (const token of others) expect(shown.split(/[^A-Za-z0-9]+/)).not.toContain(token);
        }
      }),
    );
  });
});
