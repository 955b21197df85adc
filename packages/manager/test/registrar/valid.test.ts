import { isIP } from 'node:net';
import fc from 'fast-check';
import { isAgentIp } from '../../src/index.ts';

it.each([
  ['any', true],
  ['10.0.0.1', true],
  ['10.0.0.0/8', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/8/8', false],
  ['010.0.0.1', false],
  ['::', true],
  ['fe80::1', true],
  ['2001:db8::/32', true],
  ['2001:db8::/129', false],
  ['::ffff:10.0.0.1', true],
  ['1::2::3', false],
  ['1:2:3:4:5:6:7', false],
  ['1:2:3:4:5:6:7:8', true],
  ['1:2:3:4:5:6:7::', true],
  ['fe80::1%eth0', false],
  ['', false],
  ['ANY', false],
  ['host.example', false],
])('%j as an address of an agent: %s', (text, expected) => expect(isAgentIp(text)).toBe(expected));

it('takes the addresses that the system takes, without zones', () => {
  const piece = fc.oneof(
    fc.constantFrom('', ':', '::', '.', '10.0.0.1', '0', 'ffff', '12345', 'g'),
    fc.ipV4(),
    fc.ipV6(),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.array(piece, { maxLength: 9 }).map((all) => all.join('')),
        fc.array(piece, { maxLength: 9 }).map((all) => all.join(':')),
      ),
      (text) => {
        expect([text, isAgentIp(text)]).toEqual([text, text.length <= 64 && isIP(text) !== 0]);
      },
    ),
    { numRuns: 2_000 },
  );
});
