/** Questions to nodes, each with its deadline. */
import { type ClusterView, isNodeName, type NodeInfo, type NodeQuestion, type NodeReply } from '@muster/protocol';
import { ApiError } from '../api-error.ts';
import { within } from '../deadline.ts';
import type { ApiSources } from '../deps.ts';

/** The cluster as its master sees it; 3023 on a worker that cannot ask it. */
export async function clusterView({ clock, answers }: ApiSources): Promise<ClusterView> {
  const view = await within(clock, answers.cluster);
  if (view.alone === true) throw new ApiError(3023);
  return view;
}

/** The answer of `node`, this one or another; of the `type` that is asked for. */
export async function askNode<Type extends NodeReply['type']>(
  { clock, answers, cluster }: ApiSources,
  node: string,
  message: Extract<NodeQuestion, { readonly type: 'get-node-info' | 'get-logs' }>,
  type: Type,
): Promise<Extract<NodeReply, { readonly type: Type }>> {
  if (!isNodeName(node)) throw new ApiError(1730);
  const here = (): NodeReply | Promise<NodeReply> =>
    message.type === 'get-logs' ? answers.logs(message) : answers.nodeInfo();
  const reply = await within(clock, () => (node === cluster.nodeName ? here() : answers.relay(node, message)));
  if (reply.type !== type) throw new ApiError(1000);
  return reply as Extract<NodeReply, { readonly type: Type }>;
}

export const nodeInfo = (sources: ApiSources, node: string): Promise<NodeInfo> =>
  askNode(sources, node, { type: 'get-node-info' }, 'node-info');
