/** The links of this node, each with a ping made for the answer. */
import type { Clock } from '@muster/actor';
import type { ControlAnswers } from '@muster/control';
import type { LinkRow } from '@muster/protocol';
import type { LinkedNode, Peers } from '../peers.ts';
import { fitRows } from './fit.ts';

export type LinksViews = Pick<ControlAnswers, 'links'>;

/** A peer that does not answer a ping by then is shown without a round trip, ms: the view has to come within 1.2 s. */
export const pingMs = 500;

/** All links are pinged at once; the answer takes at most `pingMs`. */
export const linksViews = (clock: Clock, peers: Pick<Peers, 'all' | 'reconnects'>): LinksViews => ({
  links: async () => {
    const rows = await Promise.all(peers.all().map((linked) => linkRow(linked, clock)));
    return { type: 'links', rows: fitRows(rows, asItIs), reconnects: peers.reconnects.total() };
  },
});

/** Nothing of a row is long. */
const asItIs = (row: LinkRow): LinkRow => row;

async function linkRow({ link, since }: LinkedNode, clock: Clock): Promise<LinkRow> {
  const roundTripMs = await link.ping(pingMs).catch(() => undefined);
  const { node, role, version, address, skewMs } = link.peer;
  const { bytesOut, bytesIn, bulkOut, bulkIn, queuedBytes, streams, asks } = link.stats();
  return {
    ...{ peer: node, role, version, address, skewMs },
    sinceMs: Math.max(0, clock.now() - since),
    ...(roundTripMs === undefined ? {} : { roundTripMs: Math.max(0, roundTripMs) }),
    ...{ sentBytes: bytesOut, receivedBytes: bytesIn, sentBulkBytes: bulkOut, receivedBulkBytes: bulkIn },
    ...{ queuedBytes, streams, asks },
  };
}
