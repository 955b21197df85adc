/** The actor: it opens the server, tries again, and opens it anew after a crash. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import { type ApiListening, retryMs, spawnHttpApi } from '@muster/http-api';
import { httpListener } from '@muster/http-api/server';
import { decide, nothingYet } from '../src/decide.ts';
import { answers, secrets } from './answers.ts';
import { clusterConfig, options, until } from './rig.ts';

const listening: ApiListening = { url: 'http://127.0.0.1:1', port: 1 };

test.each([
  ['begins to open at once', nothingYet, { type: 'tick' }, ['open-server'], 'opening'],
  ['is not opened twice', { server: 'opening', warned: undefined }, { type: 'tick' }, [], 'opening'],
  ['is left alone while it is open', { server: 'open', warned: undefined }, { type: 'tick' }, [], 'open'],
  ['is told when it listens', { server: 'opening', warned: 'x' }, { type: 'opened', listening }, ['tell-open'], 'open'],
  ['is warned of when it cannot listen', nothingYet, { type: 'open-failed', text: 'x' }, ['warn'], 'closed'],
  [
    'is not warned of twice alike',
    { server: 'opening', warned: 'x' },
    { type: 'open-failed', text: 'x' },
    [],
    'closed',
  ],
  [
    'is warned of when the reason is another',
    { server: 'opening', warned: 'x' },
    { type: 'open-failed', text: 'y' },
    ['warn'],
    'closed',
  ],
] as const)('a server %s', (_what, state, message, effects, server) => {
  const next = decide(state, message);
  expect([next.effects.map(({ type }) => type), next.state.server]).toEqual([effects, server]);
});

test('a server that cannot be opened is tried again until it can', async () => {
  const system = testSystem();
  const warned: string[] = [];
  const opened: ApiListening[] = [];
  let tries = 0;
  system.root.spawn((parent) =>
    spawnHttpApi(parent, {
      clock: system.clock,
      listen: async () => {
        tries += 1;
        if (tries < 3) throw new Error('taken');
        return listening;
      },
      opened: (each) => void opened.push(each),
      warn: (text) => void warned.push(text),
    }),
  );
  await settle();
  expect([tries, warned]).toEqual([1, ['taken']]);
  await system.clock.advance(retryMs);
  await system.clock.advance(retryMs);
  await system.clock.advance(retryMs);
  expect([tries, warned, opened]).toEqual([3, ['taken'], [listening]]);
  await system.stop();
});

describe('with a real server', () => {
  let root: string;
  const logged: string[] = [];
  const log = { info: (text: string) => void logged.push(text), warning: (text: string) => void logged.push(text) };
  const { key: _key, ...cluster } = clusterConfig;
  const sources = { clock: systemClock, wallNow: Date.now, cluster, version: '0.1.0', answers: answers(), log };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'muster-http-actor-'));
    logged.length = 0;
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const spawn = (port: number) => {
    const system = testSystem();
    const opened: ApiListening[] = [];
    const listen = httpListener({ root, options: { ...options, port, tls: 'yes' }, secrets: [secrets.key] });
    system.root.spawn((parent) =>
      spawnHttpApi(parent, {
        clock: system.clock,
        listen: (signal) => listen(sources, signal),
        opened: (each) => void opened.push(each),
        warn: log.warning,
      }),
    );
    return { system, opened };
  };

  test('after a crash it listens on the same port again, with the same certificate', async () => {
    const { system, opened } = spawn(0);
    await until(() => opened.length === 1);
    const { port } = opened[0]!;
    await system.stop();
    const again = spawn(port);
    await until(() => again.opened.length === 1);
    again.system.crash('/http-api', new Error('crashed'));
    await until(async () => {
      await again.system.clock.advance(1_000);
      return again.opened.length === 2;
    });
    expect(again.opened.map((each) => each.port)).toEqual([port, port]);
    expect(again.opened[1]?.fingerprint).toBe(opened[0]?.fingerprint);
    await again.system.stop();
  });

  test('a port that is in use is warned of with the cure, and taken when it is free', async () => {
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { readonly port: number };
    const { system, opened } = spawn(port);
    await until(() => logged.length === 1);
    expect(logged[0]).toMatch(new RegExp(`cannot listen on 127.0.0.1:${port}.*another program.*http_api.port`));
    await new Promise((resolve) => other.close(resolve));
    await until(async () => {
      await system.clock.advance(retryMs);
      return opened.length === 1;
    });
    expect(logged).toHaveLength(1);
    await system.stop();
  });
});
