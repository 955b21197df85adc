/**
 * The 4.x layout (`reference/agent-info.md` 5, 6): rows of a database behind wazuh-db's sockets, which its own
 * modules keep in step with client.keys.
 */

import { type WazuhDbDouble, wazuhDbDouble } from '@muster/manager/testing';
import type { AgentInfo } from '@muster/protocol';
import { keysPath } from '../workload/paths.ts';
import type { SimNode, World } from '../world/world.ts';
import type { Agent, Facts } from './agent.ts';
import type { ManagerBeside } from './beside.ts';
import { keysOf } from './keys.ts';

export interface WdbBeside extends ManagerBeside {
  readonly double: WazuhDbDouble;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Its modules look at client.keys so long after it changed, ms. */
const mirrorMs = 500;

export function wdbBeside(world: World, node: SimNode): WdbBeside {
  const double = wazuhDbDouble({ role: node.role, now: () => Math.floor(node.wall.now() / 1_000) });
  /** What each agent said last of itself, to this manager. */
  const said = new Map<number, Facts>();
  /** Whose last keep-alive told all. */
  const whole = new Set<number>();
  const mirror = (): void => {
    const keys = keysOf(node);
    for (const { id, name, ip } of keys.values()) double.insert(id, name, ip);
    for (const id of [...double.rows.keys()])
      if (!keys.has(id)) {
        double.remove(id);
        said.delete(id);
      }
  };
  const path = `${node.root}/${keysPath}`;
  world.hear.file((change) => {
    if (change.node === node.name && (change.path === path || change.from === path))
      world.timeline.after(mirrorMs, 'wazuh-db mirrors client.keys', mirror);
  });
  mirror();
  const { neighbours } = node;
  neighbours.put('wdb', { exchange: double.handle, refusal: () => encode('err Cannot execute the request') });
  neighbours.put('wdb-http', { http: double.http, refusal: () => encode('{"error":"Internal server error"}') });
  const has = ({ id }: { readonly id: number }): boolean => double.rows.has(id);
  return {
    kind: 'wazuh-db',
    takesAgents: node.role === 'worker',
    double,
    startup: (agent) => {
      double.starts(agent.id);
      said.delete(agent.id);
      return has(agent);
    },
    keepAlive: (agent) => {
      const isNew = said.get(agent.id) !== agent.facts;
      double.keepsAlive(agent.id, isNew ? infoOf(agent, node.name) : undefined);
      if (isNew) whole.add(agent.id);
      else whole.delete(agent.id);
      said.set(agent.id, agent.facts);
      return has(agent);
    },
    tellsWhole: ({ id }) => whole.has(id),
    shutdown: (agent) => {
      double.shutsDown(agent.id);
      return has(agent);
    },
    groups: () =>
      new Map(
        [...double.rows.values()].flatMap(({ id, groups }) => (groups.length === 0 ? [] : [[id, groups] as const])),
      ),
    assign: ({ id }, groups) => {
      const row = double.rows.get(id);
      if (row !== undefined) void double.handle(encode(setGroups(id, row.name, groups)));
    },
    // A row is of whoever has its id, also when the manager has not changed its name yet.
    statuses: () => [...double.rows.values()].map(({ id, name }) => ({ id, name: keysOf(node).get(id)?.name ?? name })),
  };
}

const setGroups = (id: number, name: string, groups: readonly string[]): string =>
  `global set-agent-groups ${JSON.stringify({ mode: 'override', sync_status: 'syncreq', data: [{ id, name, groups }] })}`;

/** As the row says it. */
function infoOf({ name, ip, facts }: Agent, node: string): AgentInfo {
  const [osUname = '', rest = ''] = facts.system.split(' [');
  const [, osName = '', osPlatform = '', osVersion = ''] = /^(.*)\|(.*): (.*)\]$/.exec(rest) ?? [];
  return {
    ...{ name, ip, version: facts.version, osName, osVersion, osPlatform, osUname, osArch: 'x86_64' },
    ...{ osMajor: osVersion.split('.')[0] ?? '', osMinor: '', osCodename: '', osBuild: '' },
    ...{ configSum: facts.configSum, mergedSum: facts.mergedSum, managerHost: `${node}.example`, nodeName: node },
    groupConfigStatus: 'synced',
    labels: facts.labels,
  };
}
