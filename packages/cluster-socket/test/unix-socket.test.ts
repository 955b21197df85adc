/** On a real socket: clients that speak by the byte, in every split, and clients that speak nonsense. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '@muster/actor';
import { eventually, testSystem } from '@muster/actor/testing';
import { absentCluster } from '@muster/config';
import * as fc from 'fast-check';
import { type ClusterSocketEvent, clusterSocketDefaults, listenOnUnix, spawnClusterSocket } from '../src/index.ts';
import { bytesOfFrame, exceptionIn, type RawClient, rawClient } from '../src/testing/index.ts';
import { rows, tree } from './rig.ts';

/** Malformed frames that the fuzz sends in all. */
const fuzzFrames = Number(process.env.MUSTER_FUZZ ?? 10_000);

let folder = '';
let path = '';
let stop = async (): Promise<void> => {};
const clients: RawClient[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mi-'));
  path = join(folder, 's');
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await stop();
  stop = async () => {};
  rmSync(folder, { recursive: true, force: true });
});

function start(
  role: 'master' | 'worker' = 'master',
  times: { readonly retryMs?: number; readonly lookMs?: number } = {},
) {
  const system = testSystem({ clock: systemClock });
  const events: ClusterSocketEvent[] = [];
  const { retryMs = 20, lookMs = 20 } = times;
  system.root.spawn((parent) =>
    spawnClusterSocket(
      parent,
      {
        clock: systemClock,
        wallNow: () => 0,
        listen: listenOnUnix({ path, lookMs }),
        config: { cluster: { ...absentCluster, nodeType: role } },
        tree: () => tree,
        masterLinked: () => true,
        nodes: () => rows,
        healthcheck: () => ({ type: 'healthcheck', rows: [] }),
        register: async () => ({ type: 'agent-removed', id: 1 }),
        reloadRuleset: () => {},
        report: (event) => void events.push(event),
      },
      { ...clusterSocketDefaults(role), retryMs },
    ),
  );
  stop = () => system.stop();
  return { events, crashes: system.crashes };
}

/** Waits until somebody listens, for two minutes at most. */
async function dial(): Promise<RawClient> {
  const until = performance.now() + 120_000;
  for (;;) {
    try {
      const client = await rawClient(path);
      clients.push(client);
      return client;
    } catch (error) {
      if (performance.now() > until) throw error;
      await turn();
    }
  }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a client on the socket', () => {
  it('gets right answers at every single split of two requests, and byte by byte', async () => {
    start();
    const client = await dial();
    const bytes = Buffer.concat([bytesOfFrame(1, 'get_nodes', '{"limit":1}'), bytesOfFrame(2, 'echo', 'x')]);
    const check = async (): Promise<void> => {
      const [first, second] = [await client.next(), await client.next()];
      // What takes a moment may come after what does not: the counter tells.
      const [nodes, echo] = first.counter === 1 ? [first, second] : [second, first];
      expect([nodes.counter, nodes.field, nodes.payload.toString()]).toEqual([
        1,
        'ok ---------',
        JSON.stringify({ items: rows.slice(0, 1), totalItems: 2 }),
      ]);
      expect([echo.counter, echo.field, echo.payload.toString()]).toEqual([2, 'ok ---------', 'x']);
    };
    for (let at = 0; at <= bytes.length; at++) {
      client.write(bytes.subarray(0, at));
      await turn();
      client.write(bytes.subarray(at));
      await check();
    }
    for (const byte of bytes) {
      client.write(Uint8Array.of(byte));
      await turn();
    }
    await check();
  });

  it('gets the sequence of a worker: said to be sent, then a request of the server', async () => {
    start('worker');
    const client = await dial();
    client.write(bytesOfFrame(3, 'get_health', 'null'));
    const [first, second] = [await client.next(), await client.next()];
    expect([first.counter, first.field, first.payload.toString()]).toEqual([
      3,
      'ok ---------',
      'Sent request to master node',
    ]);
    expect([second.counter, second.field]).toEqual([2 ** 31 + 3, 'control_res ']);
    client.write(
      bytesOfFrame(4, 'sendsync', '{"daemon_name":"authd","message":{"function":"remove","arguments":{"id":"001"}}}'),
    );
    const third = await client.next();
    expect([third.counter, third.field]).toEqual([2 ** 31 + 4, 'ok ---------']);
    expect(JSON.parse(third.payload.toString())).toEqual({ error: 0, data: 'Agent removed' });
  });

  it('gets back a million bytes', async () => {
    start();
    const client = await dial();
    const payload = Buffer.alloc(1_000_000, 'abc');
    client.write(bytesOfFrame(1, 'echo', payload));
    const { payload: back } = await client.next();
    expect(back.equals(payload)).toBe(true);
  });

  it('that does not read keeps nobody waiting, and has all of it when it reads', async () => {
    start();
    const [deaf, other] = [await dial(), await dial()];
    deaf.socket.pause();
    const payload = Buffer.alloc(1_000_000, 'x');
    for (let counter = 0; counter < 20; counter++) deaf.write(bytesOfFrame(counter, 'echo', payload));
    for (let counter = 0; counter < 20; counter++) {
      other.write(bytesOfFrame(counter, 'echo', 'y'));
      expect((await other.next()).counter).toBe(counter);
    }
    deaf.socket.resume();
    for (let counter = 0; counter < 20; counter++) {
      const back = await deaf.next();
      expect([back.counter, back.payload.length]).toEqual([counter, 1_000_000]);
    }
  });

  it('hears why it is cut off, and that it is', async () => {
    const { events } = start();
    const client = await dial();
    client.write(Buffer.from('GET / HTTP/1.1\r\n\r\n\r\n'));
    const { field, payload } = await client.next();
    expect([field, exceptionIn(payload).code]).toEqual(['err --------', 1000]);
    await client.closed();
    expect(events).toEqual([{ type: 'cut-off', why: expect.stringContaining('no frame') }]);
  });
});

/** Bytes of which hardly any are a frame. */
const nonsense = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 64 }),
  fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).map((text) => Buffer.from(text)),
  // A right header, of any command and length, with another payload.
  fc
    .tuple(
      fc.nat(2 ** 32 - 1),
      fc.nat(2 ** 32 - 1),
      fc.stringMatching(/^[!-~]{0,11}$/),
      fc.uint8Array({ maxLength: 99 }),
    )
    .map(([counter, length, command, payload]) => {
      const bytes = Buffer.from(bytesOfFrame(counter, command, payload));
      bytes.writeUInt32BE(length, 4);
      return bytes;
    }),
  // A right frame with one byte changed.
  fc
    .tuple(fc.constantFrom('get_nodes', 'get_health', 'sendsync', 'echo', 'dapi'), fc.json(), fc.nat(), fc.nat(255))
    .map(([command, payload, at, byte]) => {
      const bytes = Buffer.from(bytesOfFrame(1, command, payload));
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
);

/** Bytes that nothing but living things hold. */
function held(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test(`${fuzzFrames} malformed frames harm nothing: no crash, no memory that stays, and others are answered`, async () => {
  const { crashes } = start('worker');
  const good = await dial();
  const answered = async (counter: number): Promise<void> => {
    good.write(bytesOfFrame(counter, 'echo', 'still here'));
    expect((await good.next()).payload.toString()).toBe('still here');
  };
  const all = fc.sample(nonsense, fuzzFrames);
  const before = held();
  const say = async (bytes: Uint8Array): Promise<void> => {
    const client = await dial();
    client.write(bytes);
    await turn();
    client.end();
    clients.splice(clients.indexOf(client), 1);
  };
  for (let at = 0; at < all.length; at += 20) {
    await Promise.all(all.slice(at, at + 20).map(say));
    if (at % 500 === 0) await answered(at);
  }
  await answered(1);
  expect(held() - before).toBeLessThan(20 * 1024 * 1024);
  expect(crashes).toEqual([]);
});

describe('the file of the socket', () => {
  it('may be opened by its owner and group only, and is gone after a stop', async () => {
    start();
    await dial();
    expect(statSync(path).mode & 0o777).toBe(0o660);
    await stop();
    expect(existsSync(path)).toBe(false);
  });

  it('belongs to whom the files belong', async () => {
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    const owner = uid === 0 ? { uid: 4242, gid: 4243 } : { uid, gid };
    const controller = new AbortController();
    await listenOnUnix({ path, owner })({ connection: () => {}, lost: () => {} }, controller.signal);
    const { uid: user, gid: group } = statSync(path);
    expect({ uid: user, gid: group }).toEqual(owner);
    controller.abort();
  });

  it('is replaced where a dead process left it', async () => {
    const dead = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    try {
      execFileSync(process.execPath, ['-e', dead]);
    } catch {
      // It killed itself.
    }
    expect(existsSync(path)).toBe(true);
    const { events } = start();
    const client = await dial();
    client.write(bytesOfFrame(1, 'echo', 'x'));
    expect((await client.next()).command).toBe('ok');
    expect(events).toEqual([]);
  });

  it('is left to another process that listens there, and taken when that is gone', async () => {
    const other: Server = createServer((socket) => socket.on('error', () => {}).end('other'));
    other.listen(path);
    await once(other, 'listening');
    const { events } = start();
    await eventually('it is warned of', () => events.length > 0);
    expect(events).toEqual([
      { type: 'not-open', text: expect.stringMatching(/left to it.*wazuh-clusterd, stop that one/s) },
    ]);
    other.close();
    const client = await dial();
    client.write(bytesOfFrame(1, 'echo', 'x'));
    expect((await client.next()).command).toBe('ok');
    expect(events).toHaveLength(1);
  });

  it('that is no socket is left alone, and named with the cure', async () => {
    writeFileSync(path, 'mine');
    const { events } = start();
    await eventually('it is warned of', () => events.length > 0);
    expect(events).toEqual([{ type: 'not-open', text: expect.stringContaining('is no socket: move it away') }]);
    expect(statSync(path).isFile()).toBe(true);
  });

  it('is made anew when somebody deletes it', async () => {
    const { events } = start();
    const client = await dial();
    rmSync(path);
    await client.closed();
    await (await dial()).socket;
    expect(events).toEqual([{ type: 'not-open', text: expect.stringContaining('made anew') }]);
  });

  it("is not removed at the end when it is another's by then", async () => {
    start('master', { lookMs: 3_600_000 });
    await dial();
    const other = createServer(() => {});
    other.listen(join(folder, 'o'));
    await once(other, 'listening');
    rmSync(path);
    linkSync(join(folder, 'o'), path);
    await stop();
    expect(existsSync(path)).toBe(true);
    other.close();
  });

  it('has a path of at most 107 bytes', async () => {
    const long = join(folder, 'x'.repeat(100));
    const listening = listenOnUnix({ path: long })(
      { connection: () => {}, lost: () => {} },
      new AbortController().signal,
    );
    await expect(listening).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining('shorter root'),
    });
  });
});
