import { adviceOn, type Configured } from '../../src/dataplane/advice.ts';
import type { Json } from '../../src/http/answer.ts';

const front = (name: string, leadsTo: string, port: number, more: Json = {}, bind: Json = {}) => ({
  frontend: { name, mode: 'tcp', default_backend: leadsTo, ...more },
  name,
  leadsTo,
  binds: [{ name: `${name}_bind`, port, ...bind }],
});

const sound: Configured = {
  backend: { name: 'agents', mode: 'tcp', balance: { algorithm: 'leastconn' } },
  fronts: [front('agents_front', 'agents', 1514), front('web', 'shop', 80)],
  defaults: { client_timeout: 60_000, server_timeout: 60_000 },
  servers: [{ name: 'worker1', address: '192.0.2.1', check: 'enabled' }],
};

const codes = (change: Partial<Configured>): readonly string[] =>
  adviceOn({ ...sound, ...change }, 'agents', 1514).map(({ code }) => code);
const withBackend = (more: Json): Partial<Configured> => ({ backend: { ...sound.backend, ...more } });
const withServer = (more: Json): Partial<Configured> => ({ servers: [{ ...sound.servers[0], ...more }] });

const cases: readonly (readonly [string, Partial<Configured>, readonly string[]])[] = [
  ['a sound configuration', {}, []],
  ['no defaults and no timeouts at all', { defaults: undefined }, []],
  ['mode http', withBackend({ mode: 'http' }), ['mode']],
  ['round robin', withBackend({ balance: { algorithm: 'roundrobin' } }), ['algorithm']],
  ['no algorithm, which is round robin', { backend: { name: 'agents', mode: 'tcp' } }, ['algorithm']],
  [
    'the algorithm of the defaults',
    { backend: { name: 'agents', mode: 'tcp' }, defaults: { balance: { algorithm: 'leastconn' } } },
    [],
  ],
  ['a slow start', withServer({ slowstart: 20_000 }), ['slowstart']],
  ['a slow start for all', withBackend({ default_server: { slowstart: 1 } }), ['slowstart']],
  ['a limit of connections', withServer({ maxconn: 100 }), ['server-maxconn']],
  ['no health check', withServer({ check: 'disabled' }), ['no-check']],
  [
    'no health check but for all',
    { servers: [{ name: 'worker1', address: '192.0.2.1' }], ...withBackend({ default_server: { check: 'enabled' } }) },
    [],
  ],
  [
    'a frontend that leads agents elsewhere',
    { fronts: [...sound.fronts, front('old', 'archive', 1514)] },
    ['frontends'],
  ],
  [
    'a range of ports that holds the agents’',
    { fronts: [...sound.fronts, front('old', 'archive', 1500, {}, { 'port-range-end': 1600 })] },
    ['frontends'],
  ],
  ['two frontends that lead to the backend', { fronts: [...sound.fronts, front('second', 'agents', 1514)] }, []],
  ['its bind on another port', { fronts: [front('agents_front', 'agents', 1515)] }, ['bind-port']],
  ['a short time-out of servers', withBackend({ server_timeout: 59_999 }), ['timeout']],
  [
    'a short time-out of clients',
    { fronts: [front('agents_front', 'agents', 1514, { client_timeout: 1_000 })] },
    ['timeout'],
  ],
  ['a tunnel that outlasts short time-outs', withBackend({ server_timeout: 1_000, tunnel_timeout: 60_000 }), []],
  ['a short time-out of tunnels', withBackend({ tunnel_timeout: 30_000 }), ['timeout']],
];

test.each(cases)('%s: %#', (_, change, expected) => {
  expect(codes(change)).toEqual(expected);
});

test('the advice names what is to be mended', () => {
  const [advice] = adviceOn({ ...sound, fronts: [...sound.fronts, front('old', 'archive', 1514)] }, 'agents', 1514);
  expect(advice?.text).toContain('old (backend archive)');
  expect(advice?.text).toContain('1514');
});
