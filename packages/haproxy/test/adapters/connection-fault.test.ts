import { connectionFault } from '../../src/adapters/connection-fault.ts';

const faultOf = (name: string, code: string): string =>
  connectionFault(name, Object.assign(new Error('x'), { code })).message;

it('where nobody listens it is said who should', () => {
  expect(faultOf('tcp://lb:9999', 'ECONNREFUSED')).toBe('tcp://lb:9999: nobody listens there; is HAProxy running?');
  for (const name of ['http://lb:5555', 'https://lb:5555'])
    expect(faultOf(name, 'ECONNREFUSED')).toContain(`${name}: nobody listens there; does the Data Plane API run`);
});

it('who may not use the socket reads how to get the right', () => {
  expect(faultOf('/run/haproxy/admin.sock', 'EACCES')).toContain('`usermod -aG haproxy wazuh`');
});
