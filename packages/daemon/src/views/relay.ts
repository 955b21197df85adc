/** Questions to one node that were asked of another. */
import type { ControlAnswers } from '@muster/control';
import { type NodeName, type NodeReply, nodeOrders, type Relay } from '@muster/protocol';
import { askOverLink } from '../ask-master.ts';
import type { LinkedNode, Peers } from '../peers.ts';

/** For a view, ms: below what the asker waits, so that a node that is wedged is named and not waited for. */
const viewMs = 800;
/** From a worker through its master. */
const twoHopsMs = 1_000;
/** For an order, which may do something first. */
const orderMs = 9_000;

/** A master asks its workers. `names`: every node that it knows of, linked or not. */
export const masterRelay =
  (peers: Pick<Peers, 'of'>, names: () => Promise<readonly NodeName[]>): ControlAnswers['relay'] =>
  async (node, message) => {
    const linked = peers.of(node);
    if (linked !== undefined) return await overLink(linked, { type: 'relay', node, message }, viewMs, notLinked);
    const known = await names();
    throw known.includes(node) ? notLinked(node) : noSuchNode(node, known);
  };

/** A worker asks its master, who alone gives orders to other nodes. */
export const workerRelay =
  (master: () => LinkedNode | undefined): ControlAnswers['relay'] =>
  async (node, message) => {
    if (nodeOrders.has(message.type)) throw notHere(message.type);
    const linked = master();
    if (linked === undefined) throw noMaster(node);
    return await overLink(linked, { type: 'relay', node, message }, twoHopsMs, noMaster);
  };

/** `unlinked`: what is thrown when the link breaks meanwhile. */
async function overLink(
  linked: LinkedNode,
  relay: Relay,
  viewsWithin: number,
  unlinked: (node: NodeName) => Error,
): Promise<NodeReply> {
  const withinMs = nodeOrders.has(relay.message.type) ? orderMs : viewsWithin;
  const outcome = await askOverLink(linked, 'control', relay, withinMs);
  if (outcome === undefined) throw unlinked(relay.node);
  if (!outcome.ok) {
    const { code, text } = outcome.failure;
    throw failure(code, code === 'timeout' ? `${relay.node} did not answer within ${withinMs} ms.` : text);
  }
  if (outcome.message.type === 'relayed') return outcome.message.message;
  throw failure(
    'unexpected',
    `${relay.node} answered with ${outcome.message.type}. Do both nodes have the same version?`,
  );
}

const failure = (code: string, text: string): Error => Object.assign(new Error(text), { code });
const notLinked = (node: NodeName): Error =>
  failure(
    'not-linked',
    `${node} is not linked to the master now, so it cannot be asked. muster why ${node} says more.`,
  );
const noMaster = (node: NodeName): Error =>
  failure('no-master', `${node} is asked through the master, and there is no link to it. muster health says why.`);
/** `crash-actor` as people give that order: `crash`. */
const orderName = (type: string): string => type.replace(/^set-|-actor$/, '');
const notHere = (type: string): Error =>
  failure('not-allowed', `${orderName(type)} of another node is taken on that node, or on the master.`);
const noSuchNode = (node: NodeName, known: readonly NodeName[]): Error =>
  failure('no-such-node', `There is no node "${node}" in this cluster; there are: ${known.join(', ')}.`);
