/** What of HAProxy is most often a misunderstanding, and stops nobody. */
import type { ClusterConfig } from './cluster.ts';
import type { Findings } from './fault.ts';
import { type HaproxyPlace, isHere, isRuntime, placeText } from './haproxy-endpoint.ts';
import type { HaproxyOptions } from './haproxy-options.ts';

/** Options that nothing here makes use of: most often a misunderstanding. */
export function warnOfIdle(
  places: readonly HaproxyPlace[],
  { persist, tls, api }: HaproxyOptions,
  persists: boolean,
  { warn }: Findings,
): void {
  const isGiven = (group: object): boolean => Object.values(group).some((value) => value !== undefined);
  if (persist !== undefined && !persists)
    warn('haproxy.persist has no effect: no instance on this machine is driven by its Runtime API.');
  if (isGiven(tls) && !places.some(({ kind }) => kind === 'tls' || kind === 'https'))
    warn('haproxy.tls has no effect: no instance is given as tls:// or https://.');
  if (isGiven(api) && places.every(isRuntime))
    warn('haproxy.api has no effect: only a Data Plane API needs it, and no instance is one.');
  for (const place of places) {
    if (place.kind === 'tcp' && !isHere(place))
      warn(
        `${placeText(place)}: whoever reaches this port commands the HAProxy, unseen and unasked. Put TLS with client certificates before it, and write tls://.`,
      );
  }
}

/** From another machine 127.0.0.1 is that machine: HAProxy would lead agents to itself. */
export function warnOfLoopback(
  places: readonly HaproxyPlace[],
  { nodes }: HaproxyOptions,
  { nodeName, nodeType, nodes: [address = ''] }: ClusterConfig,
  { warn }: Findings,
): void {
  const elsewhere = places.find((place) => !isHere(place));
  const isOwn = nodes[nodeName]?.address === undefined && /^(127\.|::1$)/.test(address);
  if (nodeType !== 'master' || elsewhere === undefined || !isOwn) return;
  warn(
    `${placeText(elsewhere)} is on another machine, where ${address}, this master's address in <nodes>, is that machine itself. Write haproxy.nodes with the address of ${nodeName} as HAProxy reaches it.`,
  );
}
