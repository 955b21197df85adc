/**
 * Answers what people and programs ask of the running node, over its local socket.
 *
 * A request is answered or refused once, within `deadlineMs` (looked at every `tickMs`). A socket
 * that cannot be opened is warned of once and tried again every `tickMs`: the node runs without it.
 * A restart closes the socket, so that clients in the middle of a request see it break and may ask
 * again; nothing else is lost, for nothing else is kept.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor } from '@muster/actor';
import type { Answer } from '@muster/link';
import type {
  ActorAnswer,
  ActorDetail,
  Agents,
  AgentView,
  Balance,
  Bench,
  ClusterView,
  DeadLetterList,
  Events,
  GetAgents,
  GetEvents,
  GetLogs,
  GetMetrics,
  GetTrace,
  Healthcheck,
  LinkList,
  Logs,
  Metrics,
  NodeInfo,
  NodeName,
  NodeReply,
  Relay,
  Standing,
  Trace,
} from '@muster/protocol';
import { decide, type Effect, type Limits, nothingYet, type Own, type State } from './decide.ts';
import type {
  ActorTree,
  Health,
  LocalReply,
  LocalRequest,
  LogLevel,
  RegistrationReply,
  RegistrationRequest,
} from './local.ts';
import type { ControlMessage } from './messages.ts';

export interface ControlConfig extends Limits {
  /** Milliseconds between two looks at deadlines. At least 1. */
  readonly tickMs: number;
}

/** A person waits: 10 s is long, and more than a worker's own ask of its master (5 s). 32 at once are more than people make, 4 more than those of one worker. */
export const controlDefaults: ControlConfig = {
  deadlineMs: 10_000,
  viewDeadlineMs: 1_200,
  maxRequests: 32,
  maxPerNode: 4,
  tickMs: 500,
  peersMayOrder: false,
};

/** Of a worker. Its one peer is its master, which asks for all others: it has bounded what each of them may ask. */
export const workerControlDefaults: ControlConfig = {
  ...controlDefaults,
  maxPerNode: controlDefaults.maxRequests,
  peersMayOrder: true,
};

type Awaitable<T> = T | Promise<T>;

/** What the node can say and do. A throw or rejection is told to the asker: its message is for people. */
export interface ControlAnswers {
  readonly cluster: () => Awaitable<ClusterView>;
  readonly health: () => Awaitable<Health>;
  /** Plain words on why `node` is not in sync, or that it is. Throws when there is no such node, naming those there are. */
  readonly explain: (node: string) => Awaitable<string>;
  readonly tree: () => Awaitable<ActorTree['actors']>;
  readonly setLogLevel: (level: LogLevel) => Awaitable<void>;
  /** Makes the actor at `path` crash, for drills. Throws when there is none. */
  readonly crash: (path: string) => Awaitable<void>;
  readonly syncNow: () => Awaitable<void>;
  /** Lists a worker that is gone no more. Throws when it is linked, when there is none, and on a worker. */
  readonly forget: (node: string) => Awaitable<void>;
  /** The agents' backend of each HAProxy. Throws on a worker. */
  readonly balance: () => Awaitable<Balance>;
  /** Whether `node` is to have no agents through HAProxy; false: it was so before. Throws when it cannot be, and on a worker. */
  readonly drain: (node: string, drained: boolean) => Awaitable<boolean>;
  /** One page of agents. */
  readonly agents: (query: GetAgents) => Awaitable<Agents>;
  /** Throws when there is none of this id. */
  readonly agent: (id: number) => Awaitable<AgentView>;
  /** Adds or removes an agent or picks its group, on the master. A refusal by the registrar is a reply; throws when it cannot be asked. */
  readonly registration: (request: RegistrationRequest) => Awaitable<RegistrationReply>;
  /** One actor from inside. Throws when there is none at `path`. */
  readonly actor: (path: string) => Awaitable<ActorDetail>;
  readonly deadLetters: () => Awaitable<DeadLetterList>;
  readonly links: () => Awaitable<LinkList>;
  /** A page of the node's metrics. Throws when the text that it is to be of is not kept any more. */
  readonly metrics: (query: GetMetrics) => Awaitable<Metrics>;
  /** What matching actors handled since the last question of the session. Throws when there are too many sessions; one of a peer gives way to who is here. */
  readonly trace: (query: GetTrace, ofPeer?: boolean) => Awaitable<Trace>;
  readonly events: (query: GetEvents) => Awaitable<Events>;
  readonly nodeInfo: () => Awaitable<NodeInfo>;
  readonly logs: (query: GetLogs) => Awaitable<Logs>;
  /** What this node did last. A master's has nothing. */
  readonly standing: () => Awaitable<Standing>;
  /** What every node did last; of these, where `nodes` names some. On a worker the master's; throws when it cannot be asked. */
  readonly healthcheck: (nodes: readonly NodeName[] | undefined) => Awaitable<Healthcheck>;
  /** Ends the actor at `path` in good order and begins it anew. Throws when there is none, or it is a supervisor. */
  readonly restart: (path: string) => Awaitable<void>;
  /** Tells the actor one of its operations, as JSON. Throws when the message is none of them, or breaks its schema. */
  readonly tellActor: (path: string, message: string) => Awaitable<void>;
  readonly askActor: (path: string, message: string) => Awaitable<ActorAnswer>;
  readonly bench: (path: string, count: number) => Awaitable<Bench>;
  /** Asks another node. Throws when there is none of this name, when it cannot be reached or does not answer in time. */
  readonly relay: (node: NodeName, message: Relay['message']) => Awaitable<NodeReply>;
}

export interface ControlDeps {
  readonly clock: Clock;
  /** Its name: what is relayed to it is answered here. */
  readonly ownNode: NodeName;
  /**
   * Opens the local socket and hands each request to `ask`. Resolves when it listens; rejects when it
   * cannot. Closes the socket and its clients when `signal` is aborted, at once, so that the next
   * incarnation can open it again.
   */
  readonly listen: (handlers: ListenHandlers, signal: AbortSignal) => Promise<void>;
  readonly answers: ControlAnswers;
  readonly warn: (text: string) => void;
}

export interface ListenHandlers {
  readonly ask: (message: LocalRequest, answer: Answer) => void;
  /** Nobody can reach the socket any more: its file was deleted or replaced. It is closed by then. At most once. */
  readonly lost: () => void;
}

/** Starts the actor `control`. What goes wrong with the socket is warned of, never thrown. */
export function spawnControl(
  parent: Parent,
  deps: ControlDeps,
  config: ControlConfig = controlDefaults,
): Ref<ControlMessage> {
  return spawnActor<State, ControlMessage, Own | ControlMessage, Effect>(parent, {
    name: 'control',
    clock: deps.clock,
    init: () => nothingYet,
    started: (scope) => {
      scope.send({ type: 'tick' });
      scope.every(config.tickMs, { type: 'tick' });
    },
    decide: (state, message, now) => decide(state, message, now, config),
    perform: (effect, scope) => perform(effect, scope, deps),
  });
}

function perform(effect: Effect, scope: Scope<Own | ControlMessage>, deps: ControlDeps): void {
  switch (effect.type) {
    case 'open-socket':
      openSocket(scope, deps);
      break;
    case 'work':
      work(effect, scope, deps);
      break;
    case 'reply':
      reply(effect.answer, effect.reply, deps);
      break;
    case 'fail':
      effect.answer.fail(effect.code, effect.text);
      break;
    case 'warn':
      deps.warn(effect.text);
      break;
  }
}

/** A view that the wire does not take is a fault of ours, and no reason to fall: whoever can ask could crash us at will. */
function reply(answer: Answer, view: LocalReply, { warn }: ControlDeps): void {
  try {
    answer.reply(view);
  } catch (error) {
    const text = `The answer ${view.type} cannot be sent: ${textOf(error)}`;
    warn(text);
    answer.fail('unsendable', text);
  }
}

type Work = Extract<Effect, { readonly type: 'work' }>;

/** Not `scope.run`: a stop does not wait for answers, whose askers see the socket close. */
function work({ id, request, ofPeer }: Work, scope: Scope<Own | ControlMessage>, deps: ControlDeps): void {
  answerOf(request, deps, ofPeer === true).then(
    (reply) => scope.send({ type: 'answered', id, reply }),
    (error: unknown) => scope.send({ type: 'refused', id, code: codeOf(error), text: textOf(error) }),
  );
}

function openSocket(scope: Scope<Own | ControlMessage>, deps: ControlDeps): void {
  const handlers: ListenHandlers = {
    ask: (message, answer) => scope.send({ type: 'ask', from: { kind: 'local' }, message, answer }),
    lost: () => scope.send({ type: 'lost' }),
  };
  scope.run(
    (signal) => deps.listen(handlers, signal),
    () => ({ type: 'opened' }),
    (error) => ({ type: 'open-failed', text: textOf(error) }),
  );
}

async function answerOf(request: LocalRequest, deps: ControlDeps, ofPeer: boolean): Promise<LocalReply> {
  const { answers } = deps;
  switch (request.type) {
    case 'get-cluster':
      return await answers.cluster();
    case 'get-health':
      return await answers.health();
    case 'explain':
      return { type: 'explanation', node: request.node, text: await answers.explain(request.node) };
    case 'get-tree':
      return { type: 'tree', actors: [...(await answers.tree())] };
    case 'set-log-level':
      await answers.setLogLevel(request.level);
      return { type: 'done' };
    case 'crash-actor':
      await answers.crash(request.path);
      return { type: 'done' };
    case 'sync-now':
      await answers.syncNow();
      return { type: 'done' };
    case 'forget-node':
      await answers.forget(request.node);
      return { type: 'done' };
    case 'get-balance':
      return await answers.balance();
    case 'drain-node':
      return (await answers.drain(request.node, request.drained)) ? { type: 'done' } : { type: 'done', already: true };
    case 'get-agents':
      return await answers.agents(request);
    case 'get-agent':
      return await answers.agent(request.id);
    case 'get-actor':
      return await answers.actor(request.path);
    case 'get-dead-letters':
      return await answers.deadLetters();
    case 'get-links':
      return await answers.links();
    case 'get-metrics':
      return await answers.metrics(request);
    case 'get-trace':
      return await answers.trace(request, ofPeer);
    case 'get-events':
      return await answers.events(request);
    case 'get-node-info':
      return await answers.nodeInfo();
    case 'get-logs':
      return await answers.logs(request);
    case 'get-standing':
      return await answers.standing();
    case 'get-healthcheck':
      return await answers.healthcheck(request.nodes);
    case 'restart-actor':
      await answers.restart(request.path);
      return { type: 'done' };
    case 'tell-actor':
      await answers.tellActor(request.path, request.message);
      return { type: 'done' };
    case 'ask-actor':
      return await answers.askActor(request.path, request.message);
    case 'bench-actor':
      return await answers.bench(request.path, request.count);
    case 'relay':
      return { type: 'relayed', message: await relayed(request, deps, ofPeer) };
    case 'register-agent':
    case 'remove-agent':
    case 'assign-group':
      return await answers.registration(request);
  }
}

/** What is relayed to this node itself is answered as if it had been asked here. Its answers are those of a node. */
const relayed = async ({ node, message }: Relay, deps: ControlDeps, ofPeer: boolean): Promise<NodeReply> =>
  node === deps.ownNode
    ? ((await answerOf(message, deps, ofPeer)) as NodeReply)
    : await deps.answers.relay(node, message);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
