import { manualClock } from '@muster/actor/testing';
import type { PausedLink } from '@muster/link';
import { encodeEnvelope, type LinkList } from '@muster/protocol';
import { openPeers } from '../src/peers.ts';
import { linksViews, pingMs } from '../src/views/links.ts';
import { openTestCluster } from './one-process.ts';

const stats = {
  ...{ bytesIn: 300, bytesOut: 200, bulkIn: 100, bulkOut: 50, messagesIn: 3, messagesOut: 4 },
  ...{ streams: 1, asks: 2, queuedBytes: 7 },
};
const linkTo = (node: string, ping: PausedLink['ping']): PausedLink =>
  ({
    peer: { node, role: 'worker', version: '0.1.0', address: '10.0.0.7:4123', protocol: 1, skewMs: -3 },
    ping,
    stats: () => stats,
  }) as unknown as PausedLink;

/** With links that opened at 0; the clock stands at 1,000. */
async function rig(links: readonly PausedLink[]) {
  const clock = manualClock();
  const peers = openPeers();
  for (const link of links) peers.add(link, () => undefined as never, 0);
  await clock.advance(1_000);
  return { clock, peers, views: linksViews(clock, peers) };
}

it('each link has what its stats say, and the round trip of one ping', async () => {
  const { views } = await rig([linkTo('worker1', () => Promise.resolve(1.5))]);
  expect(await views.links()).toEqual({
    type: 'links',
    rows: [
      {
        ...{ peer: 'worker1', role: 'worker', version: '0.1.0', address: '10.0.0.7:4123' },
        ...{ sinceMs: 1_000, skewMs: -3, roundTripMs: 1.5 },
        ...{ sentBytes: 200, receivedBytes: 300, sentBulkBytes: 50, receivedBulkBytes: 100 },
        ...{ queuedBytes: 7, streams: 1, asks: 2 },
      },
    ],
    reconnects: 0,
  });
});

it('a peer that does not answer has no round trip, and all are asked at once, for so long and no longer', async () => {
  const waited: number[] = [];
  const silent: PausedLink['ping'] = (timeoutMs) => {
    waited.push(timeoutMs);
    return Promise.reject(new Error('no pong'));
  };
  const { views } = await rig(['a', 'b', 'c'].map((name) => linkTo(name, silent)));
  const list = await views.links();
  expect(waited).toEqual([pingMs, pingMs, pingMs]);
  expect(list.rows.map((row) => 'roundTripMs' in row)).toEqual([false, false, false]);
});

it('a thousand links fit one frame', async () => {
  const links = Array.from({ length: 1_100 }, (_, n) =>
    linkTo(`${'n'.repeat(59)}${n}`, () => Promise.resolve(0.123456)),
  );
  const { views } = await rig(links);
  const message = await views.links();
  expect(message.rows.length).toBeGreaterThan(500);
  expect(() => encodeEnvelope({ kind: 'reply', id: 1, message })).not.toThrow();
});

it('bytes of closed links stay in the traffic, by lane', async () => {
  const link = linkTo('worker1', () => Promise.resolve(1));
  const { peers } = await rig([link]);
  const all = { sentBytes: 200, receivedBytes: 300, sentBulkBytes: 50, receivedBulkBytes: 100 };
  expect(peers.traffic()).toEqual(all);
  peers.remove(link);
  expect(peers.traffic()).toEqual(all);
});

it('a worker shows its master, and a link that came back is a reconnect', async () => {
  const cluster = await openTestCluster(1);
  const worker = cluster.nodes[1]!;
  const list = async () => (await worker.ask({ type: 'get-links' })) as LinkList;
  try {
    await cluster.until('in sync', cluster.inSync);
    const { rows, reconnects } = await list();
    expect([rows.map(({ peer }) => peer), reconnects]).toEqual([['master'], 0]);
    expect(rows[0]).toMatchObject({ role: 'master', roundTripMs: expect.any(Number) });
    expect(rows[0]!.receivedBytes).toBeGreaterThan(0);
    await worker.ask({ type: 'crash-actor', path: '/links/node:master' });
    await cluster.until('linked again', async () => {
      const now = await list();
      return now.rows.length === 1 && now.reconnects === 1;
    });
  } finally {
    await cluster.close();
  }
});
