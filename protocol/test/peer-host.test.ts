import { peerHost } from '../src/index.ts';

describe('the host of a peer', () => {
  it.each([
    ['10.0.0.7:41000', '10.0.0.7'],
    ['10.0.0.7', '10.0.0.7'],
    ['[::1]:41000', '::1'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['[::ffff:10.0.0.7]:41000', '10.0.0.7'],
    ['::FFFF:10.0.0.7', '10.0.0.7'],
    ['::ffff:a00:7', '::ffff:a00:7'],
    ['worker1:41000', 'worker1'],
    ['local', 'local'],
    ['', ''],
  ])('of %s is %s', (address, host) => {
    expect(peerHost(address)).toBe(host);
  });
});
