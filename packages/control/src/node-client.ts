/** What may be asked of any node of the cluster through the one that is connected to. */
import type {
  ActorAnswer,
  ActorDetail,
  Bench,
  DeadLetterList,
  Events,
  GetEvents,
  GetLogs,
  GetMetrics,
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
import { expectType } from './expect-type.ts';
import type { ActorRow, Health, LocalReply, LocalRequest, LogLevel } from './local.ts';

/** Each rejects with a `ControlError`; its code is the node's own where that refused. */
export interface NodeClient {
  health(): Promise<Health>;
  /** The living actors, in the order of their paths. */
  tree(): Promise<readonly ActorRow[]>;
  /** One actor from inside. */
  actor(path: string): Promise<ActorDetail>;
  deadLetters(): Promise<DeadLetterList>;
  links(): Promise<LinkList>;
  /** The whole text for Prometheus. */
  metrics(): Promise<string>;
  /** What matching actors handled since the last question; the first one, without `session`, opens one. */
  trace(pattern: string, session?: number): Promise<Trace>;
  events(query: Omit<GetEvents, 'type'>): Promise<Events>;
  nodeInfo(): Promise<NodeInfo>;
  logs(query: Omit<GetLogs, 'type'>): Promise<Logs>;
  standing(): Promise<Standing>;
  setLogLevel(level: LogLevel): Promise<void>;
  crash(path: string): Promise<void>;
  restart(path: string): Promise<void>;
  /** `message`: JSON. */
  tell(path: string, message: string): Promise<void>;
  ask(path: string, message: string): Promise<ActorAnswer>;
  bench(path: string, count: number): Promise<Bench>;
}

/** Asks the node that is connected to, and resolves with an answer of one of `types`. */
export type Ask = <Type extends LocalReply['type']>(
  message: LocalRequest,
  ...types: readonly [Type, ...Type[]]
) => Promise<Extract<LocalReply, { readonly type: Type }>>;

/** Of `node`, or of the one that is connected to. */
export function nodeClient(askHere: Ask, node: NodeName | undefined, root: string): NodeClient {
  const ask = async <Type extends NodeReply['type']>(message: Relay['message'], type: Type) => {
    if (node === undefined) return await askHere(message, type);
    const { message: reply } = await askHere({ type: 'relay', node, message }, 'relayed');
    return expectType(reply, [type], root);
  };
  const order = async (message: Relay['message']): Promise<void> => {
    await ask(message, 'done');
  };
  return {
    health: () => ask({ type: 'get-health' }, 'health'),
    tree: async () => (await ask({ type: 'get-tree' }, 'tree')).actors,
    actor: (path) => ask({ type: 'get-actor', path }, 'actor'),
    deadLetters: () => ask({ type: 'get-dead-letters' }, 'dead-letters'),
    links: () => ask({ type: 'get-links' }, 'links'),
    metrics: () => allPages((query) => ask(query, 'metrics')),
    trace: (pattern, session) =>
      ask({ type: 'get-trace', pattern, ...(session === undefined ? {} : { session }) }, 'trace'),
    events: (query) => ask({ type: 'get-events', ...query }, 'events'),
    nodeInfo: () => ask({ type: 'get-node-info' }, 'node-info'),
    logs: (query) => ask({ type: 'get-logs', ...query }, 'logs'),
    standing: () => ask({ type: 'get-standing' }, 'standing'),
    setLogLevel: (level) => order({ type: 'set-log-level', level }),
    crash: (path) => order({ type: 'crash-actor', path }),
    restart: (path) => order({ type: 'restart-actor', path }),
    tell: (path, message) => order({ type: 'tell-actor', path, message }),
    ask: (path, message) => ask({ type: 'ask-actor', path, message }, 'actor-answer'),
    bench: (path, count) => ask({ type: 'bench-actor', path, count }, 'bench'),
  };
}

async function allPages(ask: (query: GetMetrics) => Promise<Metrics>): Promise<string> {
  let { page: text, rest } = await ask({ type: 'get-metrics' });
  while (rest !== undefined) {
    const next = await ask({ type: 'get-metrics', rest });
    text += next.page;
    rest = next.rest;
  }
  return text;
}
