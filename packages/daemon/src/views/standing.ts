/** What nodes did last: a worker says it of itself, the master of all. */
import type { Clock } from '@muster/actor';
import type { ControlAnswers } from '@muster/control';
import type { AgentStatus, Healthcheck, NodeName, NodeView } from '@muster/protocol';
import type { Peers } from '../peers.ts';
import type { WorkerWork } from '../work/worker-work.ts';
import { type AskMaster, mastersAnswer } from './agent-answers.ts';
import { healthcheckRows } from './healthcheck-rows.ts';
import { openStandings } from './workers-standing.ts';

export type StandingViews = Pick<ControlAnswers, 'standing' | 'healthcheck'>;

/** Workers are waited for so long, ms, all together: what the master says has to reach a worker's asker, too, before that gives up. */
export const gatherMs = 900;
/** A worker's ask of its master: more than the master waits for its workers, less than the 1.2 s that a view may take. */
const masterMs = 1_100;

export interface MasterStanding {
  readonly clock: Clock;
  readonly peers: Pick<Peers, 'of' | 'all'>;
  /** The master itself, then every other node that it knows of, linked or not. */
  readonly rows: () => Promise<readonly NodeView[]>;
  /** Agents by node and status, 000 not among them. */
  readonly agentCounts: () => ReadonlyMap<NodeName, Readonly<Record<AgentStatus, number>>>;
}

/** Asks linked workers anew each time; of one that does not answer, what it said last. */
export function masterStandingViews({ clock, peers, rows, agentCounts }: MasterStanding): StandingViews {
  const standings = openStandings(peers, clock);
  return {
    standing: () => ({ type: 'standing', syncing: false, sendingAgents: false }),
    healthcheck: async (nodes) => {
      const askedAt = clock.now();
      const wanted = nodes === undefined ? undefined : new Set(nodes);
      const isWanted = (name: NodeName): boolean => wanted === undefined || wanted.has(name);
      const linked = peers.all().filter(({ link }) => isWanted(link.peer.node));
      const [all] = await Promise.all([rows(), standings.ask(linked, gatherMs)]);
      standings.keep(all.map(({ name }) => name));
      const sources = { linked: peers.all(), heard: standings.heard(), counts: agentCounts(), askedAt };
      const shown = all.filter(({ name }) => isWanted(name));
      return { type: 'healthcheck', rows: healthcheckRows(shown, { ...sources, now: clock.now() }) };
    },
  };
}

/** Throws what the master refused in its own words; `no-master` without a link. */
export function workerStandingViews(work: Pick<WorkerWork, 'read'>, askMaster: AskMaster): StandingViews {
  return {
    standing: work.read,
    healthcheck: (nodes): Promise<Healthcheck> => {
      const question = { type: 'get-healthcheck', ...(nodes === undefined ? {} : { nodes: [...nodes] }) } as const;
      return mastersAnswer(askMaster, ['control', question, masterMs], 'what all nodes did', 'healthcheck');
    },
  };
}
