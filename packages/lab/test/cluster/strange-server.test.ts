/** A worker whose master's port is somebody else's: it says so in plain words, takes no memory, and goes on trying. */
import { createServer, type Server, type Socket } from 'node:net';
import { type Cluster, type ClusterNode, openCluster, until } from '@muster/lab/testing';
import { watch } from './hostile-rig.ts';

let cluster: Cluster;
let worker: ClusterNode;
let server: Server;
let behave: (socket: Socket) => void = (socket) => socket.destroy();
const sockets = new Set<Socket>();

beforeAll(async () => {
  cluster = await openCluster({ workers: 1, musterYaml: 'link:\n  retry_max: 300ms\n' });
  worker = cluster.workers[0]!;
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(cluster.port, '127.0.0.1', resolve));
  worker.start();
  await until('the worker has tried', async () => /Try \d+ failed/.test((await words()) ?? ''));
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await cluster.close();
});

const words = async (): Promise<string | undefined> => (await worker.ask((client) => client.health())).link;

/** As fast as the other end reads. */
function flood(socket: Socket): void {
  const piece = Buffer.alloc(64 * 1024, 0x16);
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

describe('a worker whose dial is taken by', () => {
  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['nobody who answers', () => {}, /did not (answer|finish the handshake) in time/],
    [
      'an SSH server',
      (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
      /does not speak TLS 1\.3: something else listens there/,
    ],
    [
      'a web server',
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      /does not speak TLS 1\.3: something else listens there/,
    ],
    ['somebody who hangs up', (socket) => socket.destroy(), /closed the connection during the handshake/],
    ['bytes without end', flood, /does not speak TLS 1\.3/],
  ])('%s says so, and tries again', async (title, behaviour, wanted) => {
    const watched = watch({ nodes: [worker] });
    behave = behaviour;
    await until(`the link words are ${wanted}`, async () => wanted.test((await words()) ?? '')).catch(async (cause) => {
      throw new Error(`they are: ${await words()}`, { cause });
    });
    const dials = async () => Number(/Try (\d+)/.exec((await words()) ?? '')?.[1]);
    const before = await dials();
    await until('it dials again', async () => (await dials()) > before);
    for (const socket of sockets) socket.destroy();
    await watched.check(title);
  });

  it('the true master, at last, links and syncs', async () => {
    await new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
    cluster.master.start();
    await cluster.inSync();
  });
});
