import fc from 'fast-check';
import { HaproxyError } from '../../src/haproxy-error.ts';
import { addressWord, hostWord, nameWord, plainAddress, portWord, shown, weightWord } from '../../src/runtime/words.ts';

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof HaproxyError ? error.code : error;
  }
};

describe('what is sent to HAProxy', () => {
  it.each(['w', 'worker-1', 'worker_1.example:2', 'W'.repeat(128)])('may be the name %s', (name) => {
    expect(nameWord('at', 'server name', name)).toBe(name);
  });

  it.each(['', ' ', 'a b', 'a;b', 'a\nb', 'a\n', '\r', 'a/b', 'a#b', 'a,b', 'a\0', 'ä', '$a', 'W'.repeat(129)])(
    'is not the name %j',
    (name) => {
      expect(codeOf(() => nameWord('at', 'server name', name))).toBe('bad-name');
    },
  );

  it('is never a name or address that could end one word, or one command, and begin another', () => {
    const breaking = /[\s;/\\"'<>]/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const word of [
          () => nameWord('at', 'name', text),
          () => addressWord('at', text),
          () => hostWord('at', text),
        ]) {
          const made = codeOf(word);
          expect(made === 'bad-name' || !breaking.test(String(made))).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8::00A', '2001:db8::a'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['256.0.0.1', undefined],
    ['1.2.3', undefined],
    ['1.2.3.4.5', undefined],
    ['1.2.3.4.', undefined],
    ['1.2.3.4:80', undefined],
    ['0x7f.1', undefined],
    ['2130706433', undefined],
    ['fe80::1%eth0', undefined],
    ['[::1]', undefined],
    [':', undefined],
    ['::1::', undefined],
    ['localhost', undefined],
  ])('has the address %s as %s', (text, expected) => {
    expect(plainAddress(text)).toBe(expected);
  });

  it.each(['0.0.0.0', '::', '0:0::0', 'host', ''])('is not the address %j', (text) => {
    expect(codeOf(() => addressWord('at', text))).toBe('bad-name');
  });

  it.each(['a', 'worker1.example', 'a-b.c_d', 'node1.'])('may be the host %s', (host) => {
    expect(hostWord('at', host)).toBe(host);
  });

  it.each(['', '.', 'a..b', '-a', 'a.-b', 'a b', 'a:1', 'a;b', 'a'.repeat(64), `${'a.'.repeat(127)}b`])(
    'is not the host %j',
    (host) => {
      expect(codeOf(() => hostWord('at', host))).toBe('bad-name');
    },
  );

  it('is a port from 1 to 65535 and a weight from 1 to 256', () => {
    expect([portWord('at', 1), portWord('at', 65_535), weightWord('at', 1), weightWord('at', 256)]).toEqual([
      1, 65_535, 1, 256,
    ]);
    for (const bad of [0, -1, 1.5, 65_536, Number.NaN, Number.POSITIVE_INFINITY])
      expect([codeOf(() => portWord('at', bad)), codeOf(() => weightWord('at', bad))]).toEqual([
        'bad-name',
        'bad-name',
      ]);
  });

  it('is shown short and without control characters when it is refused', () => {
    expect(shown('a\x1b[2J\nb')).toBe('a?[2J?b');
    expect(shown('x'.repeat(1_000))).toBe(`${'x'.repeat(160)}… (1000 characters)`);
  });
});
