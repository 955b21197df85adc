/** Links by peer. Pure. */
import type { LinkList, NodeName } from '@muster/protocol';
import type { BoundedNames } from '../bounded.ts';
import { optional, type Sample, sample } from '../sample.ts';
import type { LaneBytes } from '../sources.ts';

/** Linked ones, and those that were since the start; of these beyond the bound the reconnects are summed, the rest is left out. */
export function linkSamples(
  { rows }: LinkList,
  reconnects: ReadonlyMap<NodeName, number>,
  names: BoundedNames,
): readonly Sample[] {
  const linked = new Set(rows.map(({ peer }) => peer));
  const peers = [...new Set([...linked, ...reconnects.keys()])];
  names.present(peers);
  const named = (peer: NodeName): boolean => names.of(peer) === peer;
  return [
    ...peers.filter(named).map((peer) => sample('muster_link_up', linked.has(peer) ? 1 : 0, { peer })),
    ...[...reconnects].map(([peer, count]) =>
      sample('muster_link_reconnects_total', count, { peer: names.of(peer) }, peer),
    ),
    ...rows
      .filter(({ peer }) => named(peer))
      .flatMap(({ peer, roundTripMs, queuedBytes }) => [
        ...optional('muster_link_round_trip_seconds', roundTripMs === undefined ? undefined : roundTripMs / 1_000, {
          peer,
        }),
        sample('muster_link_queued_bytes', queuedBytes, { peer }),
      ]),
  ];
}

/** Every byte is in one lane. */
export const laneSamples = (bytes: LaneBytes): readonly Sample[] => [
  lane(bytes.sentBytes - bytes.sentBulkBytes, 'control', 'sent'),
  lane(bytes.receivedBytes - bytes.receivedBulkBytes, 'control', 'received'),
  lane(bytes.sentBulkBytes, 'bulk', 'sent'),
  lane(bytes.receivedBulkBytes, 'bulk', 'received'),
];

const lane = (value: number, name: string, direction: string): Sample =>
  sample('muster_link_bytes_total', value, { lane: name, direction });
