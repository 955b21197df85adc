/** What a node answers on its local socket. */
import { type ActorSystem, ask, type Ref, tell } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { ControlAnswers } from '@muster/control';
import { explain, type FileReplicaMessage, getReplicaState } from '@muster/file-sync';
import { getIntegrityState, type IntegrityMessage } from '@muster/integrity';
import { getNodes, getOwnLag, type KeepAliveMessage } from '@muster/keep-alive';
import type { Metrics } from '@muster/metrics';
import { type DialerMessage, getLink, type LinkView } from '@muster/node';
import {
  type ClusterView,
  clip,
  type Explanation,
  type GenerationId,
  type Health,
  MAX_EXPLANATION,
  MAX_VIEW_ROWS,
  type NodeView,
  type WireMessage,
} from '@muster/protocol';
import { askOverLink } from '../ask-master.ts';
import type { NodeEvents } from '../events/node-events.ts';
import type { NodeFiles } from '../files/node-files.ts';
import type { Balancers } from '../haproxy/balancers.ts';
import type { KnownWorkers } from '../known-workers.ts';
import type { Standing } from '../node-core.ts';
import type { LinkedNode, Peers } from '../peers.ts';
import type { Platform } from '../platform.ts';
import { version } from '../version.ts';
import type { WorkerWork } from '../work/worker-work.ts';
import { type AgentViews, type AskMaster, workerAgentViews } from './agent-answers.ts';
import { eventsViews } from './events.ts';
import { explainMaster, explainPeer, linkWords, tryWords } from './explain.ts';
import { fitRows, optionalText } from './fit.ts';
import type { InspectViews } from './inspect.ts';
import { linksViews } from './links.ts';
import { metricsViews } from './metrics.ts';
import { nodeInfoViews } from './node-info.ts';
import { masterRelay, workerRelay } from './relay.ts';
import { actorRow, problemRow, shortActor, shortNode, shortProblem, withLinks } from './rows.ts';
import { type MasterStanding, masterStandingViews, type StandingViews, workerStandingViews } from './standing.ts';

export interface AnswerSources {
  readonly config: NodeConfig;
  readonly platform: Platform;
  readonly system: ActorSystem;
  readonly files: NodeFiles;
  readonly standing: Standing;
  readonly peers: Peers;
  readonly keepAlive: Ref<KeepAliveMessage>;
  readonly integrity: Ref<IntegrityMessage>;
  readonly registration: ControlAnswers['registration'];
  readonly inspect: InspectViews;
  /** Made of these answers, and so there after them. */
  readonly metrics: () => Metrics;
  readonly events: Pick<NodeEvents, 'journal'>;
  /** What `muster health` says of agents. */
  readonly agentWork: () => Promise<Pick<Health, 'agents' | 'agentWork'>>;
}

export interface MasterSources extends AnswerSources {
  readonly known: Pick<KnownWorkers, 'missing' | 'forget'>;
  readonly agents: AgentViews;
  readonly agentCounts: MasterStanding['agentCounts'];
  readonly balancers: Pick<Balancers, 'balance' | 'drain' | 'forget' | 'health'>;
}

export interface WorkerSources extends AnswerSources {
  readonly fileReplica: Ref<FileReplicaMessage>;
  readonly dialer: () => Ref<DialerMessage>;
  /** What this worker did last. */
  readonly work: Pick<WorkerWork, 'read'>;
  /** The link to the master, while there is one. */
  readonly master: () => LinkedNode | undefined;
}

/** For an actor of this node, ms: more than any of them takes, less than a person waits. */
const askMs = 1_000;
/** Stable code of the failure that names the nodes there are. */
const noSuchNode = 'no-such-node';

/** The master's own knowledge: every node as its keep-alive sees it. Asks of its actors reject after 1 s. */
export function masterAnswers(sources: MasterSources): ControlAnswers {
  const { config, keepAlive, integrity, known, platform, balancers } = sources;
  const { uid } = platform.process;
  const own = config.cluster.nodeName;
  const rows = async (): Promise<readonly NodeView[]> => {
    const seen = [ownRow(sources, {}), ...(await ask(keepAlive, getNodes, askMs))];
    return withLinks([...seen, ...known.missing(seen)], own, sources.peers);
  };
  return {
    ...common(sources, balancers.health),
    ...sources.agents,
    ...masterStandingViews({ clock: platform.clock, peers: sources.peers, rows, agentCounts: sources.agentCounts }),
    relay: masterRelay(sources.peers, async () => (await rows()).map(({ name }) => name)),
    forget: async (node) => {
      const { name, liveness } = found(node, await rows());
      if (liveness !== 'down' && liveness !== 'left') throw notGone(node);
      known.forget(name);
      balancers.forget(name);
      sources.peers.reconnects.forget(name);
      tell(keepAlive, { type: 'forget', peer: name });
    },
    cluster: async () => clusterView(sources, await rows()),
    balance: balancers.balance,
    drain: async (node, drained) => {
      const names = (await rows()).map(({ name }) => name);
      return await balancers.drain(node, drained, names);
    },
    explain: async (node) => {
      if (node === own) return explained(explainMaster(own, await ask(integrity, getIntegrityState, askMs), uid()));
      return explained(explainPeer(found(node, await rows()), sources.standing.read().holds));
    },
  };
}

/** What the master says, while it can be asked; what this worker knows itself otherwise. */
export function workerAnswers(sources: WorkerSources): ControlAnswers {
  const { config, keepAlive, fileReplica } = sources;
  const own = config.cluster.nodeName;
  const toMaster: AskMaster = (to, message, timeoutMs) => askOverLink(sources.master(), to, message, timeoutMs);
  const link = async (): Promise<LinkView> => ask(sources.dialer(), getLink, askMs);
  const ownView = async (): Promise<ClusterView> => {
    const lag = await ask(keepAlive, getOwnLag, askMs);
    const tried = tryWords(await link());
    const row = ownRow(sources, lag);
    const why = [row.why ?? '', tried].join(' ').trim();
    const nodes = [...(await ask(keepAlive, getNodes, askMs)), { ...row, ...optionalText('why', why || undefined) }];
    return { ...clusterView(sources, withLinks(nodes, own, sources.peers)), alone: true };
  };
  return {
    forget: () => {
      throw notMaster('Only the master forgets workers: ask it.');
    },
    balance: () => {
      throw notMaster(balancing);
    },
    drain: () => {
      throw notMaster(balancing);
    },
    ...common(sources, async () => {
      const state = await link();
      return { link: clip(linkWords(state)), linked: state.state === 'linked' };
    }),
    ...workerAgentViews(toMaster),
    ...workerStandingViews(sources.work, toMaster),
    relay: workerRelay(sources.master),
    cluster: async () => {
      const answer = await askMaster(sources, { type: 'get-cluster' });
      return answer?.type === 'cluster' ? answer : ownView();
    },
    explain: async (node) => {
      if (node === own) {
        const view = explain(own, await ask(fileReplica, getReplicaState, askMs));
        const state = await link();
        return explained([view, tryWords(state)].join(' ').trimEnd());
      }
      const answer = await askMaster(sources, { type: 'explain', node });
      if (answer?.type === 'explanation') return (answer satisfies Explanation).text;
      const { nodes, generation } = await ownView();
      return explained(explainPeer(found(node, nodes), generation));
    },
  };
}

const explained = (text: string): string => clip(text, MAX_EXPLANATION);

/** The master's answer; undefined without a link, or when it did not answer in time. */
async function askMaster(sources: WorkerSources, message: WireMessage): Promise<WireMessage | undefined> {
  const outcome = await askOverLink(sources.master(), 'control', message, askMs - 200);
  if (outcome === undefined) return undefined;
  if (outcome.ok) return outcome.message;
  if (outcome.failure.code === noSuchNode) throw unknownNode(outcome.failure.text);
  return undefined;
}

function common(
  sources: AnswerSources,
  more: () => Promise<Partial<Health>>,
): Omit<
  ControlAnswers,
  'cluster' | 'explain' | 'forget' | 'balance' | 'drain' | 'relay' | keyof AgentViews | keyof StandingViews
> {
  const { platform, system, integrity, files } = sources;
  return {
    ...sources.inspect,
    ...linksViews(platform.clock, sources.peers),
    ...metricsViews(() => sources.metrics().scrape()),
    ...nodeInfoViews(sources),
    ...eventsViews(sources.events),
    health: async () => ({ ...(await health(sources)), ...(await more()) }),
    tree: () => fitRows(system.inspect(MAX_VIEW_ROWS).map(actorRow), shortActor),
    setLogLevel: (level) => platform.log.setLevel(level),
    registration: sources.registration,
    syncNow: () => tell(integrity, { type: 'dirty', directories: files.last()?.directories ?? [] }),
  };
}

/** The master's newest generation, as its last beat said. */
async function mastersGeneration(keepAlive: Ref<KeepAliveMessage>): Promise<GenerationId | undefined> {
  const rows = await ask(keepAlive, getNodes, askMs);
  return rows.find(({ role }) => role === 'master')?.holds;
}

async function health(sources: AnswerSources): Promise<Health> {
  const { config, platform, system, files, standing, peers, keepAlive, integrity } = sources;
  const view = await ask(integrity, getIntegrityState, askMs);
  const { holds, state, why } = standing.read();
  const newest = config.cluster.nodeType === 'master' ? holds : await mastersGeneration(keepAlive);
  const actors = system.inspect();
  const { sentBytes, receivedBytes } = peers.traffic();
  return {
    type: 'health',
    node: config.cluster.nodeName,
    role: config.cluster.nodeType,
    version,
    pid: platform.process.pid,
    uptimeMs: platform.clock.now() - (actors[0]?.startedAt ?? 0),
    cluster: config.cluster.name,
    state,
    ...optionalText('why', why),
    ...(holds === undefined ? {} : { holds }),
    ...(newest === undefined ? {} : { generation: newest }),
    files: view.files,
    bytes: view.bytes,
    work: files.work.read(),
    problems: fitRows(view.problems.map(problemRow), shortProblem),
    restarts: actors.reduce((sum, { restarts }) => sum + restarts, 0),
    deadLetters: system.deadLetters().count,
    rssBytes: platform.process.rssBytes(),
    loopDelayMs: platform.process.loopDelayMs(),
    ...{ sentBytes, receivedBytes },
    ...(await sources.agentWork()),
  };
}

function ownRow(
  { config, standing, platform }: AnswerSources,
  lag: { readonly lag?: number; readonly behindMs?: number },
): NodeView {
  const { state, holds, files, why } = standing.read();
  return {
    name: config.cluster.nodeName,
    role: config.cluster.nodeType,
    version,
    address: config.cluster.nodeType === 'master' ? (config.cluster.nodes[0] ?? '') : 'local',
    liveness: 'up',
    reason: 'this node',
    sync: state,
    ...(holds === undefined ? {} : { holds }),
    behindMs: 0,
    ...lag,
    files,
    ...optionalText('why', why),
    heardMs: 0,
    loopDelayMs: platform.process.loopDelayMs(),
  };
}

function clusterView({ config }: AnswerSources, nodes: readonly NodeView[]): ClusterView {
  const newest = nodes.find(({ role }) => role === 'master')?.holds;
  return {
    type: 'cluster',
    cluster: config.cluster.name,
    ...(newest === undefined ? {} : { generation: newest }),
    nodes: fitRows(nodes, shortNode),
  };
}

function found(name: string, rows: readonly NodeView[]): NodeView {
  const row = rows.find((each) => each.name === name);
  if (row !== undefined) return row;
  const names = rows.map((each) => each.name).join(', ');
  throw unknownNode(`There is no node "${name}" in this cluster; there are: ${names}.`);
}

const notMaster = (text: string): Error => Object.assign(new Error(text), { code: 'not-master' });
const balancing = 'Only the master balances agents: ask it.';
const notGone = (name: string): Error =>
  Object.assign(
    new Error(`"${name}" is not gone: stop its Muster first; a worker that is down or left can be forgotten.`),
    {
      code: 'node-not-gone',
    },
  );
const unknownNode = (text: string): Error => Object.assign(new Error(text), { code: noSuchNode });
