import {
  acceptLink,
  type Link,
  type LinkClosed,
  type LinkDeps,
  type LinkHandlers,
  linkLimits,
  type OwnIdentity,
  openLink,
  type PausedLink,
} from '@muster/link';
import type { GetContent, NodeName } from '@muster/protocol';
import type { Host } from '../../src/host.ts';
import { openRig, optionsOf, type Rig } from './rig.ts';

const own = (node: string, role: OwnIdentity['role']): OwnIdentity => ({
  cluster: 'alpha',
  node: node as NodeName,
  role,
  version: '1.0.0',
});
const getContent: GetContent = { type: 'get-content', digests: [new Uint8Array(64)] };
const streamBytes = 3_000_000;

const depsOf = ({ timeline }: Rig, host: Host): LinkDeps => ({
  clock: { now: timeline.now, after: (ms, fire) => host.after(ms, 'timer', fire) },
  wallNow: timeline.now,
  defer: (run) => host.ready('defer', run),
  limits: linkLimits,
});

const handlers = (closed: (reason: LinkClosed) => void, more: Partial<LinkHandlers> = {}): LinkHandlers => ({
  message: () => {},
  ask: (_to, _message, answer) => answer.reply({ type: 'cluster', cluster: 'alpha', nodes: [] }),
  open: (_to, _message, stream) => {
    void (async () => {
      for (let sent = 0; sent < streamBytes; sent += 50_000) await stream.write(new Uint8Array(50_000));
      stream.end();
    })().catch(() => {});
  },
  closed,
  ...more,
});

/** Real links, of both sides, over the simulated network. */
async function linkedNodes(seed: number, node = 'w1', claims = node) {
  const rig = openRig(seed);
  const [main, worker] = [rig.host('main'), rig.host(node)];
  const ended: LinkClosed[] = [];
  const refused: Error[] = [];
  let link: Link | undefined;
  void rig.network.transport(main, optionsOf('main')).listen({
    connection: (connection) => {
      acceptLink(connection, own('main', 'master'), () => Promise.resolve({ accept: true }), depsOf(rig, main)).then(
        (far: PausedLink) => far.start(handlers((reason) => ended.push(reason))),
        (error: Error) => refused.push(error),
      );
    },
    rejected: () => {},
  });
  const dial = rig.network.transport(worker, optionsOf(node, { master: 'main' })).dial(new AbortController().signal);
  void dial
    .then((connection) => openLink(connection, own(claims, 'worker'), depsOf(rig, worker)))
    .then(
      (near) => {
        near.start(handlers((reason) => ended.push(reason)));
        link = near;
      },
      (error: Error) => refused.push(error),
    );
  await rig.run(1_000);
  return { rig, main, worker, ended, refused, link };
}

async function drain(bytes: AsyncIterable<Uint8Array>, got: { bytes: number; failed: boolean }): Promise<void> {
  try {
    for await (const chunk of bytes) got.bytes += chunk.byteLength;
  } catch {
    got.failed = true;
  }
}

describe('a link over the simulated network', () => {
  it('asks, pings and streams in any weather, and says goodbye', async () => {
    const { rig, main, worker, ended, link } = await linkedNodes(3);
    Object.assign(rig.network.faults, { split: 0.5, stall: 0.05, latency: { minMs: 1, maxMs: 30 } });
    const got = { bytes: 0, failed: false };
    const told: unknown[] = [];
    void drain(link!.open('file-sync', getContent, new AbortController().signal), got);
    link!.ask('control', { type: 'get-cluster' }, 60_000).then(
      (answer) => told.push(answer.type),
      () => {},
    );
    link!.ping(60_000).then(
      (ms) => told.push(ms >= 2),
      () => {},
    );
    await rig.run(300_000);
    expect(got).toEqual({ bytes: streamBytes, failed: false });
    expect(told.sort()).toEqual(['cluster', true]);
    link!.close('shutting-down', 'over');
    await rig.run(10_000);
    expect(ended.map(({ how }) => how).sort()).toEqual(['closed', 'goodbye']);
    expect([rig.network.open(main), rig.network.open(worker), worker.pending()]).toEqual([0, 0, 0]);
  });

  it('that is cut in the middle of a stream is lost on both sides, and never takes half a frame for a whole', async () => {
    for (let seed = 1; seed <= 15; seed++) {
      const { rig, ended, link } = await linkedNodes(seed);
      rig.network.faults.bandwidth = 1_000;
      const got = { bytes: 0, failed: false };
      void drain(link!.open('file-sync', getContent, new AbortController().signal), got);
      await rig.run(seed * 100);
      rig.network.reset('main', 'w1');
      await rig.run(10_000);
      expect(got.failed).toBe(true);
      expect(ended).toMatchObject([{ how: 'lost' }, { how: 'lost' }]);
    }
  });

  it('of an intruder that has the key and says another name than it proved is refused', async () => {
    const { refused, link, rig } = await linkedNodes(1, 'intruder', 'w1');
    expect(link).toBeUndefined();
    expect(refused).toHaveLength(2);
    expect(rig.network.open(rig.host('intruder'))).toBe(0);
  });
});
