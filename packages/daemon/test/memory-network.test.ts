import { transportCompliance } from '@muster/link/testing';
import { memoryNetwork } from './memory-network.ts';

const network = memoryNetwork();
const cases = transportCompliance(
  () => ({ listener: network.transport('here'), dialer: () => network.transport('here') }),
  () => network.transport('here'),
);

describe('the network in memory', () => {
  it.each(cases.map((one) => [one.title, one] as const))('%s', (_title, { run }) => run());

  afterEach(() => expect(network.open()).toBe(0));
});
