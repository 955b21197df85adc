/** A cluster that stands still, and one command line run in it. */
import { type AgentFilter, allPages, type ControlClient } from '@muster/control';
import type { AgentRowView, HealthcheckRow, NodeInfo } from '@muster/protocol';
import type { WallClock } from '@muster/reference-forms';
import type { Standstill } from '../../src/cluster-control/faults.ts';
import type { Profile } from '../../src/cluster-control/profile.ts';
import { runClusterControl } from '../../src/cluster-control/run.ts';

/** A quarter to seven in the evening of a summer's day in Madrid. */
export const clock: WallClock = { nowMs: Date.UTC(2025, 7, 18, 16, 45, 30), zoneMinutes: () => 120 };

const span = (startAgoMs: number, endAgoMs: number) => ({ startAgoMs, endAgoMs });

const versions: Readonly<Record<Profile, string>> = { '3.8': '3.8.2', '4.14': '4.14.7' };

/** As a master answers: itself, linked workers in the order of their links, the others. */
export const healthRows = (profile: Profile): readonly HealthcheckRow[] => {
  const version = versions[profile];
  return [
    { name: 'node01', role: 'master', version, address: '192.168.56.101', activeAgents: 4 },
    {
      ...{ name: 'node03', role: 'worker', version, address: '192.168.56.105:40112', activeAgents: 0 },
      lastKeepAliveAgoMs: 12_000.0005,
    },
    {
      ...{ name: 'node02', role: 'worker', version, address: '192.168.56.103:40110', activeAgents: 2 },
      lastKeepAliveAgoMs: 431.5,
      work: {
        checked: span(2_014.25, 2_001),
        synced: { ...span(300_000, 299_937.5), missing: 3, shared: 12, extra: 1 },
        syncing: false,
        agentInfo: { ...span(10_000.1, 10_000), chunks: 2, agents: 57 },
        sendingAgents: true,
        agentGroups: { ...span(62_000, 60_000), chunks: 4 },
        agentGroupsFull: { ...span(3_600_000.125, 3_599_998.5), chunks: 1 },
      },
    },
    { name: 'node04', role: 'worker', version, address: '192.168.56.107', activeAgents: 0 },
  ];
};

/** With one that synchronises now. */
export const busyRows = (profile: Profile): readonly HealthcheckRow[] =>
  healthRows(profile).map((row) => (row.work === undefined ? row : { ...row, work: { ...row.work, syncing: true } }));

export const loneMaster = (profile: Profile): readonly HealthcheckRow[] => healthRows(profile).slice(0, 1);

export const longNames = (profile: Profile): readonly HealthcheckRow[] => {
  const [master, ...workers] = healthRows(profile);
  const address = '[2001:db8:0:1:a:b:c:d]:40110';
  return [
    { ...master!, name: 'wazuh-master-of-the-northern-data-centre', address: 'wazuh.example.org' },
    ...workers.map((row, index) => ({ ...row, name: `w${index}`, address, version: 'v0.1.0' })),
  ];
};

const agent = (id: number, name: string, more: Partial<AgentRowView> = {}): AgentRowView => ({
  ...{ id, name, ip: '10.1.0.7', status: 'active', version: 'Wazuh v4.14.0', groups: 'default', node: 'node02' },
  ...more,
});
const { node: _nowhere, ...silent } = agent(3, 'new', { ip: 'any', status: 'never_connected', version: '' });
export const agents: readonly AgentRowView[] = [
  agent(1, 'web-1'),
  agent(2, 'db', { ip: '2001:db8::12', status: 'disconnected', node: 'node03' }),
  silent,
  agent(12_345, 'a-name-of-an-agent-that-is-rather-long', { status: 'pending', node: 'node01', version: '' }),
];

export interface World {
  readonly rows?: readonly HealthcheckRow[];
  readonly agents?: readonly AgentRowView[];
  readonly cluster?: string;
  /** What opening, or asking, rejects with. */
  readonly closed?: Error;
  readonly refusal?: Error;
  /** Pages of agents that come before it. */
  readonly refusalAfter?: number;
  readonly still?: Standstill;
  /** What the master knows of itself. */
  readonly info?: Partial<NodeInfo>;
}

const manager: Partial<NodeInfo> = { managerVersion: 'v4.14.7', host: 'wazuh-1.example.org' };

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly roots: readonly string[];
  readonly opened: number;
  readonly left: number;
  /** What of agents each page was asked for. */
  readonly filters: readonly AgentFilter[];
}

/** Runs `argv` in `world`, in pages of two agents. */
export async function run(
  argv: readonly string[],
  {
    rows = healthRows('4.14'),
    agents: all = agents,
    cluster = 'wazuh',
    closed,
    refusal,
    refusalAfter,
    still = 'stopped',
    info = manager,
  }: World = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const told = { out: '', error: '', roots: [] as string[], opened: 0, left: 0 };
  const answer = async <T>(value: T): Promise<T> => {
    if (refusal !== undefined && refusalAfter === undefined) throw refusal;
    return value;
  };
  let pages = 0;
  const filters: AgentFilter[] = [];
  const page = async (after: number, { status, node }: AgentFilter) => {
    if (pages++ === refusalAfter && refusal !== undefined) throw refusal;
    filters.push({ ...(status === undefined ? {} : { status }), ...(node === undefined ? {} : { node }) });
    const isFit = (row: AgentRowView): boolean =>
      row.id > after && row.status === (status ?? row.status) && row.node === (node ?? row.node);
    const fit = all.filter(isFit);
    const next = fit.length > 2 ? { next: fit[1]!.id } : {};
    return answer({ type: 'agents' as const, rows: fit.slice(0, 2), ...next, total: all.length });
  };
  const client = {
    health: () => answer({ cluster }),
    cluster: () => answer({ type: 'cluster', cluster, nodes: rows }),
    healthcheck: () => answer({ type: 'healthcheck', rows: [...rows] }),
    allAgents: (filter: AgentFilter) => allPages((after) => page(after, filter), '/r'),
    at: () => ({ nodeInfo: () => answer(info) }),
    close: () => {
      told.left += 1;
    },
  } as unknown as ControlClient;
  const deps = {
    open: async (root: string) => {
      told.roots.push(root);
      if (closed !== undefined) throw closed;
      told.opened += 1;
      return client;
    },
    whyStill: async () => still,
    clock: () => clock,
    out: (text: string) => void Object.assign(told, { out: told.out + text }),
    error: (text: string) => void Object.assign(told, { error: told.error + text }),
    resolve: (path: string) => (path.startsWith('/') ? path : `/here/${path}`),
  };
  const code = await runClusterControl(argv, deps, environment);
  return { code, filters, ...told };
}
