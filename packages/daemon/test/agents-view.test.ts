import {
  type AgentInfo,
  type AgentStatus,
  agentInfoFields,
  agentStatuses,
  encodeEnvelope,
  type GetAgents,
  type GroupRow,
  MAX_AGENT_ID,
  MAX_FRAME,
  type WireMessage,
} from '@muster/protocol';
import type { KnownAgent } from '@muster/store';
import fc from 'fast-check';
import { agentCounts, agentsPage, agentView } from '../src/views/agents.ts';
import type { AgentSources } from '../src/views/find-agents.ts';

const now = 1_000_000;
const known = (id: number, more: Partial<KnownAgent> = {}): KnownAgent => ({
  id,
  revision: 1,
  seenMs: now - 5_000,
  status: 'active',
  code: 0,
  disconnectedMs: 0,
  node: 'worker1',
  ...more,
});
const noText = Object.fromEntries(agentInfoFields.map((field) => [field, ''])) as Omit<AgentInfo, 'labels'>;
const info = (more: Partial<AgentInfo> = {}): AgentInfo => ({ ...noText, labels: [], ...more });

interface World {
  /** Of client.keys, in this order. */
  readonly keys?: readonly number[];
  readonly agents?: readonly KnownAgent[];
  readonly groups?: readonly GroupRow[];
  readonly info?: (id: number) => AgentInfo | undefined;
  readonly history?: AgentSources['agents'] extends { history: infer H } ? H : never;
  readonly ip?: string;
  readonly name?: (id: number) => string;
}

/** The store, the groups and client.keys, in memory; `looks`: how many ids were looked at. */
function sources(world: World): AgentSources & { readonly looks: () => number } {
  const { keys = [], agents = [], groups = [], name = (id) => `agent${id}`, ip = 'any' } = world;
  const byId = new Map(agents.map((agent) => [agent.id, agent]));
  const sorted = [...agents].sort((a, b) => a.id - b.id);
  const ids = new Set(keys);
  let looks = 0;
  const of = (id: number) => (ids.has(id) ? { id, name: name(id), ip } : undefined);
  return {
    looks: () => looks,
    nowMs: now,
    keys: {
      has: (id) => ids.has(id),
      of,
      byFileName: () => undefined,
      fileHash: () => undefined,
      ids: () => ids,
      size: ids.size,
      version: () => 1,
    },
    agents: {
      one: (id) => {
        looks += 1;
        return byId.get(id);
      },
      page: ({ after, limit, node, status }) => {
        const rows: KnownAgent[] = [];
        const rest = sorted.filter(({ id }) => id > after);
        for (const [at, agent] of rest.entries()) {
          if (at === 5_000) return { rows, next: rest[at - 1]?.id };
          looks += 1;
          if ((node ?? agent.node) === agent.node && (status ?? agent.status) === agent.status) rows.push(agent);
          if (rows.length === limit) return { rows, next: agent.id };
        }
        return { rows, next: undefined };
      },
      info: world.info ?? (() => undefined),
      history: world.history ?? (() => []),
      size: () => byId.size,
    },
    groups: {
      get: (id) => groups.find((row) => row.id === id),
      rows: (from, to, limit) => groups.filter(({ id }) => id >= from && id <= to).slice(0, limit),
    },
  };
}

const ask = (more: Partial<GetAgents> = {}): GetAgents => ({ type: 'get-agents', after: 0, ...more });
const page = (world: World, more: Partial<GetAgents> = {}) => agentsPage(ask(more), sources(world));
const idsOf = (world: World, more: Partial<GetAgents> = {}) => page(world, more).rows.map(({ id }) => id);

/** All pages after one another. */
function all(from: AgentSources, query: Partial<GetAgents>): { readonly ids: number[]; readonly pages: number } {
  const ids: number[] = [];
  let after = 0;
  for (let pages = 1; ; pages++) {
    const { rows, next } = agentsPage(ask({ ...query, after }), from);
    ids.push(...rows.map(({ id }) => id));
    if (next === undefined) return { ids, pages };
    expect(next).toBeGreaterThan(after);
    after = next;
  }
}

const range = (count: number, from = 1): number[] => Array.from({ length: count }, (_, at) => from + at);
const frame = (message: WireMessage): Uint8Array => encodeEnvelope({ kind: 'reply', id: 1, message });
const group = (id: number, ...groups: readonly string[]): GroupRow => ({ id, version: id, groups });

describe('a page of agents', () => {
  it('has one row for each agent that reported, and for each of client.keys that did not, by id', () => {
    const world: World = {
      keys: [7, 3, 5],
      agents: [known(5, { status: 'disconnected', node: 'w2' }), known(3)],
      groups: [group(3, 'default', 'web')],
      info: (id) => (id === 3 ? info({ version: 'Wazuh v4.14.0', ip: '10.1.0.3' }) : undefined),
    };
    expect(page(world)).toEqual({
      type: 'agents',
      rows: [
        {
          ...{ id: 3, name: 'agent3', ip: '10.1.0.3', status: 'active', node: 'worker1', seenAgoMs: 5_000 },
          ...{ version: 'Wazuh v4.14.0', groups: 'default,web' },
        },
        {
          ...{ id: 5, name: 'agent5', ip: 'any', status: 'disconnected', node: 'w2', seenAgoMs: 5_000 },
          ...{ version: '', groups: '' },
        },
        { id: 7, name: 'agent7', ip: 'any', status: 'never_connected', version: '', groups: '' },
      ],
      total: 3,
    });
  });

  it('names no node for an agent whose node was forgotten, and no age for one that was never heard', () => {
    const [row] = page({ keys: [1], agents: [known(1, { node: '', seenMs: 0 })] }).rows;
    expect(row).not.toHaveProperty('node');
    expect(row).not.toHaveProperty('seenAgoMs');
  });

  it('shows an agent that is known and in client.keys no more, by the name that it gave', () => {
    const world = { agents: [known(4)], info: () => info({ name: 'old' }) };
    expect(page(world).rows).toMatchObject([{ id: 4, name: 'old' }]);
    expect(page(world).total).toBe(1);
  });

  it('takes a time a little ahead of ours as now', () => {
    expect(page({ agents: [known(1, { seenMs: now + 3.5 })] }).rows[0]?.seenAgoMs).toBe(0);
  });

  const mixed: World = {
    keys: [1, 2, 3, 4, 5, 6],
    agents: [
      known(1),
      known(2, { node: 'w2' }),
      known(3, { status: 'disconnected' }),
      known(4, { status: 'never_connected', node: '' }),
    ],
    groups: [group(1, 'web'), group(2, 'db', 'web'), group(5, 'web'), group(9, 'web')],
  };
  const filters: readonly [name: string, query: Partial<GetAgents>, ids: readonly number[]][] = [
    ['everything', {}, [1, 2, 3, 4, 5, 6]],
    ['a node', { node: 'worker1' }, [1, 3]],
    ['a node that nobody reports to', { node: 'w9' }, []],
    ['a status', { status: 'disconnected' }, [3]],
    ['never connected, known or not', { status: 'never_connected' }, [4, 5, 6]],
    ['a node and never connected', { node: 'worker1', status: 'never_connected' }, []],
    ['a group, the unknown agent 9 of it left out', { group: 'web' }, [1, 2, 5]],
    ['a group and a node', { group: 'web', node: 'w2' }, [2]],
    ['a group and a status', { group: 'web', status: 'active' }, [1, 2]],
    ['a group and never connected', { group: 'web', status: 'never_connected' }, [5]],
    ['a group that nobody has', { group: 'we' }, []],
    ['what is after an id', { after: 4 }, [5, 6]],
    ['what is after an id, with a group', { after: 1, group: 'web' }, [2, 5]],
    ['what is after the last id there can be', { after: MAX_AGENT_ID }, []],
    ['the same with a group', { after: MAX_AGENT_ID, group: 'web' }, []],
  ];
  it.each(filters)('of %s has these', (_name, query, ids) => {
    expect(idsOf(mixed, query)).toEqual(ids);
    expect(page(mixed, query)).toMatchObject({ total: 6 });
    expect(page(mixed, query)).not.toHaveProperty('next');
  });

  it('ends with 500 rows, and the next goes on behind them', () => {
    const world = { keys: range(501) };
    expect(page(world).rows).toHaveLength(500);
    expect(page(world).next).toBe(500);
    expect(page({ keys: range(500) })).not.toHaveProperty('next');
    expect(all(sources({ agents: range(501).map((id) => known(id)) }), {}).ids).toEqual(range(501));
  });

  it('looks at no more than 5,000 ids of each kind, and may be empty and have a next', () => {
    const from = sources({
      keys: [...range(12_000), 20_000],
      agents: range(12_000).map((id) => known(id)),
    });
    const { rows, next } = agentsPage(ask({ status: 'never_connected' }), from);
    expect([rows.length, next]).toEqual([0, 5_000]);
    expect(from.looks()).toBeLessThanOrEqual(10_000);
    expect(all(from, { status: 'never_connected' })).toEqual({ ids: [20_000], pages: 3 });
  });

  it('looks at no more than 5,000 assignments for a group', () => {
    const from = sources({
      keys: range(12_000),
      groups: range(12_000).map((id) => group(id, id > 11_998 ? 'x' : 'y')),
    });
    expect(agentsPage(ask({ group: 'x' }), from)).toMatchObject({ rows: [], next: 5_000 });
    expect(all(from, { group: 'x' })).toEqual({ ids: [11_999, 12_000], pages: 3 });
  });

  it('follows client.keys as it changes', () => {
    const ids = [9, 4];
    let version = 1;
    const from = sources({});
    const keys = {
      ...from.keys,
      ids: () => ids,
      version: () => version,
      of: (id: number) => ({ id, name: 'a', ip: 'any' }),
    };
    const listed = () =>
      agentsPage(ask(), { ...from, keys: Object.defineProperty(keys, 'size', { get: () => ids.length }) });
    expect(listed().rows.map(({ id }) => id)).toEqual([4, 9]);
    ids.push(1, 12);
    version += 1;
    expect(listed().rows.map(({ id }) => id)).toEqual([1, 4, 9, 12]);
    expect(listed().total).toBe(4);
  });

  it('of long texts has fewer rows and a next, and fits a frame', () => {
    const long = { keys: range(500), agents: range(500).map((id) => known(id)), name: () => '€'.repeat(5_000) };
    const from = sources({ ...long, info: () => info({ version: '\u0007'.repeat(2_000) }) });
    const answer = agentsPage(ask(), from);
    expect(answer.rows.length).toBeGreaterThan(5);
    expect(answer.next).toBe(answer.rows.at(-1)?.id);
    expect(frame(answer).length).toBeLessThanOrEqual(MAX_FRAME);
    expect(all(from, {}).ids).toEqual(range(500));
  });

  it('of 500 usual agents fits a frame whole', () => {
    const groups = range(500).map((id) => group(id, 'default', 'web-servers', 'europe'));
    const from = sources({ keys: range(500), agents: range(500).map((id) => known(id)), groups });
    expect(frame(agentsPage(ask(), from)).length).toBeLessThanOrEqual(MAX_FRAME);
    expect(agentsPage(ask(), from).rows).toHaveLength(500);
  });

  it('cuts a list of groups that is longer than a text may be', () => {
    const names = range(256).map((at) => `${at}-${'g'.repeat(250)}`);
    const [row] = page({ keys: [1], groups: [group(1, ...names)] }).rows;
    expect(row?.groups).toHaveLength(1_024);
    expect(row?.groups.endsWith('…')).toBe(true);
  });
});

describe('all pages together', () => {
  const id = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: MAX_AGENT_ID }));
  const agent = fc.record({
    id,
    node: fc.constantFrom('w1', 'w2', ''),
    status: fc.constantFrom(...agentStatuses),
  });
  const world = fc.record({
    keys: fc.uniqueArray(id, { maxLength: 60 }),
    agents: fc.uniqueArray(agent, { maxLength: 60, selector: ({ id }) => id }),
    grouped: fc.uniqueArray(id, { maxLength: 40 }),
  });
  const query = fc.record(
    { node: fc.constantFrom('w1', 'w2'), status: fc.constantFrom(...agentStatuses), group: fc.constant('g') },
    { requiredKeys: [] },
  );

  it('hold each agent that fits once, in order, and no other', () => {
    fc.assert(
      fc.property(world, query, ({ keys, agents, grouped }, filter) => {
        const rows = agents.map((each) => known(each.id, each));
        const groups = [...grouped].sort((a, b) => a - b).map((each) => group(each, 'g'));
        const expected = [...new Set([...keys, ...agents.map((each) => each.id)])]
          .sort((a, b) => a - b)
          .filter((each) => {
            const row = rows.find((one) => one.id === each);
            const status: AgentStatus = row?.status ?? 'never_connected';
            if (filter.node !== undefined && row?.node !== filter.node) return false;
            if (filter.status !== undefined && filter.status !== status) return false;
            return filter.group === undefined || grouped.includes(each);
          });
        expect(all(sources({ keys, agents: rows, groups }), filter).ids).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the view of one agent', () => {
  it('has all that is known', () => {
    const view = agentView(
      12,
      sources({
        keys: [12],
        ip: '10.0.0.0/8',
        agents: [known(12, { status: 'disconnected', code: 4, disconnectedMs: now - 900 })],
        info: () =>
          info({
            name: 'a',
            ip: '10.1.2.3',
            version: 'v4',
            osName: 'Debian',
            mergedSum: 'ab',
            labels: [['!site', 'x']],
          }),
        history: () => [
          { node: 'w2', sinceMs: now - 10.4 },
          { node: 'w1', sinceMs: now - 70_000 },
        ],
      }),
    );
    expect(view).toMatchObject({
      type: 'agent',
      row: { id: 12, name: 'agent12', ip: '10.1.2.3', status: 'disconnected', node: 'worker1', version: 'v4' },
      code: 4,
      disconnectedAgoMs: 900,
      info: [
        ['registeredIp', '10.0.0.0/8'],
        ['osName', 'Debian'],
        ['mergedSum', 'ab'],
        ['label !site', 'x'],
      ],
      history: [
        { node: 'w2', sinceAgoMs: 10 },
        { node: 'w1', sinceAgoMs: 70_000 },
      ],
    });
  });

  it('of one that never reported says so', () => {
    expect(agentView(3, sources({ keys: [3] }))).toEqual({
      type: 'agent',
      row: { id: 3, name: 'agent3', ip: 'any', status: 'never_connected', version: '', groups: '' },
      code: 0,
      info: [],
      history: [],
    });
  });

  it('says since when it is disconnected only while it is', () => {
    const view = agentView(1, sources({ agents: [known(1, { disconnectedMs: 5 })] }));
    expect(view).not.toHaveProperty('disconnectedAgoMs');
  });

  it('of an unknown id is refused, by a stable code and with what helps', () => {
    expect(() => agentView(9, sources({ keys: [8] }))).toThrow(
      expect.objectContaining({
        code: 'no-such-agent',
        message: 'There is no agent 009: it is not in client.keys. muster agents lists those there are.',
      }),
    );
  });

  it('fits a frame with 64 labels as long as they may be', () => {
    const labels = range(64).map((at): [string, string] => [`${at}${'€'.repeat(1_020)}`, '€'.repeat(1_024)]);
    const view = agentView(
      1,
      sources({ agents: [known(1)], info: () => info({ labels, osUname: '€'.repeat(1_024) }) }),
    );
    expect(frame(view).length).toBeLessThanOrEqual(MAX_FRAME);
    expect(view.info).toHaveLength(65);
  });
});

test('agents are counted by status over all nodes; those that never reported are never connected', () => {
  const none = { active: 0, disconnected: 0, pending: 0, never_connected: 0 };
  const counts = new Map([
    ['w1', { ...none, active: 3, pending: 1 }],
    ['w2', { ...none, active: 2, disconnected: 4, never_connected: 1 }],
  ]);
  expect(agentCounts(counts, 14, 11)).toEqual({
    known: 11,
    active: 5,
    disconnected: 4,
    pending: 1,
    neverConnected: 4,
  });
  expect(agentCounts(new Map(), 0, 2).neverConnected).toBe(0);
});
