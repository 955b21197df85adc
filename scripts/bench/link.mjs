/**
 * Measures links over loopback: this process dials, a second one accepts. One JSON line per figure:
 * {bench, value, unit, yardstick, ratio}. The yardstick is a bare TLS-PSK socket in the same two processes.
 *
 *   node scripts/bench/link.mjs [--seconds 3]
 *
 * Build first: it runs on `dist`.
 */
import { fork } from 'node:child_process';
import { constants } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../packages/actor/dist/index.js';
import { acceptLink, endOfTurn, linkLimits, openLink, tlsTransport } from '../../packages/link/dist/index.js';

const key = 'b'.repeat(32);
const psk = Buffer.alloc(32, 7);
const deps = { clock: systemClock, wallNow: Date.now, defer: endOfTurn, limits: linkLimits };
const shared = { key, cluster: 'bench', limits: linkLimits, clock: systemClock };
const master = { cluster: 'bench', node: 'main', role: 'master', version: '0' };
const worker = { cluster: 'bench', node: 'w1', role: 'worker', version: '0' };
const bare = {
  minVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
  secureOptions: constants.SSL_OP_NO_TICKET,
};
const beat = { type: 'beat', sequence: 7, wallMs: 1e12, state: 'in-sync', files: 10_000, loopDelayMs: 0.5 };
const getCluster = { type: 'get-cluster' };
const getContent = { type: 'get-content', digests: [new Uint8Array(64)] };
const cluster = { type: 'cluster', cluster: 'bench', nodes: [] };
const pieceBytes = 1024 * 1024;

/** Answers everything; counts messages; sends streams without end; the bare listener sends without end. */
async function acceptor() {
  process.on('disconnect', () => process.exit());
  const piece = Buffer.alloc(pieceBytes, 5);
  let messages = 0;
  const listening = await tlsTransport({ ...shared, ...master, listen: { bindAddr: '127.0.0.1', port: 0 } }).listen({
    rejected: () => {},
    connection: async (connection) => {
      const link = await acceptLink(connection, master, async () => ({ accept: true }), deps);
      link.start({
        message: () => {
          messages += 1;
        },
        ask: (_to, _message, answer) => answer.reply({ ...cluster, cluster: String(messages) }),
        open: async (_to, _message, stream) => {
          try {
            for (;;) await stream.write(piece);
          } catch {}
        },
        closed: () => {},
      });
    },
  });
  const server = createServer({ ...bare, pskCallback: () => psk }, (socket) => {
    socket.on('error', () => {});
    const more = () => {
      while (socket.write(piece.subarray(0, 65_536)));
    };
    socket.on('drain', more);
    more();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.send({ link: listening.port, bare: server.address().port });
}

async function dialer() {
  const at = process.argv.indexOf('--seconds');
  const seconds = at > 0 ? Number(process.argv[at + 1]) : 3;
  const child = fork(fileURLToPath(import.meta.url), ['acceptor']);
  const ports = await new Promise((resolve) => child.once('message', resolve));
  const options = { ...shared, ...worker, dial: { host: '127.0.0.1', port: ports.link } };
  const link = await openLink(await tlsTransport(options).dial(new AbortController().signal), worker, deps);
  link.start({ message: () => {}, ask: () => {}, open: () => {}, closed: () => {} });
  const run = { link, seconds, barePort: ports.bare };
  await oneWay(run);
  await requests(run);
  await bulk(run);
  link.close('shutting-down', 'done');
  child.kill();
}

const turn = () => new Promise(setImmediate);
const received = async (link) => Number((await link.ask('control', getCluster, 10_000)).cluster);

async function oneWay({ link, seconds }) {
  const before = await received(link);
  const start = performance.now();
  while (performance.now() - start < seconds * 1_000) {
    for (let count = 0; count < 500 && link.tell('keep-alive', beat); count++);
    await turn();
  }
  const value = (((await received(link)) - before) / (performance.now() - start)) * 1_000;
  report('link.messages-one-way', value, '1/s', 200_000);
}

async function requests({ link, seconds }) {
  const start = performance.now();
  let count = 0;
  const loop = async () => {
    while (performance.now() - start < seconds * 1_000) {
      await link.ask('control', getCluster, 10_000);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 100 }, loop));
  report('link.requests-100-in-flight', (count / (performance.now() - start)) * 1_000, '1/s', 100_000);
}

/** Bare and link in turns, so that other work on the machine meets both. */
async function bulk(run) {
  const rounds = [];
  const beats = [];
  for (let round = 0; round < 4; round++) rounds.push([await bareBulk(run), await linkBulk(run, 1, beats)]);
  rounds.sort(([a, b], [c, d]) => b / a - d / c);
  const [bareRate, linkRate] = rounds[Math.floor(rounds.length / 2)];
  report('link.bulk', linkRate, 'MB/s', bareRate);
  const four = await linkBulk(run, 4, beats);
  report('link.bulk-4-streams', four, 'MB/s', bareRate);
  beats.sort((a, b) => a - b);
  report('link.heartbeat-under-bulk-p99', beats[Math.floor(beats.length * 0.99)], 'ms', 50);
}

async function bareBulk({ seconds, barePort }) {
  const socket = connect({
    ...bare,
    port: barePort,
    host: '127.0.0.1',
    pskCallback: () => ({ identity: 'bench', psk }),
    checkServerIdentity: () => undefined,
  });
  let bytes = 0;
  let start = 0;
  socket.on('data', (chunk) => {
    start ||= performance.now();
    bytes += chunk.length;
  });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  socket.destroy();
  return bytes / 1_000 / (performance.now() - start);
}

async function linkBulk({ link, seconds }, count, beats) {
  const controller = new AbortController();
  let bytes = 0;
  const start = performance.now();
  const read = async () => {
    for await (const chunk of link.open('file-sync', getContent, controller.signal)) bytes += chunk.byteLength;
  };
  const reading = Array.from({ length: count }, () => read().catch(() => {}));
  while (performance.now() - start < seconds * 1_000) {
    beats.push(await link.ping(10_000));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const rate = bytes / 1_000 / (performance.now() - start);
  controller.abort();
  await Promise.all(reading);
  return rate;
}

function report(bench, value, unit, yardstick) {
  const round = (number) => Number(number.toPrecision(4));
  process.stdout.write(
    `${JSON.stringify({ bench, value: round(value), unit, yardstick: round(yardstick), ratio: round(value / yardstick) })}\n`,
  );
}

if (process.argv[2] === 'acceptor') await acceptor();
else await dialer();
