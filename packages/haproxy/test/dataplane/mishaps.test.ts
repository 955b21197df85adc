import type { Driver } from '@muster/haproxy';
import type { Wish } from '@muster/haproxy/testing';
import { backend, base64, closeRigs, faultOf, never, openRig, preparedRig, type Rig, versions, worker } from './rig.ts';

afterEach(closeRigs);

/** Each call of the driver, with what it needs before and the request of it that misbehaves. */
const cases: readonly (readonly [string, RegExp, (driver: Driver) => Promise<unknown>])[] = [
  ['prepare', /^GET configuration\/backends/, (driver) => driver.prepare(never)],
  ['instance', /^GET runtime\/info/, (driver) => driver.instance(never)],
  ['servers', /^GET stats\/native/, (driver) => driver.servers(never)],
  ['ensureServer', /^PUT runtime\/servers/, (driver) => driver.ensureServer(worker(2), never)],
  ['setState', /^PUT runtime\/servers/, (driver) => driver.setState('worker1', 'ready', never)],
  ['setWeight', /^PUT configuration\/servers/, (driver) => driver.setWeight('worker1', 30, never)],
  ['removeServer', /^DELETE runtime\/servers/, (driver) => driver.removeServer('worker1', never)],
  ['persist', /^POST configuration\/raw/, (driver) => driver.persist([worker(1, 40)], never)],
];

const page = '<!DOCTYPE html><html><body>Bad Gateway</body></html>';
const wishes: readonly (readonly [string, Wish, string])[] = [
  ['401', { kind: 'answer', status: 401, body: '{"code":401,"message":"unauthorized"}' }, 'refused'],
  ['403', { kind: 'answer', status: 403, body: '' }, 'refused'],
  ['500', { kind: 'answer', status: 500, body: '{"code":500,"message":"no such file"}' }, 'failed'],
  ['502 and HTML', { kind: 'answer', status: 502, body: page }, 'failed'],
  ['302', { kind: 'answer', status: 302, body: '', headers: { location: 'http://elsewhere/' } }, 'bad-answer'],
  ['418', { kind: 'answer', status: 418, body: 'short and stout' }, 'failed'],
  ['206', { kind: 'answer', status: 206, body: '{}' }, 'bad-answer'],
  ['a hang-up', { kind: 'hang-up' }, 'unreachable'],
  ['silence', { kind: 'silent' }, 'timed-out'],
  ['2 MB', { kind: 'answer', status: 500, body: 'x'.repeat(2_000_000) }, 'too-large'],
];

async function staged(version: (typeof versions)[number]): Promise<Rig> {
  const rig = await preparedRig(version, { limits: { timeoutMs: 60_000, maxBytes: 1_000_000 } });
  await rig.driver.ensureServer(worker(1), never);
  await rig.driver.persist([worker(1)], never);
  rig.calls();
  return rig;
}

describe.each(versions)('where the Data Plane API %s', (version) => {
  test.each(wishes)(
    'answers %s, every call says what is wrong, and works when it is asked again',
    async (_, wish, code) => {
      const rig = await staged(version);
      for (const [title, name, call] of cases) {
        rig.double.misbehave(name, wish);
        rig.timeoutMs = wish.kind === 'silent' ? 200 : undefined;
        const fault = await faultOf(call(rig.driver));
        rig.timeoutMs = undefined;
        expect([title, fault.code]).toEqual([title, code]);
        expect(fault.text).toContain(rig.driver.endpoint);
        expect(fault.text.length).toBeLessThan(500);
        await call(rig.driver);
      }
    },
  );

  test.each([
    ['instance', /^GET runtime\/info/, (driver: Driver) => driver.instance(never)],
    ['servers', /^GET runtime\/servers/, (driver: Driver) => driver.servers(never)],
    ['the statistics', /^GET stats\/native/, (driver: Driver) => driver.servers(never)],
    ['the state', /^PUT runtime\/servers/, (driver: Driver) => driver.setState('worker1', 'ready', never)],
    ['the version', /^GET configuration\/version/, (driver: Driver) => driver.persist([worker(1, 3)], never)],
    ['the weight', /^GET configuration\/servers/, (driver: Driver) => driver.setWeight('worker1', 3, never)],
    ['the frontends', /^GET configuration\/frontends/, (driver: Driver) => driver.prepare(never)],
    ['the first look', /^GET \/info/, (driver: Driver) => driver.instance(never)],
  ])('gives %s another shape, it is a bad answer', async (_, name, call) => {
    const rig = name.test('GET /info') ? await openRig(version) : await staged(version);
    const [nameless, halfway] = [[[{ name: 1 }]], { stats: [{ name: 'worker1' }] }];
    for (const body of [page, 'null', '7.5', '"text"', [[]], [{}], nameless, { data: 7 }, halfway]) {
      rig.double.misbehave(name, { kind: 'vary', body });
      const fault = await faultOf(call(rig.driver));
      expect([body, fault.code]).toEqual([body, 'bad-answer']);
    }
  });

  test('tells what it was sent, neither password nor token is in the error', async () => {
    const rig = await staged(version);
    const { user, password } = rig.double;
    const token = base64(`${user}:${password}`);
    const bodies = [
      password,
      `Basic ${token}`,
      encodeURIComponent(password),
      JSON.stringify({ code: 500, message: password }),
    ];
    for (const body of bodies) {
      rig.double.misbehave(/^PUT runtime/, { kind: 'answer', status: 500, body });
      const { text } = await faultOf(rig.driver.setState('worker1', 'ready', never));
      expect(text).toContain('***');
      for (const secret of [password, token, encodeURIComponent(password)]) expect(text).not.toContain(secret);
    }
  });

  test('writes control characters or much text, the error is one short line', async () => {
    const rig = await staged(version);
    rig.double.misbehave(/^PUT runtime/, {
      kind: 'answer',
      status: 500,
      body: `a\u001b[31m\nb\u2028${'c'.repeat(5_000)}`,
    });
    const { text } = await faultOf(rig.driver.setState('worker1', 'ready', never));
    expect(text).toMatch(/^[\x20-\x7e…]{20,400}$/);
  });

  test('is of another kind or not there, the address is to be checked', async () => {
    const rig = await openRig(version);
    const nothing = { kind: 'answer', status: 404, body: page } as const;
    rig.double.misbehave(/^GET \/info/, nothing);
    expect((await faultOf(rig.driver.instance(never))).text).toContain('neither');
    await rig.double.close();
    expect((await faultOf(rig.driver.instance(never))).code).toBe('unreachable');
  });

  test('refuses the password, the error says so before anything else is asked', async () => {
    const rig = await openRig(version, { password: 'wrong one' });
    const fault = await faultOf(rig.driver.prepare(never));
    expect(fault.code).toBe('refused');
    expect(fault.text).not.toContain('wrong one');
    expect(rig.calls().at(-1)).toBe('GET /info 401');
  });

  test('is used by others too, a change is made again for the newest version', async () => {
    const rig = await staged(version);
    rig.double.misbehave(/^GET configuration\/version/, { kind: 'meddle' });
    await rig.driver.setWeight('worker1', 30, never);
    expect(rig.writes()).toEqual(['PUT configuration/servers/{name} 409', 'PUT configuration/servers/{name} 200']);
  });

  test('is changed by others all the time, the fifth conflict is told', async () => {
    const rig = await staged(version);
    rig.double.misbehave(/^GET configuration\/version/, { kind: 'meddle' }, 100);
    expect((await faultOf(rig.driver.setWeight('worker1', 30, never))).code).toBe('conflict');
    expect(rig.writes()).toHaveLength(5);
    expect((await faultOf(rig.driver.persist([worker(1, 7)], never))).code).toBe('conflict');
  });

  test('is changed by others during a transaction, it begins again and leaves none open', async () => {
    const rig = await openRig(version);
    rig.double.misbehave(/^POST configuration\/binds/, { kind: 'meddle' });
    rig.double.misbehave(/^GET configuration\/version/, { kind: 'meddle' });
    await rig.driver.prepare(never);
    expect(rig.writes()).toEqual([
      'POST transactions 409',
      ...['POST transactions 201', 'POST configuration/backends 202', 'POST configuration/frontends 202'],
      ...['POST configuration/binds 202', 'PUT transactions/{id} 406', 'DELETE transactions/{id} 204'],
      ...['POST transactions 201', 'POST configuration/backends 202', 'POST configuration/frontends 202'],
      ...['POST configuration/binds 202', 'PUT transactions/{id} 202'],
    ]);
    expect(rig.double.machine.transactions.size).toBe(0);
  });

  test('has too many transactions open, it is waited for, five times at most', async () => {
    const rig = await openRig(version);
    const { machine } = rig.double;
    for (let count = 0; count < 20; count++)
      machine.transactions.set(`${count}`, { version: 1, configured: machine.configured });
    const fault = await faultOf(rig.driver.prepare(never));
    expect([fault.code, rig.waits]).toEqual(['conflict', [500, 500, 500, 500, 500]]);
    expect(fault.text).toContain('transactions');
    machine.transactions.delete('3');
    await rig.driver.prepare(never);
    expect(machine.transactions.size).toBe(19);
  });

  test('fails in the middle of a transaction, the transaction is taken back', async () => {
    const rig = await openRig(version);
    for (const name of [/^POST configuration\/frontends/, /^PUT transactions/]) {
      rig.double.misbehave(name, { kind: 'answer', status: 400, body: '{"code":400,"message":"invalid"}' });
      expect((await faultOf(rig.driver.prepare(never))).code).toBe('failed');
      expect(rig.double.machine.transactions.size).toBe(0);
    }
    await rig.driver.prepare(never);
  });

  test('does not get HAProxy to reload, the reason is told', async () => {
    const rig = await openRig(version);
    rig.double.machine.reloadFault = 'cannot bind socket [:::1514]';
    const fault = await faultOf(rig.driver.prepare(never));
    expect(fault.code).toBe('failed');
    expect(fault.text).toContain('cannot bind socket');
  });

  test('reloads for ever, the wait ends', async () => {
    const rig = await openRig(version, { reloadMs: 3_000 });
    rig.double.machine.reloadLooks = 1_000;
    expect((await faultOf(rig.driver.prepare(never))).code).toBe('timed-out');
    expect(rig.waits).toEqual([500, 500, 500, 500, 500, 500]);
  });

  test('goes away with the reload, it is waited for; that it forgot the reload is told', async () => {
    const rig = await openRig(version);
    rig.double.misbehave(/^GET reloads/, { kind: 'hang-up' }, 3);
    await rig.driver.prepare(never);
    expect(rig.waits).toHaveLength(5);
    const other = await openRig(version);
    other.double.misbehave(/^GET reloads/, { kind: 'answer', status: 404, body: '' });
    const fault = await faultOf(other.driver.prepare(never));
    expect([fault.code, fault.text]).toEqual(['failed', expect.stringContaining('restarted')]);
  });

  test('names no reload though it says that there will be one, it is a bad answer', async () => {
    const rig = await openRig(version);
    rig.double.misbehave(/^PUT transactions/, { kind: 'answer', status: 202, body: '{}' });
    expect((await faultOf(rig.driver.prepare(never))).code).toBe('bad-answer');
  });

  test('does what it was asked but its answer is lost, asking again finds it done', async () => {
    const rig = await preparedRig(version);
    rig.double.misbehave(/^POST runtime\/servers/, { kind: 'lost' });
    expect((await faultOf(rig.driver.ensureServer(worker(1), never))).code).toBe('unreachable');
    await rig.driver.ensureServer(worker(1), never);
    rig.double.misbehave(/^POST configuration\/raw/, { kind: 'lost' });
    expect((await faultOf(rig.driver.persist([worker(1)], never))).code).toBe('unreachable');
    rig.calls();
    await rig.driver.persist([worker(1)], never);
    expect(rig.writes()).toEqual([]);
    rig.double.misbehave(/^DELETE runtime\/servers/, { kind: 'lost' });
    expect((await faultOf(rig.driver.removeServer('worker1', never))).code).toBe('unreachable');
    expect(await rig.driver.removeServer('worker1', never)).toBe('gone');
    await rig.driver.persist([], never);
    expect([...rig.double.machine.configured.backends.get(backend)!.parts.keys()]).toEqual([]);
  });

  test('is silent when the signal fires, its reason is what is told', async () => {
    const rig = await staged(version);
    const reason = new Error('stopped');
    const stop = new AbortController();
    rig.double.misbehave(/^GET runtime\/servers/, { kind: 'silent' });
    const listed = rig.driver.servers(stop.signal);
    stop.abort(reason);
    await expect(listed).rejects.toBe(reason);
  });
});

test('a Data Plane API that became another version is found again after the first failure', async () => {
  const rig = await preparedRig('2.9');
  rig.double.misbehave(/^GET runtime\/info/, {
    kind: 'answer',
    status: 404,
    body: '{"code":404,"message":"path was not found"}',
  });
  expect((await faultOf(rig.driver.instance(never))).code).toBe('failed');
  rig.calls();
  await rig.driver.instance(never);
  expect(rig.calls()).toEqual(['GET /v3/info 404', 'GET /info 200', 'GET runtime/info 200']);
});

test('a Data Plane API without a HAProxy to ask is told apart', async () => {
  const rig = await preparedRig('3.4');
  rig.double.misbehave(/^GET runtime\/info/, {
    kind: 'vary',
    body: { error: 'dial unix: no such file', runtimeAPI: '/x' },
  });
  const fault = await faultOf(rig.driver.instance(never));
  expect([fault.code, fault.text]).toEqual(['failed', expect.stringContaining('dial unix')]);
});
