/** What this node says of itself: from its configuration alone. */
import { configForm, masked } from '@muster/reference-forms';
import { type TSchema, Type } from '@sinclair/typebox';
import type { ApiSources } from '../deps.ts';
import { fields } from '../routes/route.ts';

const text = Type.String();
const yesNo = Type.Union([Type.Literal('yes'), Type.Literal('no')]);

const config = {
  ...{ name: text, node_name: text, node_type: text, key: Type.Literal(masked), port: Type.Integer() },
  ...{ bind_addr: text, nodes: Type.Array(text), hidden: yesNo },
};
export const TokenConfig: TSchema = fields({ ...config, disabled: Type.Boolean() });
export const BasicConfig: TSchema = fields({ ...config, disabled: yesNo });
export const OwnNode: TSchema = fields({ node: text, cluster: text, type: text });
export const ClusterStatus: TSchema = fields({ enabled: yesNo, running: yesNo });

type Own = Pick<ApiSources, 'cluster'>;

export const tokenConfig = ({ cluster }: Own) => configForm(cluster);
export const basicConfig = (own: Own) => ({ ...tokenConfig(own), disabled: own.cluster.disabled ? 'yes' : 'no' });
export const ownNode = ({ cluster: { nodeName, name, nodeType } }: Own) => ({
  node: nodeName,
  cluster: name,
  type: nodeType,
});
/** Who answers runs. */
export const clusterStatus = { enabled: 'yes', running: 'yes' } as const;
