/** The runtime driver on the real HAProxy, beyond what every driver promises. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { nodeHaproxyPorts, openRuntimeDriver } from '@muster/haproxy';
import { openRealStage, type RealStage, unixOf, until } from './stage.ts';
import { whenHaproxy } from './when-haproxy.ts';

const never = new AbortController().signal;

async function on(work: (stage: RealStage) => Promise<void>, ...how: Parameters<typeof openRealStage>): Promise<void> {
  const stage = await openRealStage(...how);
  try {
    await work(stage);
  } finally {
    await stage.close();
  }
}

const server = async ({ agents }: RealStage, name: string, weight = 100) => ({
  name,
  ...(await agents.manager('alive')),
  weight,
});

/** Added, checked and let in. */
async function join1(stage: RealStage, name: string): Promise<void> {
  const { driver } = stage;
  await driver.ensureServer(await server(stage, name), never);
  const isUp = async () => (await driver.servers(never)).find((each) => each.name === name)?.health === 'up';
  await until(`${name} is up`, isUp);
  await driver.setState(name, 'ready', never);
}

const onServer = async ({ driver }: RealStage, name: string): Promise<readonly string[]> =>
  (await driver.sessions(never)).filter((each) => each.server === name).map(({ source }) => source);

/** Agents that connect again at once. `closed` gets the address of each connection that HAProxy ended. */
async function returningAgents(port: number, count: number, closed: Set<string>): Promise<{ close(): void }> {
  const sockets = new Set<Socket>();
  let open = true;
  const one = async (): Promise<void> => {
    const socket = connect({ host: '127.0.0.1', port });
    sockets.add(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    const source = `127.0.0.1:${socket.localPort}`;
    socket.resume().on('close', () => {
      sockets.delete(socket);
      if (!open) return;
      closed.add(source);
      // Refused when HAProxy is gone, at the end of a test.
      one().catch(() => {});
    });
  };
  for (let n = 0; n < count; n++) await one();
  const close = (): void => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  return { close };
}

whenHaproxy('the runtime driver', () => {
  it('moves 600 of 1,200 sessions in one cut, and no other', async () => {
    await on(async (stage) => {
      await join1(stage, 'worker1');
      await stage.connect!(1_200);
      await until('all are there', async () => (await onServer(stage, 'worker1')).length === 1_200);
      const sources = await onServer(stage, 'worker1');
      const ended = await stage.driver.cut({ server: 'worker1', sources, keep: 600 }, never);
      expect(ended.length).toBe(600);
      await until('they are gone', async () => (await onServer(stage, 'worker1')).length === 600);
      const left = new Set(await onServer(stage, 'worker1'));
      expect(ended.filter((source) => left.has(source))).toEqual([]);
      expect((await stage.driver.servers(never))[0]?.sessions).toBe(600);
    });
  });

  it('never ends anybody else, while agents that were cut come back at once and get the ids of others', async () => {
    const work = async (stage: RealStage): Promise<void> => {
      await join1(stage, 'worker1');
      await join1(stage, 'worker2');
      const closed = new Set<string>();
      const returning = await returningAgents(stage.haproxy.agentPort, 100, closed);
      const ordered = new Set<string>();
      const ids = new Map<string, Set<string>>();
      for (let turn = 0; turn < 30; turn++) {
        const server = turn % 2 === 0 ? 'worker1' : 'worker2';
        for (const { id, source } of await stage.driver.sessions(never))
          ids.set(id, (ids.get(id) ?? new Set()).add(source));
        const sources = (await onServer(stage, server)).slice(0, 20);
        for (const source of await stage.driver.cut({ server, sources, keep: 0 }, never)) ordered.add(source);
      }
      const areBack = async () => (await stage.driver.sessions(never)).length === 100 && closed.size >= ordered.size;
      await until('all are back', areBack);
      expect([...closed].filter((source) => !ordered.has(source))).toEqual([]);
      expect(closed.size).toBe(ordered.size);
      // The danger was there.
      expect([...ids.values()].some((sources) => sources.size > 1)).toBe(true);
      returning.close();
    };
    // A machine on which checks come late must not be left without servers: HAProxy would close whoever comes back then.
    await on(work, unixOf, {}, { check: { interMs: 100, fall: 1_000 } });
  });

  it('changes 100 servers and leaves the process as it is', async () => {
    await on(async (stage) => {
      const { driver } = stage;
      const before = await driver.instance(never);
      for (let n = 0; n < 100; n++) {
        await driver.ensureServer(await server(stage, `worker${n}`), never);
        await driver.setState(`worker${n}`, 'ready', never);
        if (n % 3 === 0) continue;
        await driver.setState(`worker${n}`, 'maint', never);
        expect(await driver.removeServer(`worker${n}`, never)).toBe('removed');
      }
      expect((await driver.servers(never)).length).toBe(34);
      expect(await driver.instance(never)).toEqual(before);
    });
  });

  it('is answered by the new process after a reload, which knows nothing of servers that were added', async () => {
    await on(async (stage) => {
      await join1(stage, 'worker1');
      await stage.connect!(5);
      const before = await stage.driver.instance(never);
      await stage.haproxy.reload();
      expect((await stage.driver.instance(never)).pid).not.toBe(before.pid);
      expect(await stage.driver.servers(never)).toEqual([]);
      expect(await stage.driver.sessions(never)).toEqual([]);
    });
  });

  it('says what is wrong with the configuration', async () => {
    const backend = [
      'balance roundrobin',
      'server old 127.0.0.1:9 maxconn 10',
      'server slow 127.0.0.1:9 check inter 100 slowstart 60s',
    ];
    await on(
      async ({ driver }) => {
        const codes = (await driver.prepare(never)).map(({ code }) => code).sort();
        expect(codes).toEqual(['algorithm', 'no-check', 'server-maxconn']);
      },
      unixOf,
      { backend },
    );
  });

  it('sees a second frontend on the port of the agents', async () => {
    const second = (port: number) =>
      `frontend second\n    bind 127.0.0.2:${port}\n    default_backend wazuh_reporting\n`;
    await on(
      async ({ haproxy, driver }) => {
        const settings = { endpoint: unixOf(haproxy), backend: haproxy.backend };
        const other = openRuntimeDriver({ ...settings, agentPort: haproxy.ports[0]! }, nodeHaproxyPorts());
        expect(await other.prepare(never)).toMatchObject(
          [{ code: 'frontends', text: /./ }].map(({ code }) => ({ code })),
        );
        expect(await driver.prepare(never)).toEqual([]);
      },
      unixOf,
      {
        sections: ({ ports }) =>
          `${second(ports[0]!)}\nfrontend third\n    bind 127.0.0.3:${ports[0]}\n    default_backend wazuh_reporting\n`,
      },
    );
  });

  it.each(['user', 'operator'])('is refused by a socket of the level %s', async (level) => {
    await on(
      async ({ driver }) => {
        const refused = { code: 'refused', message: expect.stringMatching(/level admin/) };
        await expect(driver.prepare(never)).rejects.toMatchObject(refused);
        await expect(driver.setState('worker1', 'drain', never)).rejects.toMatchObject(refused);
      },
      ({ folder }) => ({ kind: 'unix', path: join(folder, 'low.sock') }),
      { sections: ({ folder }) => `global\n    stats socket ${folder}/low.sock level ${level}\n` },
    );
  });

  it('knows that there is no such backend', async () => {
    await on(async ({ haproxy }) => {
      const other = openRuntimeDriver({ endpoint: unixOf(haproxy), backend: 'elsewhere' }, nodeHaproxyPorts());
      const none = { code: 'no-backend', message: expect.stringMatching(/no backend "elsewhere"/) };
      await expect(other.prepare(never)).rejects.toMatchObject(none);
      await expect(other.servers(never)).rejects.toMatchObject(none);
      await expect(other.setState('a', 'ready', never)).rejects.toMatchObject(none);
      await expect(other.removeServer('a', never)).rejects.toMatchObject(none);
    });
  });

  it('is refused by a backend that takes no server at run time, and says what mends it', async () => {
    await on(
      async (stage) => {
        await expect(stage.driver.ensureServer(await server(stage, 'worker1'), never)).rejects.toMatchObject({
          code: 'failed',
          message: expect.stringMatching(/`balance leastconn`/),
        });
      },
      unixOf,
      { backend: ['balance static-rr'] },
    );
  });

  it('writes a file that HAProxy takes as it is, alone and beside the main one', async () => {
    await on(async (stage) => {
      const { driver, haproxy } = stage;
      const unknown = { name: 'worker3', address: 'nobody.invalid', port: 1514, weight: 1 };
      await driver.persist([await server(stage, 'worker1'), await server(stage, 'worker2', 50), unknown], never);
      const main = join(haproxy.folder, 'haproxy.cfg');
      execFileSync(haproxy.binary, ['-c', '-q', '-f', main, '-f', haproxy.agentsCfg], { stdio: 'pipe' });
      await stage.restart!();
      expect((await driver.servers(never)).map(({ name, weight, admin }) => [name, weight, admin])).toEqual([
        ['worker1', 100, 'ready'],
        ['worker2', 50, 'ready'],
        ['worker3', 1, 'maint'],
      ]);
    });
  });

  it('leaves the file as it was when HAProxy does not take what would be written', async () => {
    await on(async ({ driver, haproxy }) => {
      const before = readFileSync(haproxy.agentsCfg, 'utf8');
      const twice = { name: 'worker1', address: '10.0.0.1', port: 1514, weight: 100 };
      await expect(driver.persist([twice, twice], never)).rejects.toMatchObject({
        code: 'failed',
        message: expect.stringMatching(/agents\.cfg: it was not replaced: .*\[ALERT\].*worker1/),
      });
      expect(readFileSync(haproxy.agentsCfg, 'utf8')).toBe(before);
    });
  });
});
