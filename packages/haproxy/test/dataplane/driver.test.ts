import { parseText } from '../../src/testing/dataplane/raw-text.ts';
import { emptyConfiguration } from '../../src/testing/dataplane/world.ts';
import { backend, closeRigs, faultOf, never, openRig, preparedRig, type Rig, versions, worker } from './rig.ts';

afterEach(closeRigs);

const names = async ({ driver }: Rig) => (await driver.servers(never)).map(({ name }) => name);
/** A configuration that somebody else wrote. */
const configure = ({ double: { machine } }: Rig, text: string): void => {
  const parsed = parseText(text, emptyConfiguration);
  if (typeof parsed === 'string') throw new Error(parsed);
  machine.configured = parsed;
  machine.restart();
};
const written = ({ double }: Rig) => [...double.machine.configured.backends.get(backend)!.parts.values()];

describe.each(versions)('with the Data Plane API %s', (version) => {
  test('the version is found by asking for v3, then v2, and once only', async () => {
    const rig = await openRig(version);
    await rig.driver.instance(never);
    await rig.driver.instance(never);
    const looked = version === '2.9' ? ['GET /v3/info 404'] : [];
    expect(rig.calls()).toEqual([...looked, 'GET /info 200', 'GET runtime/info 200', 'GET runtime/info 200']);
  });

  test('backend, frontend and bind are created with one reload, which is waited for', async () => {
    const rig = await openRig(version);
    expect(await rig.driver.prepare(never)).toEqual([]);
    expect(rig.writes()).toEqual([
      'POST transactions 201',
      'POST configuration/backends 202',
      'POST configuration/frontends 202',
      'POST configuration/binds 202',
      'PUT transactions/{id} 202',
    ]);
    expect(rig.waits).toEqual([500, 500]);
    const { machine } = rig.double;
    expect([machine.starts, machine.transactions.size]).toEqual([1, 0]);
    expect(machine.configured.backends.get(backend)?.settings).toEqual({
      name: backend,
      mode: 'tcp',
      balance: { algorithm: 'leastconn' },
    });
    const front = machine.configured.frontends.get(`${backend}_front`)!;
    expect(front.settings).toEqual({ name: `${backend}_front`, mode: 'tcp', default_backend: backend });
    expect([...front.parts.values()]).toEqual([{ name: `${backend}_front_bind`, port: 1514 }]);
  });

  test('nothing is created where all is there', async () => {
    const rig = await preparedRig(version);
    await rig.driver.prepare(never);
    expect(rig.writes()).toEqual([]);
  });

  test('a bind that a creation left behind is made up for', async () => {
    const rig = await openRig(version);
    const text = `frontend ${backend}_front\n  mode tcp\n  default_backend ${backend}\nbackend ${backend}\n  mode tcp\n  balance leastconn\n`;
    configure(rig, text);
    expect(await rig.driver.prepare(never)).toEqual([]);
    expect(rig.writes()).toEqual([
      'POST transactions 201',
      'POST configuration/binds 202',
      'PUT transactions/{id} 202',
    ]);
  });

  test('a frontend of another name that leads agents to the backend is enough', async () => {
    const rig = await openRig(version);
    const text = `frontend agents\n  mode tcp\n  bind :1514 name in\n  default_backend ${backend}\nbackend ${backend}\n  mode tcp\n  balance leastconn\n`;
    configure(rig, text);
    expect(await rig.driver.prepare(never)).toEqual([]);
    expect(rig.writes()).toEqual([]);
  });

  test('the process and its start stand until it is another one', async () => {
    const rig = await openRig(version);
    const first = await rig.driver.instance(never);
    expect(first).toEqual({ pid: 100, startedAt: expect.any(Number), version: '2.8.9-test' });
    expect(Math.abs(first.startedAt - Date.now() / 1_000)).toBeLessThan(600);
    rig.double.machine.process = { ...rig.double.machine.process, startedAt: first.startedAt - 1 };
    expect(await rig.driver.instance(never)).toEqual(first);
    rig.double.machine.process = { ...rig.double.machine.process, startedAt: first.startedAt - 4 };
    expect(await rig.driver.instance(never)).not.toEqual(first);
  });

  test('servers are added without a reload, and drained before anything else', async () => {
    const rig = await preparedRig(version);
    await rig.driver.ensureServer(worker(1), never);
    expect(rig.writes().slice(0, 2)).toEqual(['POST runtime/servers 201', 'PUT runtime/servers/{name} 200']);
    expect(await rig.driver.servers(never)).toEqual([
      { ...worker(1), admin: 'drain', health: 'unchecked', sessions: 0, changedMs: 0 },
    ]);
    expect(rig.double.machine.starts).toBe(1);
  });

  test('names with capitals are found, though older versions write them small in their statistics', async () => {
    const rig = await preparedRig(version);
    await rig.driver.ensureServer({ ...worker(1), name: 'Worker-A' }, never);
    expect(await names(rig)).toEqual(['Worker-A']);
    await rig.driver.setWeight('Worker-A', 7, never);
    expect((await rig.driver.servers(never)).map(({ weight }) => weight)).toEqual([7]);
  });

  const reloading = [
    'POST transactions 201',
    'POST configuration/servers 202',
    'PUT transactions/{id} 202',
    'PUT runtime/servers/{name} 200',
  ];

  test('what default-server says holds for a server that is added: where it gets lost at run time, by a reload', async () => {
    const rig = await preparedRig(version);
    configure(rig, `backend ${backend}\n  mode tcp\n  balance leastconn\n  default-server inter 1000 send-proxy-v2\n`);
    await rig.driver.ensureServer(worker(1), never);
    const live = ['POST runtime/servers 201', 'PUT runtime/servers/{name} 200'];
    const lost = [...live, 'DELETE runtime/servers/{name} 204', ...reloading];
    expect(rig.writes()).toEqual(version === '2.9' ? lost : live);
    expect((await rig.driver.servers(never)).map(({ admin, weight }) => [admin, weight])).toEqual([['drain', 100]]);
  });

  test.each([
    ['a default-server that HAProxy takes from its file only', '  balance leastconn\n  default-server resolvers dns\n'],
    ['an algorithm that is not dynamic', '  balance static-rr\n'],
  ])('%s makes a reload', async (_, lines) => {
    const rig = await preparedRig(version);
    configure(rig, `backend ${backend}\n  mode tcp\n${lines}`);
    await rig.driver.ensureServer(worker(1), never);
    expect(rig.writes().slice(-4)).toEqual(reloading);
    expect((await rig.driver.servers(never)).map(({ admin }) => admin)).toEqual(['drain']);
    expect(written(rig)).toEqual([{ ...worker(1), check: 'enabled' }]);
  });

  test('a version that cannot add servers at run time adds them with a reload', async () => {
    const rig = await preparedRig(version);
    const body = '{"code":500,"message":"version data not found"}';
    rig.double.misbehave(/^POST runtime/, { kind: 'answer', status: 500, body });
    await rig.driver.ensureServer(worker(1), never);
    expect(rig.writes().slice(-4)).toEqual(reloading);
  });

  test('a host name is configured with its resolvers, and known again', async () => {
    const rig = await preparedRig(version, { resolver: 'dns' });
    const server = { ...worker(1), address: 'worker1.example' };
    await rig.driver.ensureServer(server, never);
    expect(written(rig)).toEqual([{ ...server, check: 'enabled', resolvers: 'dns', 'init-addr': 'last,libc,none' }]);
    expect(rig.double.machine.starts).toBe(2);
    rig.calls();
    await rig.driver.ensureServer(server, never);
    expect(rig.writes()).toEqual([]);
    const other = { ...server, address: 'worker9.example' };
    expect((await faultOf(rig.driver.ensureServer(other, never))).code).toBe('address-differs');
  });

  test('a server that is written down but does not run is begun with one reload', async () => {
    const rig = await preparedRig(version, { resolver: 'dns' });
    const server = { ...worker(1), address: 'worker1.example' };
    await rig.driver.ensureServer(server, never);
    rig.double.machine.process.backends.get(backend)!.delete('worker1');
    rig.calls();
    await rig.driver.ensureServer(server, never);
    expect(rig.writes()).toEqual([
      'POST transactions 201',
      'DELETE configuration/servers/{name} 202',
      'POST configuration/servers 202',
      'PUT transactions/{id} 202',
      'PUT runtime/servers/{name} 200',
    ]);
    expect(await names(rig)).toEqual(['worker1']);
  });

  const withTheirs = `backend ${backend}\n  mode tcp\n  balance leastconn\n  server old 192.0.2.7:1514 check weight 100\n  server theirs 192.0.2.8:1514 check\n`;

  test('persisting writes what was added, without a reload, and HAProxy begins with it', async () => {
    const rig = await preparedRig(version);
    configure(rig, withTheirs);
    const { pid } = rig.double.machine.process;
    await rig.driver.ensureServer(worker(1), never);
    await rig.driver.ensureServer(worker(2, 50), never);
    await rig.driver.persist([worker(1), worker(2, 50)], never);
    expect(rig.writes()).toContain('POST configuration/raw 201');
    await rig.driver.persist([worker(1), worker(2, 50)], never);
    expect(rig.writes()).toEqual([]);
    expect(rig.double.machine.process.pid).toBe(pid);
    rig.double.machine.restart();
    expect(await names(rig)).toEqual(['old', 'theirs', 'worker1', 'worker2']);
    expect((await rig.driver.servers(never)).map(({ health, weight }) => [health, weight])).toEqual([
      ['up', 100],
      ['up', 1],
      ['up', 100],
      ['up', 50],
    ]);
  });

  test('persisting takes out who is on the way out and still runs, but nobody whom others added', async () => {
    const rig = await preparedRig(version);
    configure(rig, withTheirs);
    await rig.driver.ensureServer(worker(1), never);
    await rig.driver.ensureServer({ ...worker(7), name: 'old' }, never);
    await rig.driver.persist([worker(1)], never);
    expect(written(rig).map(({ name }) => name)).toEqual(['theirs', 'worker1']);
    expect(await names(rig)).toEqual(['old', 'theirs', 'worker1']);
  });

  test('a server that is removed goes from the configuration too, without a reload, whoever added it', async () => {
    const rig = await preparedRig(version);
    configure(rig, withTheirs);
    const { pid } = rig.double.machine.process;
    await rig.driver.setState('old', 'maint', never);
    expect(await rig.driver.removeServer('old', never)).toBe('removed');
    expect(rig.writes().slice(-2)).toEqual(['DELETE runtime/servers/{name} 204', 'POST configuration/raw 201']);
    expect(written(rig).map(({ name }) => name)).toEqual(['theirs']);
    expect(rig.double.machine.process.pid).toBe(pid);
  });

  test('a weight is set at run time and stays over a restart', async () => {
    const rig = await preparedRig(version);
    await rig.driver.ensureServer(worker(1), never);
    await rig.driver.setWeight('worker1', 25, never);
    expect(rig.writes()).toContain('POST configuration/raw 201');
    await rig.driver.setWeight('worker1', 30, never);
    expect(rig.writes()).toEqual(['PUT configuration/servers/{name} 200']);
    await rig.driver.setWeight('worker1', 30, never);
    expect(rig.writes()).toEqual([]);
    expect(rig.double.machine.starts).toBe(1);
    rig.double.machine.restart();
    expect((await rig.driver.servers(never)).map(({ weight }) => weight)).toEqual([30]);
  });

  test('a weight that only the configuration has already is set at run time all the same', async () => {
    const rig = await preparedRig(version);
    await rig.driver.ensureServer(worker(1), never);
    await rig.driver.persist([worker(1, 40)], never);
    for (const state of ['ready', 'maint'] as const) {
      await rig.driver.setState('worker1', state, never);
      await rig.driver.setWeight('worker1', 40, never);
      const server = rig.double.machine.process.backends.get(backend)!.get('worker1')!;
      expect([server.weight, written(rig)[0]?.weight]).toEqual([40, 40]);
      server.weight = 9;
      server.shownWeight = 9;
    }
    expect(rig.double.machine.starts).toBe(1);
  });

  test('a server with sessions is busy, one that other lines point at goes with a reload', async () => {
    const rig = await preparedRig(version);
    await rig.driver.ensureServer(worker(1), never);
    await rig.driver.persist([worker(1)], never);
    await rig.driver.setState('worker1', 'maint', never);
    const server = rig.double.machine.process.backends.get(backend)!.get('worker1')!;
    server.sessions = 1;
    expect(await rig.driver.removeServer('worker1', never)).toBe('busy');
    server.sessions = 0;
    server.pinned = true;
    expect(await rig.driver.removeServer('worker1', never)).toBe('removed');
    expect(rig.double.machine.starts).toBe(2);
    expect(await names(rig)).toEqual([]);
  });

  test('without its backend it says so', async () => {
    const rig = await openRig(version);
    expect((await faultOf(rig.driver.servers(never))).code).toBe('no-backend');
    expect((await faultOf(rig.driver.ensureServer(worker(1), never))).code).toBe('no-backend');
    expect((await faultOf(rig.driver.persist([worker(1)], never))).code).toBe('no-backend');
  });

  test('sessions are neither listed nor ended', async () => {
    const { driver } = await openRig(version);
    expect(driver.capabilities).toEqual({ sessions: false, cut: false, checks: false, weights: true });
    expect((await faultOf(driver.sessions(never))).code).toBe('unsupported');
    expect((await faultOf(driver.cut({ server: 'worker1', sources: [], keep: 0 }, never))).code).toBe('unsupported');
  });
});
