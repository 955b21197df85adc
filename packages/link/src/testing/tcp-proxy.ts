/** Adapter: a TCP proxy on loopback that does to a connection what networks do. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Bytes are held back this long in each direction, ms, from now on. */
  readonly delay: (ms: number) => void;
  /** From now on bytes vanish both ways, ends and resets too, while the connections stay open: a pulled cable. New connections are taken and say nothing. */
  readonly unplug: () => void;
  /** New connections are forwarded again; those of before stay dead. */
  readonly replug: () => void;
  /** Resets both ends of every connection after `bytes` more bytes from the dialed side, or at once. */
  readonly cut: (bytes?: number) => void;
  /** Bytes forwarded to the dialer so far. */
  readonly toDialer: () => number;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  dead: boolean;
}

/** Forwards 127.0.0.1:`port` (a free one) to 127.0.0.1:`targetPort`. */
export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let delayMs = 0;
  let unplugged = false;
  let cutAfter = Number.POSITIVE_INFINITY;
  let toDialer = 0;

  const cut = (): void => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  };
  const later = (pair: Pair, run: () => void): void => {
    const unlessDead = (): void => {
      if (!pair.dead) run();
    };
    if (delayMs > 0) setTimeout(unlessDead, delayMs);
    else unlessDead();
  };
  const forward = (pair: Pair, from: Socket, to: Socket, count: (bytes: Buffer) => Buffer): void => {
    from.on('data', (bytes) => later(pair, () => void to.write(count(bytes))));
    from.on('end', () => later(pair, () => void to.end()));
    from.on('error', () => {});
    from.on('close', () => {
      if (!pair.dead) to.destroy();
      pairs.delete(pair);
    });
  };
  const counted = (bytes: Buffer): Buffer => {
    const passed = bytes.subarray(0, Math.max(0, cutAfter - toDialer));
    toDialer += passed.byteLength;
    if (toDialer >= cutAfter) setImmediate(cut);
    return passed;
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair: Pair = { near, far, dead: unplugged };
    pairs.add(pair);
    forward(pair, near, far, (bytes) => bytes);
    forward(pair, far, near, counted);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms) => {
      delayMs = ms;
    },
    unplug: () => {
      unplugged = true;
      for (const pair of pairs) pair.dead = true;
    },
    replug: () => {
      unplugged = false;
    },
    cut: (bytes) => {
      if (bytes === undefined) return cut();
      cutAfter = toDialer + bytes;
    },
    toDialer: () => toDialer,
    connections: () => pairs.size,
    close: async () => {
      for (const pair of pairs) {
        pair.dead = true;
        pair.near.destroy();
        pair.far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
