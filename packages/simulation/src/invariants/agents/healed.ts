/** What a healed cluster has to agree on: which agents there are, where each reports and how it is, and its groups. */
import { isUnderstood, keysOf, type Population, populationOf, type Report } from '../../agents/index.ts';
import { keysPath } from '../../workload/paths.ts';
import type { SimNode, World } from '../../world/world.ts';
import { seconds } from '../contents.ts';
import type { Truth } from './truth.ts';
import { type AgentRow, agentsOf } from './view.ts';

/** In words. `late`: it may last minutes beyond the healing, `lateMs`. */
export interface AgentsDifference {
  readonly text: string;
  readonly late: boolean;
}

/**
 * A file of nobody in client.keys goes when it has not changed for ten minutes, looked at every minute
 * (`packages/manager`, files), and so long again while something else begins them anew.
 */
export const lateMs = 15 * 60_000;

export interface AgentsHealed {
  /** What is not yet as it has to be; undefined: all is. */
  differs(): Promise<AgentsDifference | undefined>;
}

/** Of times: whole seconds of wazuh-db, the kernel's tick, offsets measured on a network whose climate is slow. */
const toleranceMs = 2_500;
/** The master looks at who is silent every so often, ms. */
const judgedMs = 2_000;
/** A line that is there for less may be gone before it is read: the file is looked at every 5 s where no watch tells, on a disk that may be slow. */
const readMs = 15_000;
/** And where watches tell. */
const momentMs = 100;
const named = 5;

export function openAgentsHealed(world: World, truth: Truth): AgentsHealed {
  const { master, workers, timeline } = world;

  /** Of a 4.x only its node's own store knows what was told once. */
  const isStillKnown = (report: Report, population: Population): boolean => {
    const node = world.nodes.find(({ name }) => name === report.node);
    const forgets = node !== undefined && population.beside(node)?.kind === 'wazuh-db';
    return !forgets || (truth.isKept(report) && !population.storesGo.has(report.node));
  };
  const listWords = (rows: readonly AgentRow[]): readonly string[] => {
    const keys = keysOf(master);
    const shown = new Map<number, AgentRow>();
    const words: string[] = [];
    for (const row of rows) {
      if (shown.has(row.id)) words.push(`the master shows agent ${row.id} twice`);
      shown.set(row.id, row);
      if (!keys.has(row.id)) words.push(`the master shows agent ${row.id}, which its client.keys has not`);
    }
    for (const id of keys.keys()) if (!shown.has(id)) words.push(`the master does not show agent ${id}`);
    return words;
  };
  const rowWords = (row: AgentRow, population: Population): string | undefined => {
    const key = keysOf(master).get(row.id)?.key;
    const newest = key === undefined ? undefined : truth.newest(key);
    if (key !== undefined && newest === undefined) return unheardWords(row, population);
    const agent = population.agents.find((one) => one.id === row.id && one.key === key);
    if (newest === undefined || agent === undefined) return undefined;
    const isSure = truth.isPlain(newest.key) && isStillKnown(newest, population) && !population.clocksMove;
    if (!agent.alive && !isSure) return undefined;
    return wrongOf(row, newest, population);
  };
  /** Nobody has ever heard it: what is shown is of another agent, which had the id before. A row of 4.x is its manager's. */
  const unheardWords = ({ id, status }: AgentRow, population: Population): string | undefined => {
    if (status === 'never_connected' || world.nodes.some((node) => population.beside(node)?.kind === 'wazuh-db'))
      return undefined;
    return `the master shows agent ${id} ${status}, whom no manager has ever heard`;
  };
  const wrongOf = (row: AgentRow, newest: Report, population: Population): string | undefined => {
    const silentMs = timeline.now() - newest.at;
    const told = `told by ${newest.node} at ${seconds(newest.at)}: ${newest.status}`;
    const said = `the master shows agent ${row.id} at ${row.node ?? 'no node'} ${row.status}`;
    if (row.node !== newest.node) return `${said}, ${told}`;
    const statuses = statusesOf(newest, silentMs, population.plan.disconnectMs);
    if (!statuses.includes(row.status)) return `${said}, ${told}`;
    const seenAt = timeline.now() - (row.seenAgoMs ?? Number.POSITIVE_INFINITY);
    if (newest.status === 'active' && Math.abs(seenAt - newest.at) > toleranceMs)
      return `${said} seen at ${seconds(Math.max(0, seenAt))}, ${told}`;
    const whole = truth.whole(newest.key, newest.node);
    const isSure = whole !== undefined && isStillKnown(whole, population);
    const version = isSure ? newest.facts?.version : undefined;
    if (version !== undefined && !row.version.includes(version.replace(/^Wazuh /, '')))
      return `${said} of version ${row.version}, ${told} of ${version}`;
    return undefined;
  };
  /**
   * No node has anything of an agent that is none, no status either where another has its id. `late`: of one that this
   * process of the node may not have known, which it sees by the time that passes; unless it does not understand all of
   * its client.keys, and never knew him.
   */
  const ghostWords = (node: SimNode, population: Population, late: boolean): readonly string[] => {
    const keys = keysOf(master);
    const beside = population.beside(node);
    if (beside === undefined) return [];
    const isToGo = (who: number | string): boolean => {
      const knownMs = truth.knownMs(node.name, who);
      return knownMs < readMs === late && (knownMs >= momentMs || isUnderstood(node));
    };
    return [
      ...beside
        .statuses(population.agents)
        .filter(({ id, name }) => keys.get(id)?.name !== name && isToGo(name))
        .map(({ id, name }) => `${node.name} still has a status of agent ${id}, ${name}`),
      ...[...beside.groups().keys()]
        .filter((id) => !keys.has(id) && isToGo(id))
        .map((id) => `${node.name} still has groups of agent ${id}`),
    ];
  };
  const groupWords = (worker: SimNode, population: Population): readonly string[] => {
    const [beside, masters] = [population.beside(worker), population.beside(master)];
    if (beside === undefined || masters === undefined) return [];
    const [own, wanted] = [beside.groups(), masters.groups()];
    return [...keysOf(master).keys()].flatMap((id) => {
      const [has, shall] = [own.get(id)?.join(',') ?? 'none', wanted.get(id)?.join(',') ?? 'none'];
      return has === shall ? [] : [`agent ${id} has the groups ${has} on ${worker.name}, ${shall} on the master`];
    });
  };

  return {
    differs: async () => {
      const population = populationOf(world);
      if (population === undefined) return undefined;
      // A file that is gone says nothing of who exists: what was known stays.
      if (!master.files.exists(`${master.root}/${keysPath}`)) return undefined;
      const unsettled = population.unsettled();
      if (unsettled !== undefined) return { text: unsettled, late: false };
      const rows = await agentsOf(master);
      if (rows === undefined) return undefined;
      if (typeof rows === 'string') return { text: rows, late: false };
      const words = [
        ...listWords(rows),
        ...rows.flatMap((row) => rowWords(row, population) ?? []),
        ...world.nodes.flatMap((node) => ghostWords(node, population, false)),
        ...workers.flatMap((worker) => groupWords(worker, population)),
      ];
      if (words.length > 0) return { text: joined(words), late: false };
      const late = world.nodes.flatMap((node) => ghostWords(node, population, true));
      return late.length === 0 ? undefined : { text: joined(late), late: true };
    },
  };
}

const joined = (words: readonly string[]): string =>
  `${words.slice(0, named).join('; ')}${words.length > named ? `; and ${words.length - named} more` : ''}`;

/** What the master may show: whoever is silent for too long is judged, and not much later. */
function statusesOf({ status }: Report, silentMs: number, disconnectMs: number): readonly string[] {
  if (status === 'disconnected' || silentMs > disconnectMs + judgedMs + toleranceMs) return ['disconnected'];
  return silentMs < disconnectMs - toleranceMs ? [status] : [status, 'disconnected'];
}
