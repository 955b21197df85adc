import { type AgentStatus, encodeEnvelope, type NodeView, type Standing } from '@muster/protocol';
import { type HealthcheckSources, healthcheckRows } from '../src/views/healthcheck-rows.ts';

const node = (name: string, more: Partial<NodeView> = {}): NodeView => ({
  name,
  role: name === 'master' ? 'master' : 'worker',
  version: '0.1.0',
  address: '10.0.0.7:41234',
  liveness: 'up',
  reason: 'its beats arrive',
  sync: 'in-sync',
  behindMs: 0,
  files: 295,
  heardMs: 499.6,
  loopDelayMs: 0.5,
  ...more,
});
const link = (name: string, number: number) =>
  ({ link: { peer: { node: name } }, number }) as unknown as HealthcheckSources['linked'][number];
const active = (count: number): Readonly<Record<AgentStatus, number>> => ({
  active: count,
  disconnected: 9,
  pending: 9,
  never_connected: 9,
});
const span = { startAgoMs: 400, endAgoMs: 300 };
const standing: Standing = {
  type: 'standing',
  checked: span,
  synced: { ...span, missing: 1, shared: 2, extra: 3 },
  syncing: true,
  agentInfo: { ...span, chunks: 1, agents: 5 },
  sendingAgents: false,
  agentGroups: { ...span, chunks: 1 },
  agentGroupsFull: { ...span, chunks: 1 },
};
const none: HealthcheckSources = { linked: [], heard: new Map(), counts: new Map(), askedAt: 1_000, now: 1_100 };
const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);

describe('rows of a healthcheck', () => {
  it('the master comes first, linked workers follow in the order of their links, then the others by name', () => {
    const nodes = ['z-gone', 'worker1', 'worker2', 'master', 'a-gone'].map((name) => node(name));
    const linked = [link('worker2', 3), link('worker1', 7)];
    const rows = healthcheckRows(nodes, { ...none, linked });
    expect(names(rows)).toEqual(['master', 'worker2', 'worker1', 'a-gone', 'z-gone']);
    expect(rows.map(({ lastKeepAliveAgoMs }) => lastKeepAliveAgoMs)).toEqual([
      undefined,
      500,
      500,
      undefined,
      undefined,
    ]);
  });

  it('active agents are those of the list of the master, its own among them', () => {
    const counts = new Map([
      ['master', active(3)],
      ['worker1', active(4)],
    ]);
    const rows = healthcheckRows([node('master'), node('worker1'), node('worker2')], { ...none, counts });
    expect(rows.map(({ activeAgents }) => activeAgents)).toEqual([3, 4, 0]);
  });

  it('ages count from now on, and what came before the question is stale', () => {
    const heard = new Map([
      ['worker1', { standing, at: 1_040 }],
      ['worker2', { standing, at: 990 }],
    ]);
    const linked = [link('worker1', 1), link('worker2', 2)];
    const [fresh, stale] = healthcheckRows([node('worker1'), node('worker2')], { ...none, linked, heard });
    expect(fresh!.staleMs).toBeUndefined();
    expect(fresh!.work).toEqual({
      checked: { startAgoMs: 460, endAgoMs: 360 },
      synced: { startAgoMs: 460, endAgoMs: 360, missing: 1, shared: 2, extra: 3 },
      syncing: true,
      agentInfo: { startAgoMs: 460, endAgoMs: 360, chunks: 1, agents: 5 },
      sendingAgents: false,
      agentGroups: { startAgoMs: 460, endAgoMs: 360, chunks: 1 },
      agentGroupsFull: { startAgoMs: 460, endAgoMs: 360, chunks: 1 },
    });
    expect(stale).toMatchObject({ staleMs: 110, work: { checked: { startAgoMs: 510, endAgoMs: 410 } } });
  });

  it('no age that a worker may send keeps the others from being shown, and none ends before it began', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const odd = { startAgoMs: 0, endAgoMs: most };
    const wild = { ...standing, checked: odd, agentInfo: { startAgoMs: most, endAgoMs: most, chunks: 1, agents: 1 } };
    const rows = healthcheckRows([node('worker1')], {
      ...none,
      heard: new Map([['worker1', { standing: wild, at: 0 }]]),
    });
    expect(() => encodeEnvelope({ kind: 'reply', id: 1, message: { type: 'healthcheck', rows } })).not.toThrow();
    const { checked, agentInfo } = rows[0]!.work!;
    for (const { startAgoMs, endAgoMs } of [checked!, agentInfo!]) {
      expect(startAgoMs).toBeGreaterThanOrEqual(endAgoMs);
      expect(new Date(Date.UTC(2026, 0) - startAgoMs).getTime()).toBeGreaterThan(0);
    }
  });

  it('of a worker that never answered there is no work to be shown', () => {
    const [row] = healthcheckRows([node('worker1')], { ...none, linked: [link('worker1', 1)] });
    expect(row).toEqual({
      name: 'worker1',
      role: 'worker',
      version: '0.1.0',
      address: '10.0.0.7:41234',
      activeAgents: 0,
      lastKeepAliveAgoMs: 500,
    });
  });

  it('a thousand nodes fit one frame: those that are linked before those that are not', () => {
    const nodes = Array.from({ length: 1_000 }, (_, index) => node(`worker-${index}`));
    const linked = nodes.slice(600).map(({ name }, index) => link(name, index));
    const heard = new Map(nodes.map(({ name }) => [name, { standing, at: 0 }]));
    const rows = healthcheckRows(nodes, { ...none, linked, heard });
    const message = { type: 'healthcheck', rows } as const;
    expect(encodeEnvelope({ kind: 'reply', id: 1, message }).length).toBeLessThan(262_144);
    expect(rows.length).toBeGreaterThan(400);
    expect(names(rows.slice(0, 400))).toEqual(names(nodes.slice(600)));
  });
});
