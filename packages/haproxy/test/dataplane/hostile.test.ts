import { type HttpAnswer, openDataplaneDriver } from '@muster/haproxy';
import { HaproxyError } from '../../src/haproxy-error.ts';
import { never } from './rig.ts';

/** v3, but for what `told` says of a path. */
function driverOn(told: Readonly<Record<string, unknown>>) {
  const answers: Readonly<Record<string, unknown>> = {
    '/v3/info': { api: {} },
    'runtime/info': { info: { pid: 7, uptime: 9, version: '2.6.12' } },
    'runtime/backends/be/servers': [server('w1')],
    'stats/native': { stats: [statsOf('w1', {})] },
    'configuration/backends/be': { name: 'be', balance: { algorithm: 'leastconn' } },
    'configuration/frontends': [{ name: 'front', default_backend: 'be' }],
    'configuration/frontends/front/binds': [{ name: 'b', port: 1514 }],
    ...told,
  };
  const http = async (_endpoint: unknown, { path }: { readonly path: string }): Promise<HttpAnswer> => {
    const [place = ''] = path.replace('/v3/services/haproxy/', '').split('?');
    const body = answers[place];
    return { status: body === undefined ? 404 : 200, headers: {}, body: JSON.stringify(body ?? {}) };
  };
  const endpoint = { protocol: 'http', host: 'lb', port: 5555 } as const;
  const ports = { http, wait: async () => {} };
  return openDataplaneDriver({ endpoint, user: 'u', password: 'p"w', backend: 'be', agentPort: 1514 }, ports);
}

const server = (name: string, more: object = {}) => ({
  ...{ name, address: '10.0.0.1', port: 1514, admin_state: 'ready' },
  ...more,
});
const statsOf = (name: string, stats: object) => ({
  ...{ name, backend_name: 'be', type: 'server' },
  stats: { scur: 1, status: 'UP', weight: 100, lastchg: 5, check_status: 'L4OK', ...stats },
});

const faultOf = async (work: Promise<unknown>): Promise<HaproxyError> => {
  const fault = await work.catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(HaproxyError);
  return fault as HaproxyError;
};

it.each([-1, 0.5, 1e300, 1e15, '7', null])('sessions of %j are refused', async (scur) => {
  const { code, message } = await faultOf(
    driverOn({ 'stats/native': { stats: [statsOf('w1', { scur })] } }).servers(never),
  );
  expect([code, message]).toEqual(['bad-answer', expect.stringContaining('status or sessions')]);
});

it.each([-1, 0.5, 1e300, 1e15])('a process with the id %j is refused', async (pid) => {
  const { code } = await faultOf(driverOn({ 'runtime/info': { info: { pid, uptime: 1 } } }).instance(never));
  expect(code).toBe('bad-answer');
});

it('a weight, a port and a time that cannot be are taken for none', async () => {
  const told = {
    'stats/native': { stats: [statsOf('w1', { weight: -3, lastchg: -1 })] },
    'runtime/backends/be/servers': [server('w1', { port: 1.5 })],
  };
  const [found] = await driverOn(told).servers(never);
  expect(found).toMatchObject({ weight: 1, port: 0, changedMs: 0 });
});

it.each(['', 'a;b', '../x', 'x'.repeat(300), 'a\u0000b', 'a\u001b[2J', 'ü'])(
  'a server named %j is refused',
  async (name) => {
    const fault = await faultOf(driverOn({ 'runtime/backends/be/servers': [server(name)] }).servers(never));
    expect(fault.code).toBe('bad-answer');
    expect(fault.message).toMatch(/^[ -~…]{1,400}$/);
  },
);

it('two servers of one name are refused', async () => {
  const fault = await faultOf(driverOn({ 'runtime/backends/be/servers': [server('w1'), server('w1')] }).servers(never));
  expect(fault.message).toContain('a server is called twice: "w1"');
});

it('whatever its configuration holds, faults and advice are short and plain', async () => {
  const wild = `\u001b[2J\n${'x'.repeat(100_000)}`;
  const [version] = [
    (await driverOn({ 'runtime/info': { info: { pid: 7, uptime: 9, version: wild } } }).instance(never)).version,
  ];
  expect(version.length).toBeLessThanOrEqual(128);
  const advice = await driverOn({
    'configuration/backends/be': { name: 'be', mode: wild, balance: { algorithm: wild } },
    'configuration/backends/be/servers': [{ name: wild }],
  }).prepare(never);
  expect(advice.map(({ code }) => code)).toEqual(['mode', 'algorithm', 'no-check']);
  const fault = await faultOf(
    driverOn({
      'configuration/frontends': [{ name: wild, default_backend: 'be' }],
      [`configuration/frontends/${encodeURIComponent(wild)}/binds`]: 7,
    }).prepare(never),
  );
  for (const text of [fault.message, ...advice.map((each) => each.text)]) {
    expect(text.length).toBeLessThan(500);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none.
    expect(text).not.toMatch(/[\x00-\x1f\x7f]/);
  }
});
