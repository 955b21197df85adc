/** What is asked of the cluster as a whole, and of this node's part in it. */

import type { ListResult, Row } from '@muster/list-query';
import { listOf } from '@muster/list-query';
import { health414, isLinked, nodeFields, nodeForm, takingPart, zoneMinutes } from '@muster/reference-forms';
import { Type } from '@sinclair/typebox';
import { ApiError } from '../api-error.ts';
import { within } from '../deadline.ts';
import { basicAnswer, type Failed, type ListWords, listAnswer, tokenAnswer } from '../envelope.ts';
import { clusterView } from '../views/ask-node.ts';
import { BasicHealth, basicHealth, TokenHealth } from '../views/healthcheck.ts';
import { NodeRow } from '../views/nodes.ts';
import {
  BasicConfig,
  basicConfig,
  ClusterStatus,
  clusterStatus,
  OwnNode,
  ownNode,
  TokenConfig,
  tokenConfig,
} from '../views/own.ts';
import { listParameters, listQuery, namesIn, nodesList, select, selecting } from './query.ts';
import { type Asked, basicListOf, basicOf, fields, nothing, type Route, shape, tokenListOf, tokenOf } from './route.ts';

const nodeType = { type: Type.Optional(Type.String({ maxLength: 64, description: 'master or worker' })) };
const basicNodes = fields({ ...listParameters, ...select, ...nodeType });
const tokenNodes = fields({ ...listParameters, ...selecting, ...nodeType, ...nodesList });
const tokenHealthQuery = fields({ ...listParameters, ...selecting, ...nodesList });

/** A page, or the refusal that the query deserves. */
export function pageOf<Item extends Row>(
  result: ListResult<Item>,
): Exclude<ListResult<Item>, { readonly fault: unknown }> {
  if ('fault' in result) throw new ApiError(result.fault.code, result.fault.text.replace(/^[^:]*: /, ''));
  return result;
}

/** Nodes that were named and are not there: 1730 for one that there is not, 3023 for one that is gone for now. */
const missing = (
  wanted: readonly string[] | undefined,
  there: readonly string[],
  known: readonly string[],
): readonly Failed[] =>
  (wanted ?? []).filter((name) => !there.includes(name)).map((id) => ({ id, code: known.includes(id) ? 3023 : 1730 }));

/** One node that is asked for and not there. */
const absent = (name: string | undefined, known: readonly { readonly name: string }[]): ApiError =>
  new ApiError(known.some((row) => row.name === name) ? 3023 : 1730);

const ofType = (type: string | undefined) => {
  if (type !== undefined && type !== 'master' && type !== 'worker') throw new ApiError(1728, JSON.stringify(type));
  return (row: { readonly type: string }): boolean => type === undefined || row.type === type;
};

const nodeWords: ListWords = {
  all: 'All selected nodes information was returned',
  some: 'Some nodes information was not returned',
  none: 'No information was returned',
};
const healthWords: ListWords = {
  all: 'All selected nodes healthcheck information was returned',
  some: 'Some nodes healthcheck information was not returned',
  none: 'No healthcheck information was returned',
};
const rulesetWords: ListWords = {
  all: 'All selected nodes were compared with the master',
  some: 'Some nodes could not be compared with the master',
  none: 'No node was compared with the master',
};
const ownWords = (what: string): ListWords => ({ all: what, some: what, none: what });

async function basicNodeList({ sources, query }: Asked<typeof basicNodes>) {
  const rows = takingPart(await clusterView(sources))
    .map(nodeForm)
    .filter(ofType(query.type));
  const { items, total } = pageOf(listOf(rows, listQuery(query), { fields: nodeFields }));
  return basicAnswer({ totalItems: total, items });
}

async function tokenNodeList({ sources, query }: Asked<typeof tokenNodes>) {
  const view = await clusterView(sources);
  const wanted = namesIn(query.nodes_list);
  const all = takingPart(view).map(nodeForm);
  const rows = all.filter(ofType(query.type)).filter(({ name }) => wanted?.includes(name) !== false);
  const { items, total } = pageOf(listOf(rows, listQuery(query), { fields: nodeFields }));
  const failed = missing(
    wanted,
    all.map(({ name }) => name),
    view.nodes.map(({ name }) => name),
  );
  return listAnswer(items, total, failed, nodeWords);
}

async function tokenHealthList({ sources, query }: Asked<typeof tokenHealthQuery>) {
  const wanted = namesIn(query.nodes_list);
  const all = (await within(sources.clock, () => sources.answers.healthcheck(undefined))).rows;
  const there = all.filter(isLinked);
  const shown = there
    .filter(({ name }) => wanted?.includes(name) !== false)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rows = shown.map((row) => health414(row, { nowMs: sources.wallNow() }) as Row);
  const { items, total } = pageOf(listOf(rows, listQuery(query)));
  const failed = missing(
    wanted,
    there.map(({ name }) => name),
    all.map(({ name }) => name),
  );
  return listAnswer(items, total, failed, healthWords);
}

async function ruleset({ sources, query }: Asked<ReturnType<typeof fields<typeof nodesList>>>) {
  const view = await clusterView(sources);
  const wanted = namesIn(query.nodes_list);
  const there = takingPart(view);
  const rows = there
    .filter(({ name }) => wanted?.includes(name) !== false)
    .map(({ name, sync, lag = 0 }) => ({ name, synced: sync === 'in-sync' && lag === 0 }));
  const failed = missing(
    wanted,
    there.map(({ name }) => name),
    view.nodes.map(({ name }) => name),
  );
  return listAnswer(rows, rows.length, failed, rulesetWords);
}

export const clusterRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cluster/status',
    about: 'Whether the cluster is configured and Muster runs.',
    access: 'read',
    forms: {
      basic: shape(nothing, basicOf(ClusterStatus), () => basicAnswer(clusterStatus)),
      token: shape(nothing, tokenOf(ClusterStatus), () => tokenAnswer(clusterStatus)),
    },
  },
  {
    method: 'GET',
    path: '/cluster/config',
    about: 'The section `cluster` of ossec.conf of this node, its key masked.',
    access: 'read',
    forms: { basic: shape(nothing, basicOf(BasicConfig), ({ sources }) => basicAnswer(basicConfig(sources))) },
  },
  {
    method: 'GET',
    path: '/cluster/local/config',
    about: 'The section `cluster` of ossec.conf of this node, its key masked whoever asks.',
    access: 'read',
    forms: {
      token: shape(nothing, tokenListOf(TokenConfig), ({ sources }) =>
        listAnswer([tokenConfig(sources)], 1, [], ownWords('The configuration of this node was returned')),
      ),
    },
  },
  {
    method: 'GET',
    path: '/cluster/node',
    about: 'Name, cluster and type of this node.',
    access: 'read',
    forms: { basic: shape(nothing, basicOf(OwnNode), ({ sources }) => basicAnswer(ownNode(sources))) },
  },
  {
    method: 'GET',
    path: '/cluster/local/info',
    about: 'Name, cluster and type of this node.',
    access: 'read',
    forms: {
      token: shape(nothing, tokenListOf(OwnNode), ({ sources }) =>
        listAnswer([ownNode(sources)], 1, [], ownWords('The information of this node was returned')),
      ),
    },
  },
  {
    method: 'GET',
    path: '/cluster/nodes',
    about: 'The nodes that are connected, as the master sees them.',
    access: 'read',
    forms: {
      basic: shape(basicNodes, basicListOf(NodeRow), basicNodeList),
      token: shape(tokenNodes, tokenListOf(NodeRow), tokenNodeList),
    },
  },
  {
    method: 'GET',
    path: '/cluster/nodes/:node',
    about: 'One of the nodes that are connected.',
    access: 'read',
    forms: {
      basic: shape(nothing, basicOf(NodeRow), async ({ sources, params }) => {
        const view = await clusterView(sources);
        const row = takingPart(view).find(({ name }) => name === params.node);
        if (row === undefined) throw absent(params.node, view.nodes);
        return basicAnswer(nodeForm(row));
      }),
    },
  },
  {
    method: 'GET',
    path: '/cluster/healthcheck',
    about: 'What every connected node did last.',
    access: 'read',
    forms: {
      basic: shape(
        fields({ node: Type.Optional(Type.String({ maxLength: 64, description: 'One node' })) }),
        basicOf(BasicHealth),
        async ({ sources, query: { node } }) => {
          const { rows } = await within(sources.clock, () => sources.answers.healthcheck(undefined));
          const there = rows.filter(isLinked);
          const shown = there.filter(({ name }) => node === undefined || name === node);
          if (node !== undefined && shown.length === 0) throw absent(node, rows);
          return basicAnswer(basicHealth(shown, there.length, { nowMs: sources.wallNow(), zoneMinutes }));
        },
      ),
      token: shape(tokenHealthQuery, tokenListOf(TokenHealth), tokenHealthList),
    },
  },
  {
    method: 'GET',
    path: '/cluster/ruleset/synchronization',
    about:
      "Whether the files of each connected node are the master's newest generation: all of them, the ruleset included.",
    access: 'read',
    forms: {
      token: shape(fields(nodesList), tokenListOf(fields({ name: Type.String(), synced: Type.Boolean() })), ruleset),
    },
  },
];
