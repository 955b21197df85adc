import { tell } from '@muster/actor';
import { settle } from '@muster/actor/testing';
import type { RegistrationRequest } from '../src/sendsync.ts';
import { bytesOfFrame, exceptionIn, type Heard } from '../src/testing/index.ts';
import { digest, openRig, type Rig, type RigOptions, rows } from './rig.ts';

let rig: Rig;
const start = async (options: RigOptions = {}): Promise<Rig> => {
  rig = await openRig(options);
  return rig;
};
afterEach(async () => {
  expect(rig.crashes).toEqual([]);
  await rig.stop();
});

const json = ({ payload }: Heard): unknown => JSON.parse(payload.toString());
const one = (heard: readonly Heard[]): Heard => {
  expect(heard).toHaveLength(1);
  return heard[0]!;
};
const own = (counter: number): number => (counter + 2 ** 31) % 2 ** 32;
const nobody = (): Promise<never> => new Promise(() => {});

describe('on a master', () => {
  it.each([
    ['echo', 'ok ---------'],
    ['echo-c', 'ok-m -------'],
  ])('%s gives back what it was sent', async (command, field) => {
    const { exchange, connect } = await start();
    const answer = one(await exchange(connect(), 77, command, 'keepalive'));
    expect([answer.counter, answer.field, answer.payload.toString()]).toEqual([77, field, 'keepalive']);
  });

  it('get_config tells the section of the cluster, and no secret', async () => {
    const { exchange, connect } = await start();
    const answer = one(await exchange(connect(), 1, 'get_config'));
    expect(answer.field).toBe('ok ---------');
    expect(answer.payload.toString()).not.toContain('secret');
    expect(json(answer)).toEqual({
      name: 'wazuh',
      node_name: 'node01',
      node_type: 'master',
      key: '*****',
      port: 1516,
      bind_addr: '0.0.0.0',
      nodes: ['NODE_IP'],
      hidden: 'no',
      disabled: false,
    });
  });

  it('get_nodes and get_health answer at once', async () => {
    const { exchange, connect } = await start();
    const client = connect();
    expect(json(one(await exchange(client, 1, 'get_nodes', {})))).toEqual({ items: rows, totalItems: 2 });
    const health = { n_connected_nodes: 0, nodes: {} };
    expect(json(one(await exchange(client, 2, 'get_health', 'null')))).toEqual(health);
    expect(exceptionIn(one(await exchange(client, 3, 'get_nodes', { select: 'x' })).payload).code).toBe(1724);
    expect(exceptionIn(one(await exchange(client, 4, 'get_health', '{}')).payload).code).toBe(1000);
  });

  it('get_hash tells rules, decoders and lists, and nothing else', async () => {
    const { exchange, connect } = await start();
    expect(json(one(await exchange(connect(), 1, 'get_hash')))).toEqual({
      'etc/rules/a.xml': digest('a'),
      'etc/lists/x/b': digest('b'),
    });
  });

  it('get_hash has nothing before the first scan', async () => {
    const { exchange, connect } = await start({ deps: { tree: () => undefined } });
    expect(one(await exchange(connect(), 1, 'get_hash')).payload.toString()).toBe('{}');
  });

  it.each([
    ['dapi', 'HTTP API'],
    ['dapi_fwd', 'HTTP API'],
    ['send_file', 'synchronised'],
    ['new_str', 'HTTP API'],
    ['str_upd', 'HTTP API'],
  ])('%s is refused, with what to use instead', async (command, cure) => {
    const { exchange, connect } = await start();
    const answer = one(await exchange(connect(), 5, command, 'x'));
    expect([answer.counter, answer.field]).toEqual([5, 'err --------']);
    expect(exceptionIn(answer.payload)).toMatchObject({
      class: 'WazuhClusterError',
      code: 3016,
      extra_message: expect.stringContaining(cure),
    });
  });

  it.each(['sendsync', 'sendasync', 'sendrreload', 'hello', 'get_nodes2'])('%s is unknown', async (command) => {
    const { exchange, connect } = await start();
    const answer = one(await exchange(connect(), 5, command, '{}'));
    expect([answer.field, answer.payload.toString()]).toEqual(['err --------', `unknown command '${command}'`]);
  });

  it('what does not come within 1.5 s is refused with 3020', async () => {
    const { exchange, connect, clock } = await start({ deps: { nodes: nobody } });
    const client = connect();
    expect(await exchange(client, 1, 'get_nodes')).toEqual([]);
    await clock.advance(1_499);
    expect(client.heard()).toEqual([]);
    await clock.advance(1);
    expect(exceptionIn(one(client.heard()).payload)).toMatchObject({ class: 'WazuhClusterError', code: 3020 });
  });

  it('a failure of the node is told without its words, and reported', async () => {
    const fails = () => Promise.reject(new Error('/secret/path is gone'));
    const { exchange, connect, events } = await start({ deps: { nodes: fails } });
    const answer = one(await exchange(connect(), 1, 'get_nodes'));
    expect(exceptionIn(answer.payload).code).toBe(1000);
    expect(answer.payload.toString()).not.toContain('secret');
    expect(events).toEqual([{ type: 'failed', what: 'nodes', text: '/secret/path is gone' }]);
  });
});

describe('on a worker', () => {
  it.each([
    ['get_nodes', { items: rows, totalItems: 2 }],
    ['get_health', { n_connected_nodes: 0, nodes: {} }],
  ])('%s is said to be sent to the master, and told as a request of the server', async (command, wanted) => {
    const { exchange, connect } = await start({ role: 'worker' });
    const client = connect();
    const [first, second, ...more] = await exchange(client, 5, command);
    expect([first?.counter, first?.field, first?.payload.toString()]).toEqual([
      5,
      'ok ---------',
      'Sent request to master node',
    ]);
    expect([second?.counter, second?.field]).toEqual([own(5), 'control_res ']);
    expect(json(second!)).toEqual(wanted);
    expect(more).toEqual([]);
    expect(await exchange(client, own(5), 'ok', 'Response received')).toEqual([]);
    const again = await exchange(client, 6, command);
    expect(again.map(({ counter }) => counter)).toEqual([6, own(5) + 1]);
  });

  it('an error of the master comes as its answer', async () => {
    const { exchange, connect } = await start({ role: 'worker' });
    const [, answer] = await exchange(connect(), 5, 'get_nodes', { filter_node: 'worker9' });
    expect(answer?.field).toBe('control_res ');
    expect(exceptionIn(answer!.payload)).toMatchObject({ class: 'WazuhResourceNotFound', code: 1730 });
  });

  it.each(['get_nodes', 'get_health'])('%s is refused with 3023 at once without a link', async (command) => {
    const { exchange, connect } = await start({ role: 'worker', deps: { masterLinked: () => false } });
    const answer = one(await exchange(connect(), 5, command));
    expect([answer.counter, answer.field]).toEqual([5, 'err --------']);
    expect(exceptionIn(answer.payload)).toMatchObject({ class: 'WazuhClusterError', code: 3023 });
  });

  it('a link that breaks meanwhile is 3023, a master that is silent 3020, within 2 s', async () => {
    let broken = true;
    const gone = Object.assign(new Error('no link'), { code: 'no-master' });
    const nodes = () => (broken ? Promise.reject(gone) : nobody());
    const { exchange, connect, clock } = await start({ role: 'worker', deps: { nodes } });
    const client = connect();
    const [, cut] = await exchange(client, 5, 'get_nodes');
    expect([cut?.command, exceptionIn(cut!.payload).code]).toEqual(['control_res', 3023]);
    broken = false;
    await exchange(client, 6, 'get_nodes');
    await clock.advance(1_500);
    const silent = one(client.heard());
    expect([silent.command, exceptionIn(silent.payload).code]).toEqual(['control_res', 3020]);
  });

  it('sendrreload has the ruleset reloaded', async () => {
    const reloadRuleset = jest.fn();
    const { exchange, connect } = await start({ role: 'worker', deps: { reloadRuleset } });
    const answer = one(await exchange(connect(), 5, 'sendrreload'));
    expect([answer.field, answer.payload.toString()]).toEqual(['ok ---------', '{"success": true}']);
    expect(reloadRuleset).toHaveBeenCalledTimes(1);
  });
});

describe('sendsync', () => {
  const add = { daemon_name: 'authd', message: { function: 'add', arguments: { name: 'web-1', ip: 'any' } } };
  const registered = { type: 'agent-registered', id: 5, name: 'web-1', ip: 'any', key: 'k'.repeat(64) } as const;

  it('answers with one frame of the server alone, in the JSON of authd', async () => {
    const asked: RegistrationRequest[] = [];
    const register = async (request: RegistrationRequest) => {
      asked.push(request);
      return registered;
    };
    const { exchange, connect } = await start({ role: 'worker', deps: { register } });
    const answer = one(await exchange(connect(), 9, 'sendsync', add));
    expect([answer.counter, answer.field]).toEqual([own(9), 'ok ---------']);
    expect(json(answer)).toEqual({ error: 0, data: { id: '005', name: 'web-1', ip: 'any', key: 'k'.repeat(64) } });
    expect(asked).toEqual([{ type: 'register-agent', name: 'web-1', ip: 'any' }]);
  });

  it("gives a refusal of the registrar as authd's answer", async () => {
    const { exchange, connect } = await start({ role: 'worker' });
    const answer = one(await exchange(connect(), 9, 'sendsync', add));
    expect([answer.field, json(answer)]).toEqual(['ok ---------', { error: 9008, message: 'duplicate name' }]);
  });

  it.each(['task-manager', 'wazuh-db', 'x'])('reaches no %s', async (daemon) => {
    const register = jest.fn();
    const { exchange, connect } = await start({ role: 'worker', deps: { register } });
    const answer = one(await exchange(connect(), 9, 'sendsync', { daemon_name: daemon, message: {} }));
    expect([answer.counter, answer.field]).toEqual([own(9), 'err --------']);
    expect(exceptionIn(answer.payload)).toMatchObject({
      code: 3016,
      extra_message: expect.stringContaining('only add and remove of authd and assigngroup of remoted'),
    });
    expect(register).not.toHaveBeenCalled();
  });

  it('is refused with 3023 without a link, and with 3020 after 10 s', async () => {
    let linked = false;
    const deps = { masterLinked: () => linked, register: nobody };
    const { exchange, connect, clock } = await start({ role: 'worker', deps });
    const client = connect();
    const cut = one(await exchange(client, 9, 'sendsync', add));
    expect([cut.command, exceptionIn(cut.payload).code]).toEqual(['err', 3023]);
    linked = true;
    expect(await exchange(client, 10, 'sendsync', add)).toEqual([]);
    await clock.advance(10_000);
    expect(exceptionIn(one(client.heard()).payload).code).toBe(3020);
  });

  it('as sendasync is said to be queued, and its outcome is nobody’s', async () => {
    const register = jest.fn(async () => registered);
    const { exchange, connect } = await start({ role: 'worker', deps: { register } });
    const answer = one(await exchange(connect(), 9, 'sendasync', add));
    const words = 'Added request to sendsync requests queue';
    expect([answer.counter, answer.field, answer.payload.toString()]).toEqual([9, 'ok ---------', words]);
    expect(register).toHaveBeenCalledTimes(1);
    expect(one(await exchange(connect(), 9, 'sendasync', '{')).field).toBe('err --------');
  });
});

describe('clients', () => {
  it('are dropped at the first check after 120 s without echo-c, whatever else they say', async () => {
    const { connect, clock, exchange } = await start();
    const [silent, talker, alive] = [connect(), connect(), connect()];
    await settle();
    for (let minute = 1; minute <= 2; minute++) {
      await clock.advance(60_000);
      await exchange(talker, minute, 'echo');
      await exchange(alive, minute, 'echo-c');
    }
    expect([silent, talker, alive].map(({ isClosed }) => isClosed())).toEqual([false, false, false]);
    await clock.advance(60_000);
    expect([silent, talker, alive].map(({ isClosed }) => isClosed())).toEqual([true, true, false]);
  });

  it('have 30 s from the first byte of a frame to its last', async () => {
    const { connect, clock, events } = await start();
    const [slow, done] = [connect(), connect()];
    const frame = bytesOfFrame(1, 'echo', 'x'.repeat(40));
    slow.write(frame.subarray(0, 1));
    done.write(frame.subarray(0, 30));
    await clock.advance(29_999);
    slow.write(frame.subarray(1, 40));
    done.write(frame.subarray(30));
    await clock.advance(1);
    expect([slow.isClosed(), done.isClosed()]).toEqual([true, false]);
    expect(one(done.heard()).command).toBe('ok');
    await clock.advance(30_000);
    expect(done.isClosed()).toBe(false);
    expect(events).toEqual([{ type: 'cut-off', why: 'a frame was not whole within 30 s' }]);
  });

  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 1000],
    ['a payload of 1,000,001 bytes', bytesOfFrame(1, 'echo', Buffer.alloc(1_000_001)).subarray(0, 20), 3050],
  ])('that send %s are told and closed', async (_what, bytes, code) => {
    const { connect, view } = await start();
    const client = connect();
    client.write(bytes);
    await settle();
    const answer = one(client.heard());
    expect([answer.field, exceptionIn(answer.payload).code, client.isClosed()]).toEqual(['err --------', code, true]);
    expect(await view()).toEqual({ socket: 'open', clients: 0, frames: 0, cutOff: 1 });
  });

  it('are answered in order, one after the other', async () => {
    const { connect } = await start();
    const client = connect();
    client.write(
      Buffer.concat(Array.from({ length: 500 }, (_, counter) => bytesOfFrame(counter, 'echo', `${counter}`))),
    );
    await settle();
    expect(client.heard().map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });

  it('have 8 requests under way, and are not read further meanwhile', async () => {
    const waiting: ((found: typeof rows) => void)[] = [];
    const nodes = () => new Promise<typeof rows>((resolve) => void waiting.push(resolve));
    const { connect } = await start({ deps: { nodes } });
    const client = connect();
    for (let counter = 0; counter < 20; counter++) client.send(counter, 'get_nodes');
    await settle();
    expect([waiting.length, client.isPaused()]).toEqual([8, true]);
    waiting.shift()?.(rows);
    await settle();
    expect([waiting.length, client.heard().length]).toEqual([8, 1]);
    for (let round = 0; round < 3; round++) {
      for (const give of waiting.splice(0)) give(rows);
      await settle();
    }
    expect(client.heard()).toHaveLength(19);
  });

  it('that do not read are bounded, and dropped after 30 s; others are served', async () => {
    const { connect, clock, exchange, events } = await start();
    const [deaf, other] = [connect(), connect()];
    deaf.stopReading();
    for (let counter = 0; counter < 300; counter++) deaf.send(counter, 'echo', Buffer.alloc(10_000));
    await settle();
    expect(deaf.waiting()).toBeLessThan(100_000);
    expect(one(await exchange(other, 1, 'echo')).command).toBe('ok');
    await clock.advance(29_999);
    expect(deaf.isClosed()).toBe(false);
    await clock.advance(1);
    expect([deaf.isClosed(), other.isClosed()]).toEqual([true, false]);
    expect(events).toEqual([{ type: 'cut-off', why: 'it did not read an answer for 30 s' }]);
  });

  it('that read slowly get all of it', async () => {
    const { connect, clock } = await start();
    const slow = connect();
    slow.stopReading();
    for (let counter = 0; counter < 30; counter++) slow.send(counter, 'echo', Buffer.alloc(30_000, counter));
    for (let round = 0; round < 20; round++) {
      await clock.advance(20_000 / 10);
      slow.readOn();
      slow.stopReading();
    }
    slow.readOn();
    await settle();
    expect(slow.heard().map(({ counter }) => counter)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it('are 64 at most: the longest silent makes room, unless it waits for an answer', async () => {
    const { connect, exchange, view } = await start({ deps: { nodes: nobody } });
    const clients = Array.from({ length: 64 }, connect);
    await settle();
    await exchange(clients[0]!, 1, 'get_nodes');
    await exchange(clients[1]!, 1, 'echo');
    const late = connect();
    expect(one(await exchange(late, 1, 'echo')).command).toBe('ok');
    expect(clients.map(({ isClosed }) => isClosed()).indexOf(true)).toBe(2);
    expect((await view()).clients).toBe(64);
  });

  it('are turned away in words while all 64 wait for an answer', async () => {
    const { connect, exchange } = await start({ deps: { nodes: nobody } });
    for (const client of Array.from({ length: 64 }, connect)) await exchange(client, 1, 'get_nodes');
    const late = connect();
    await settle();
    const answer = one(late.heard());
    expect([answer.command, late.isClosed()]).toEqual(['err', true]);
    expect(answer.payload.toString()).toContain('try again');
  });
});

describe('the socket', () => {
  it('that cannot be opened is warned of once, and tried again every 10 s', async () => {
    const taken = new Error('Another process listens');
    const { clock, opened, events, isListening } = await start({ failures: [taken, taken, new Error('else')] });
    expect([opened(), isListening()]).toEqual([1, false]);
    await clock.advance(20_000);
    expect([opened(), isListening()]).toEqual([3, false]);
    await clock.advance(10_000);
    expect([opened(), isListening()]).toEqual([4, true]);
    expect(events).toEqual([
      { type: 'not-open', text: 'Another process listens' },
      { type: 'not-open', text: 'else' },
    ]);
  });

  it('is opened anew when its file is gone', async () => {
    const { opened, lose, events, isListening } = await start();
    lose();
    await settle();
    expect([opened(), isListening()]).toEqual([2, true]);
    expect(events).toEqual([{ type: 'not-open', text: expect.stringContaining('made anew') }]);
  });
});

describe('after a crash', () => {
  it('the socket is opened anew, clients of before are gone, and no timer of theirs is left', async () => {
    const { actor, connect, exchange, opened, clock } = await start();
    const client = connect();
    client.write(bytesOfFrame(1, 'echo').subarray(0, 5));
    await settle();
    const timers = clock.timers();
    tell(actor, { type: 'get-state', replyTo: null as never });
    await settle();
    expect([client.isClosed(), opened()]).toEqual([true, 2]);
    expect(clock.timers()).toBe(timers - 1);
    expect(one(await exchange(connect(), 1, 'echo')).command).toBe('ok');
    expect(rig.crashes).toHaveLength(1);
    (rig.crashes as unknown[]).length = 0;
  });

  it('a stop closes the socket and its clients', async () => {
    const { connect, isListening, stop, clock } = await start();
    const client = connect();
    await settle();
    await stop();
    expect([client.isClosed(), isListening(), clock.timers()]).toEqual([true, false, 0]);
  });
});
