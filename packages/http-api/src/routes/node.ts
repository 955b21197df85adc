/** What is asked of one node; of another one through the master. */

import { listOf } from '@muster/list-query';
import { type TSchema, Type } from '@sinclair/typebox';
import { ApiError, apiError } from '../api-error.ts';
import { type Answer, basicAnswer, type ListWords, listAnswer } from '../envelope.ts';
import { askNode, nodeInfo } from '../views/ask-node.ts';
import {
  InfoRow,
  infoRow,
  LogRow,
  levels,
  logFields,
  logLines,
  logRow,
  mostLines,
  StatusRow,
  SummaryRow,
  statusRow,
  summaryOf,
} from '../views/node.ts';
import { pageOf } from './cluster.ts';
import { type ListWish, listParameters, listQuery, oneOf, selecting } from './query.ts';
import { type Asked, basicListOf, basicOf, fields, nothing, type Route, shape, tokenListOf } from './route.ts';

const words = (what: string): ListWords => ({
  all: `${what} was returned`,
  some: `${what} was not returned`,
  none: `${what} was not returned`,
});

/** 4.14 answers 200 and 1730 in the list when there is no such node (`reference/cli-api.md` 6). */
async function unlessUnknown(node: string, what: ListWords, answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    const refusal = apiError(error);
    if (!(refusal instanceof ApiError) || refusal.code !== 1730) throw error;
    return listAnswer([], 0, [{ id: node, code: 1730 }], what);
  }
}

type OneNode = Awaited<ReturnType<typeof nodeInfo>>;
/** A route that shows one part of what a node says of itself. */
function viewOfNode(path: string, about: string, row: TSchema, show: (info: OneNode) => object): Route {
  const what = words('The information of the node');
  return {
    method: 'GET',
    path,
    about,
    access: 'read',
    forms: {
      basic: shape(nothing, basicOf(row), async ({ sources, params: { node = '' } }) =>
        basicAnswer(show(await nodeInfo(sources, node))),
      ),
      token: shape(nothing, tokenListOf(row), ({ sources, params: { node = '' } }) =>
        unlessUnknown(node, what, async () => listAnswer([show(await nodeInfo(sources, node))], 1, [], what)),
      ),
    },
  };
}

const basicLogs = fields({
  ...listParameters,
  type_log: oneOf(['all', ...levels], `all, or a level: ${levels.join(', ')}`),
  category: Type.Optional(Type.String({ maxLength: 256, description: 'The daemon' })),
});
const tokenLogs = fields({
  ...listParameters,
  ...selecting,
  level: oneOf(levels),
  tag: Type.Optional(Type.String({ maxLength: 256, description: 'The daemon' })),
});

interface LogFilter {
  readonly level?: (typeof levels)[number];
  readonly tag?: string;
}

/** The node counts and pages itself, unless what is wanted can only be told from the whole. */
async function logPage({ sources, params: { node = '' } }: Asked, wish: ListWish, filter: LogFilter) {
  const { offset = 0, limit = 500, search = '' } = wish;
  const isWhole = [wish.sort, wish.select, wish.q, wish.distinct].some((each) => each !== undefined);
  if (isWhole || limit > 500 || search.startsWith('-'))
    return pageOf(listOf(await logLines(sources, node, filter), listQuery(wish), { fields: logFields }));
  const text = search === '' ? {} : { search };
  const query = { type: 'get-logs', log: 'manager', offset, limit, ...filter, ...text } as const;
  const { rows, total } = await askNode(sources, node, query, 'logs');
  return { items: rows.map(logRow), total };
}

const logFilter = (level: string | undefined, tag: string | undefined): LogFilter => ({
  ...(level === undefined || level === 'all' ? {} : { level: level as NonNullable<LogFilter['level']> }),
  ...(tag === undefined ? {} : { tag }),
});

const logWords = words('The log of the node');
const logs: Route = {
  method: 'GET',
  path: '/cluster/:node/logs',
  about: `Lines of the manager's log, newest first. With sort, q, select or distinct of the newest ${mostLines} lines.`,
  access: 'read',
  forms: {
    basic: shape(basicLogs, basicListOf(LogRow), async (asked) => {
      const { type_log, category, ...wish } = asked.query;
      const { items, total } = await logPage(asked, wish, logFilter(type_log, category));
      return basicAnswer({ totalItems: total, items });
    }),
    token: shape(tokenLogs, tokenListOf(LogRow), (asked) =>
      unlessUnknown(asked.params.node ?? '', logWords, async () => {
        const { level, tag, ...wish } = asked.query;
        const { items, total } = await logPage(asked, wish, logFilter(level, tag));
        return listAnswer(items, total, [], logWords);
      }),
    ),
  },
};

const summary: Route = {
  method: 'GET',
  path: '/cluster/:node/logs/summary',
  about: `How many of the newest ${mostLines} lines of the manager's log each daemon wrote, by level.`,
  access: 'read',
  forms: {
    basic: shape(nothing, basicOf(SummaryRow), async ({ sources, params: { node = '' } }) =>
      basicAnswer(Object.fromEntries(summaryOf(await logLines(sources, node, {})))),
    ),
    token: shape(nothing, tokenListOf(SummaryRow), ({ sources, params: { node = '' } }) =>
      unlessUnknown(node, logWords, async () => {
        const rows = [...summaryOf(await logLines(sources, node, {}))].map(([tag, counts]) => ({ [tag]: counts }));
        return listAnswer(rows, rows.length, [], logWords);
      }),
    ),
  },
};

export const nodeRoutes: readonly Route[] = [
  viewOfNode('/cluster/:node/status', "The manager's daemons on one node, and whether they run.", StatusRow, statusRow),
  viewOfNode(
    '/cluster/:node/info',
    'Versions, zone and uptime of one node. `version` is that of the manager beside it, and is not there where none was found.',
    InfoRow,
    infoRow,
  ),
  logs,
  summary,
];
