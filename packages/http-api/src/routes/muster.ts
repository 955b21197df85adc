/** What only Muster has: life, readiness, metrics, agents, and what an operator may do. The same for both forms. */
import { isNodeName, nodeNamePattern } from '@muster/protocol';
import { type TSchema, Type } from '@sinclair/typebox';
import { ApiError, HttpError } from '../api-error.ts';
import { within } from '../deadline.ts';
import type { ApiSources } from '../deps.ts';
import { type Answer, jsonAnswer, tokenAnswer } from '../envelope.ts';
import { oneOf } from './query.ts';
import { fields, nothing, type Route, shape, tokenOf } from './route.ts';

const Ready = fields({
  ready: Type.Boolean(),
  state: Type.String(),
  generation: Type.Optional(Type.String()),
  why: Type.Optional(Type.String()),
});

/** For anyone: words of ours alone, no names and no paths. */
const whyNot: Readonly<Record<string, string>> = {
  starting: 'The node has not looked at its files yet.',
  syncing: 'The node is fetching the newest generation.',
  held: 'Something is held back: muster why NODE says what.',
  failing: 'The node cannot bring its files up to date: muster why NODE says why.',
};

const notNewest = 'The node does not hold the newest generation that it knows of.';
const cutOff = 'The link to the master is lost: muster health says more.';

/** Ready: what the disk holds is the newest generation that this node knows of. */
async function readiness({ clock, answers }: ApiSources): Promise<Answer> {
  const { state, holds, generation, linked } = await within(clock, answers.health);
  const isNewest =
    holds !== undefined && holds.epoch === generation?.epoch && holds.generation === generation.generation;
  const ready = state === 'in-sync' && isNewest;
  const isCutOff = linked === false && (state === 'in-sync' || state === 'syncing');
  const why = isCutOff ? cutOff : state === 'in-sync' ? notNewest : whyNot[state];
  const held = holds === undefined ? {} : { generation: `${holds.epoch}.${holds.generation}` };
  return jsonAnswer({ ready, state, ...held, ...(ready ? {} : { why }) }, ready ? 200 : 503);
}

async function ready(sources: ApiSources): Promise<Answer> {
  try {
    return await readiness(sources);
  } catch {
    return jsonAnswer({ ready: false, state: 'unknown', why: 'The node does not answer.' }, 503);
  }
}

const AgentRow: TSchema = fields({
  id: Type.String(),
  name: Type.String(),
  ip: Type.String(),
  status: Type.String(),
  node_name: Type.String(),
  version: Type.String(),
  group: Type.Array(Type.String()),
});
const Agents = tokenOf(
  fields({
    affected_items: Type.Array(AgentRow),
    total_affected_items: Type.Integer({ description: 'Agents of the cluster, whatever is asked for' }),
    next: Type.Optional(Type.Integer({ description: 'Ask again with after=next; absent: that was all' })),
  }),
);
const agentStatuses = ['active', 'disconnected', 'pending', 'never_connected'] as const;
const agentsQuery = fields({
  after: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: 'Agents after this number' })),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000,
      description: 'Rows at most, 1 to 1,000; 500 by default. A page may hold fewer, and go on at `next`',
    }),
  ),
  node: Type.Optional(Type.String({ pattern: nodeNamePattern, description: 'Those that report to it' })),
  status: oneOf(agentStatuses, `Those that are so: ${agentStatuses.join(', ')}`),
});

const agents: Route = {
  method: 'GET',
  path: '/muster/agents',
  about:
    'The agents of the cluster by their numbers, a page at a time; cheap however many there are. `total_affected_items` counts all agents, whatever `node` and `status` choose; a page may be empty and have a `next`.',
  access: 'read',
  forms: {
    both: shape(agentsQuery, Agents, async ({ sources, query: { after = 0, limit = 500, node, status } }) => {
      const filter = {
        ...(node === undefined ? {} : { node }),
        ...(status === undefined ? {} : { status }),
      };
      const page = await within(sources.clock, () => sources.answers.agents({ type: 'get-agents', after, ...filter }));
      const rows = page.rows.slice(0, limit);
      const next = rows.length < page.rows.length ? rows.at(-1)?.id : page.next;
      return tokenAnswer({
        affected_items: rows.map((row) => ({
          id: String(row.id).padStart(3, '0'),
          ...{ name: row.name, ip: row.ip, status: row.status, node_name: row.node ?? 'unknown', version: row.version },
          group: row.groups === '' ? [] : row.groups.split(','),
        })),
        total_affected_items: page.total,
        ...(next === undefined ? {} : { next }),
      });
    }),
  },
};

const Drained = tokenOf(fields({ node: Type.String(), drained: Type.Boolean(), already: Type.Boolean() }));
/** An order may do something first, ms: more than a view, for the node tells its HAProxys. */
const orderMs = 9_000;

const drainRoute = (method: 'PUT' | 'DELETE', drained: boolean, about: string): Route => ({
  method,
  path: '/muster/drain/:node',
  about,
  access: 'operate',
  forms: {
    both: shape(nothing, Drained, async ({ sources, params: { node = '' } }) => {
      if (!isNodeName(node)) throw new ApiError(1730);
      const changed = await within(sources.clock, () => sources.answers.drain(node, drained), orderMs).catch(refused);
      return tokenAnswer({ node, drained, already: !changed });
    }),
  },
});

/** A refusal by the balancer, in words of ours: the request is right, and what there is does not allow it. */
function refused(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const refusal = Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  throw refusal === undefined ? error : new HttpError(...refusal);
}
const refusals: Readonly<Record<string, readonly [status: number, text: string]>> = {
  'no-haproxy': [409, 'This master balances no agents: there is no HAProxy in its configuration.'],
  'last-node': [409, 'It is the last node that takes agents: end another drain first.'],
  'node-excluded': [409, 'The configuration excludes this node: it has no agents through HAProxy anyway.'],
  'not-kept': [500, 'The drain could not be written down, and was not begun.'],
};

export const musterRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/healthz',
    about: 'The process lives.',
    access: 'anyone',
    forms: {
      both: shape(nothing, fields({ status: Type.Literal('ok') }), () => jsonAnswer({ status: 'ok' })),
    },
  },
  {
    method: 'GET',
    path: '/readyz',
    about: 'Whether the node holds the newest generation: 200, or 503 and why not.',
    access: 'anyone',
    forms: { both: shape(nothing, Ready, ({ sources }) => ready(sources)) },
  },
  {
    method: 'GET',
    path: '/metrics',
    about: 'Metrics of this node, for Prometheus.',
    access: 'read',
    forms: {
      both: shape(nothing, Type.String(), async ({ sources: { clock, metrics } }) => {
        if (metrics === undefined) throw new HttpError(501, 'This node has no metrics.');
        const { contentType, text } = await within(clock, metrics);
        return { status: 200, contentType, body: text };
      }),
    },
  },
  agents,
  drainRoute(
    'PUT',
    true,
    'Moves the agents of the node to the others through HAProxy, and gives it no new ones. On the master; 409 where it balances no HAProxy, where the node is excluded, and where no other node would be left.',
  ),
  drainRoute('DELETE', false, 'Gives the node agents again.'),
  {
    method: 'PUT',
    path: '/muster/sync',
    about: 'Has this node look at all its files now, without waiting for the next full look.',
    access: 'operate',
    forms: {
      both: shape(nothing, tokenOf(fields({ asked: Type.Literal(true) })), async ({ sources: { clock, answers } }) => {
        await within(clock, answers.syncNow);
        return { ...tokenAnswer({ asked: true }), status: 202 };
      }),
    },
  },
];
