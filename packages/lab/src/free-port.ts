/** Adapter: a port for a master of its own. */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

const lowest = 10_000;
/** Fewer to choose from, and two labs would take the same one. */
const fewest = 1_000;
const tries = 100;

/**
 * A port that was free a moment ago, outside the range from which the system gives ports to whoever dials. One of
 * that range may be taken before the master has it; a worker that dials it in vain may even be given it, and then
 * speaks with itself.
 */
export async function freePort(): Promise<number> {
  const end = await firstOfDialers();
  for (let time = 0; end - lowest >= fewest && time < tries; time++) {
    const port = randomInt(lowest, end);
    if ((await bound(port)) === port) return port;
  }
  const port = await bound(0);
  if (port === undefined) throw new Error('no port is free on 127.0.0.1');
  return port;
}

/** 0 where the system does not say. */
async function firstOfDialers(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  return Number.parseInt(range, 10) || 0;
}

/** The port that was bound, and is free again; undefined when it is taken. */
const bound = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
