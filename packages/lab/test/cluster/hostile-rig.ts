/** A small cluster that is watched while strangers come: its processes, its log, and whether files still flow. */
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@muster/actor';
import { type Cluster, type ClusterNode, until } from '@muster/lab/testing';
import {
  type Connection,
  endOfTurn,
  type LinkDeps,
  type LinkHandlers,
  linkLimits,
  type OwnIdentity,
  type Transport,
  tlsTransport,
} from '@muster/link';
import { deferred } from '@muster/link/testing';
import { type Envelope, encodeEnvelope, frameDecoder, type Sender } from '@muster/protocol';

export const linkDeps = (skewMs = 0): LinkDeps => ({
  clock: systemClock,
  wallNow: () => Date.now() + skewMs,
  defer: endOfTurn,
  limits: linkLimits,
});

export const never = new AbortController().signal;
export const clusterName = 'lab';
export const identity = (node: string, more: Partial<OwnIdentity> = {}): OwnIdentity => ({
  ...{ cluster: clusterName, node, role: 'worker', version: '0.1.0' },
  ...more,
});

/** What a stranger with this identity and key links through. */
export const transportOf = (
  { cluster, node, role }: OwnIdentity,
  key: string,
  port: number,
  side: 'dial' | 'listen' = 'dial',
): Transport =>
  tlsTransport({
    ...{ key, cluster, node, role, limits: linkLimits, clock: systemClock },
    ...(side === 'dial' ? { dial: { host: '127.0.0.1', port } } : { listen: { bindAddr: '127.0.0.1', port } }),
  });

/** A worker that knows the key and writes bytes of its own choosing. */
export interface RawPeer {
  readonly connection: Connection;
  /** What it was sent, beats included. */
  readonly got: readonly Envelope[];
  readonly closed: Promise<void>;
}

/** With `hello`, it is a link by the time the promise resolves; without, the master still waits for the hello. */
export async function rawWorker(
  { key, port }: Pick<Cluster, 'key' | 'port'>,
  name: string,
  hello: boolean,
): Promise<RawPeer> {
  const connection = await transportOf(identity(name), key, port).dial(never);
  const decoder = frameDecoder({ sender: 'master' satisfies Sender, greeting: true });
  const got: Envelope[] = [];
  const closed = deferred<void>();
  connection.listen({
    data: (bytes) => {
      for (const one of decoder.push(bytes)) {
        if (!one.ok || one.frame.type !== 'envelope') continue;
        got.push(one.frame.envelope);
        if (one.frame.envelope.kind === 'welcome') decoder.accept();
      }
    },
    drained: () => {},
    closed: () => closed.resolve(),
  });
  if (hello) {
    connection.write(encodeEnvelope(helloOf(name)));
    await until(`${name} is welcome`, () => got.some(({ kind }) => kind === 'welcome'));
  }
  return { connection, got, closed: closed.promise };
}

export const helloOf = (name: string): Envelope => ({
  kind: 'hello',
  protocol: { min: 1, max: 1 },
  wallMs: Date.now(),
  ...identity(name),
});

/** Handlers that answer nothing, with the end as a promise. */
export function deafHandlers(more: Partial<LinkHandlers> = {}) {
  const end = deferred<Parameters<LinkHandlers['closed']>[0]>();
  const handlers: LinkHandlers = {
    message: () => {},
    ask: (_to, _message, answer) => answer.fail('not-here', 'nobody answers here'),
    open: (_to, _message, stream) => stream.abort('not-here', 'nobody answers here'),
    closed: end.resolve,
    ...more,
  };
  return { handlers, ended: end.promise };
}

/** A plain connection from one of this machine's loopback addresses: each counts for itself. */
export async function rawSocket(port: number, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Resolves with what came until the other end closed. */
export async function drained(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise<void>((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
  return Buffer.concat(pieces);
}

export interface Footprint {
  readonly rss: number;
  readonly descriptors: number;
}

export function footprint(node: ClusterNode): Footprint {
  const pid = node.pid();
  if (pid === undefined) throw new Error(`${node.name} does not run:\n${node.output()}`);
  const kib = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { rss: kib * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** What one stranger may bring about, and what a busy machine adds: a peer that is suspect, and is so no more. */
const fewLines = 20;
const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);
/** Show 7. */
const maxGrowth = 64 * 1024 * 1024;
let changes = 0;

/** A change on the master reaches the worker. */
export async function filesFlow({ master, workers: [worker] }: Cluster): Promise<void> {
  changes += 1;
  const text = `<!-- change ${changes} -->\n`;
  writeFileSync(join(master.root, 'etc/rules/flow.xml'), text);
  const arrived = () => readFileSync(join(worker!.root, 'etc/rules/flow.xml'), 'utf8') === text;
  await until('the change is on the worker', arrived);
}

/** What the cluster cost and said since `watch`. */
export interface Watch {
  readonly logged: (node: ClusterNode) => string;
  /** Fails when a process has grown by more than 64 MiB. */
  readonly notGrown: () => void;
  /** Fails when a process has grown, kept descriptors, or wrote more than `maxLines`; by default, more than few. */
  readonly check: (title: string, maxLines?: number) => Promise<void>;
}

export function watch({ nodes }: Pick<Cluster, 'nodes'>): Watch {
  const running = nodes.filter((node) => node.pid() !== undefined);
  const before = new Map(running.map((node) => [node, { ...footprint(node), length: node.output().length }]));
  const logged = (node: ClusterNode): string => node.output().slice(before.get(node)?.length ?? 0);
  const notGrown = (): void => {
    for (const [node, { rss }] of before) expect(footprint(node).rss - rss).toBeLessThan(maxGrowth);
  };
  return {
    logged,
    notGrown,
    check: async (title, maxLines = fewLines) => {
      notGrown();
      const figures: string[] = [];
      for (const [node, start] of before) {
        // A few descriptors come and go by themselves: the control socket's, a directory that is being listed.
        const few = () => footprint(node).descriptors <= start.descriptors + 4;
        await until(`${node.name} has closed its descriptors`, few);
        const lines = logged(node).split('\n').length - 1;
        const grown = footprint(node).rss - start.rss;
        figures.push(`${node.name} ${mib(grown)} MiB, ${lines} lines`);
        expect(lines > maxLines ? logged(node).slice(-3_000) : 'few lines').toBe('few lines');
      }
      process.stdout.write(`hostile: ${title}: ${figures.join('; ')}\n`);
    },
  };
}
