/**
 * Measures the HTTP API over loopback: 32 clients on kept connections ask for `/cluster/nodes`. One JSON line per
 * figure: {bench, value, unit, yardstick, ratio}. The yardstick is a bare `node:http` server in the same run that sends
 * the same bytes and does nothing else.
 *
 *   node scripts/bench/http-api.mjs [--seconds 3] [--quick]
 *
 * Server and clients are processes of their own. Build first: it runs on `dist`.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../packages/actor/dist/index.js';
import { httpListener } from '../../packages/http-api/dist/server/index.js';
import { hashPassword, usersPath, writeUsers } from '../../packages/http-api/dist/users/index.js';

const password = 'correct horse battery';
const clients = 32;
const flag = (name, value) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? value : Number(process.argv[at + 1]);
};
const seconds = flag('seconds', process.argv.includes('--quick') ? 1 : 3);

const node = (index) => ({
  ...{ name: index === 0 ? 'master' : `worker${index}`, role: index === 0 ? 'master' : 'worker', version: '0.1.0' },
  ...{ address: `10.0.0.${index}:1516`, liveness: 'up', reason: '', sync: 'in-sync', behindMs: 0, files: 1 },
  ...{ heardMs: 0, loopDelayMs: 0 },
});
const cluster = { type: 'cluster', cluster: 'bench', nodes: Array.from({ length: 10 }, (_, index) => node(index)) };

async function serve() {
  process.on('disconnect', () => process.exit());
  const root = mkdtempSync(join(tmpdir(), 'muster-bench-http-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  await mkdir(join(root, 'etc'));
  const scrypt = await hashPassword(password, Buffer.alloc(16, 1));
  await writeUsers(usersPath(root), [{ name: 'foo', role: 'read', scrypt }], root);
  const options = {
    ...{ enabled: true, address: '127.0.0.1', port: 0, tls: 'no', requestsPerMinute: 1e9, maxBodyBytes: 65_536 },
    ...{ requestTimeoutMs: 10_000, connections: 1_000, eventStreams: 1, tokenLifetimeMs: 900_000 },
  };
  const sources = {
    ...{ clock: systemClock, wallNow: Date.now, version: '0.1.0', answers: { cluster: () => cluster } },
    cluster: { name: 'bench', nodeName: 'master', nodeType: 'master', nodes: [] },
    log: { info: () => {}, warning: () => {} },
  };
  const { port } = await httpListener({ root, options, secrets: ['k'.repeat(32)] })(
    sources,
    new AbortController().signal,
  );
  const body = JSON.stringify({
    error: 0,
    data: {
      totalItems: 10,
      items: cluster.nodes.map(({ name, role }) => ({ name, type: role, version: '0.1.0', ip: '10.0.0.1' })),
    },
  });
  const bare = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(body);
  });
  bare.listen(0, '127.0.0.1', () => process.send({ port, bare: bare.address().port }));
}

const agent = new Agent({ keepAlive: true, maxSockets: clients });
const ask = (port, path, authorization, method = 'GET') =>
  new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, agent, headers: { authorization } }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
    asking.on('error', reject);
    asking.end();
  });

/** Requests each second. */
async function rate(port, authorization) {
  for (let warm = 0; warm < 500; warm += 1) await ask(port, '/cluster/nodes', authorization);
  let done = 0;
  const from = performance.now();
  const until = from + seconds * 1_000;
  const one = async () => {
    while (performance.now() < until) {
      await ask(port, '/cluster/nodes', authorization);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  return (done * 1_000) / (performance.now() - from);
}

const tell = (bench, value, unit, yardstick) =>
  process.stdout.write(`${JSON.stringify({ bench, value, unit, yardstick, ratio: value / yardstick })}\n`);

async function measure() {
  const server = fork(fileURLToPath(import.meta.url), ['--serve']);
  const { port, bare } = await new Promise((resolve) => server.once('message', resolve));
  const basic = `Basic ${Buffer.from(`foo:${password}`).toString('base64')}`;
  const token = `Bearer ${await ask(port, '/security/user/authenticate?raw=true', basic, 'POST')}`;
  const yardstick = await rate(bare, basic);
  tell('http-api.nodes-3.x-form', await rate(port, basic), 'requests/s', yardstick);
  tell('http-api.nodes-4.14-form', await rate(port, token), 'requests/s', yardstick);
  server.disconnect();
  agent.destroy();
}

await (process.argv.includes('--serve') ? serve() : measure());
