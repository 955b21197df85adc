/**
 * Answers the programs that speak to the manager's own cluster daemon, over `R/queue/cluster/c-internal.sock`.
 *
 * A client without `echo-c` for 120 s is dropped within the next 60 s; views are answered within `viewMs`, what changes
 * something within `orderMs`, or an error is said. A socket that cannot be opened is warned of once and tried again
 * every `retryMs`: the node runs without it. A restart closes the socket: its clients see it break, and try again.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { Connection } from '@muster/link';
import type { FileTree, Healthcheck, NodeName, Role } from '@muster/protocol';
import type { NodeForm } from '@muster/reference-forms';
import { bytesOf, type How } from './commands.ts';
import { decide } from './decide.ts';
import { type HashAnswers, openHashAnswers } from './hash-answer.ts';
import { jobDone } from './jobs.ts';
import type { ClusterSocketMessage } from './messages.ts';
import type { RegistrationReply, RegistrationRequest } from './sendsync.ts';
import { openSession } from './session.ts';
import { type ClusterSocketConfig, type Effect, nothingYet, type Own, type State } from './state.ts';
import { refusal, refusalText } from './wazuh-error.ts';

type Awaitable<T> = T | Promise<T>;

export interface ListenHandlers {
  readonly connection: (connection: Connection) => void;
  /** Nobody can reach the socket any more: its file was deleted or replaced. It is closed by then, with its clients. At most once. */
  readonly lost: () => void;
}

export interface ClusterSocketDeps {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallNow: () => number;
  /**
   * Opens the socket. Resolves when it listens; rejects when it cannot, with words for people. Closes it and its
   * clients when `signal` is aborted, at once, so that the next incarnation can open it again.
   */
  readonly listen: (handlers: ListenHandlers, signal: AbortSignal) => Promise<void>;
  readonly config: Pick<NodeConfig, 'cluster' | 'haproxyHelper'>;
  /** As the last scan found it; undefined before the first. */
  readonly tree: () => FileTree | undefined;
  /** Whether a worker's master can be asked. Not called on a master. */
  readonly masterLinked: () => boolean;
  /** Who takes part now: the master first, then workers in the order of their links. A worker's are its master's. */
  readonly nodes: () => Awaitable<readonly NodeForm[]>;
  /** On a worker the master's. */
  readonly healthcheck: (names: readonly NodeName[] | undefined) => Awaitable<Healthcheck>;
  readonly register: (request: RegistrationRequest) => Promise<RegistrationReply>;
  /** Has the manager's rules loaded anew when this node's files are the master's. Neither blocks nor throws. */
  readonly reloadRuleset: (signal: AbortSignal) => void;
  readonly report: (event: ClusterSocketEvent) => void;
}

export type ClusterSocketEvent =
  | { readonly type: 'not-open'; readonly text: string }
  /** A client was cut off. */
  | { readonly type: 'cut-off'; readonly why: string }
  /** What was asked could not be answered, for a reason that is no business of the client's. */
  | { readonly type: 'failed'; readonly what: string; readonly text: string };

/** The reference's own times; 64 clients are more than a manager has programs. */
export const clusterSocketDefaults = (role: Role): ClusterSocketConfig => ({
  role,
  places: 64,
  checkMs: 60_000,
  silentMs: 120_000,
  retryMs: 10_000,
  viewMs: 1_500,
  orderMs: 10_000,
  underWay: 8,
});

/** Starts the actor `cluster-socket`. What goes wrong with the socket is reported, never thrown. */
export function spawnClusterSocket(
  parent: Parent,
  deps: ClusterSocketDeps,
  config: ClusterSocketConfig,
): Ref<ClusterSocketMessage> {
  const hashes = openHashAnswers();
  return spawnActor<State, ClusterSocketMessage, Own | ClusterSocketMessage, Effect>(parent, {
    name: 'cluster-socket',
    clock: deps.clock,
    init: () => nothingYet,
    started: (scope) => {
      scope.send({ type: 'open' });
      scope.every(config.checkMs, { type: 'tick' });
    },
    decide: (state, message, now) => decide(state, message, now, config),
    perform: (effect, scope) => perform(effect, scope, { deps, config, hashes }),
    redact: shownMessage,
    redactState: ({ socket, warned, clients, frames, cutOff }) => ({
      ...{ socket, warned, frames, cutOff },
      clients: [...clients.values()].map(({ session: _, ...client }) => client),
    }),
  });
}

/** No payload, for it may bear an agent's key. */
const shownMessage = (message: Own | ClusterSocketMessage): unknown => ({
  type: message.type,
  ...('id' in message ? { id: message.id } : {}),
  ...(message.type === 'frame' ? { command: message.frame.command, bytes: message.frame.payload.length } : {}),
});

interface Surroundings {
  readonly deps: ClusterSocketDeps;
  readonly config: ClusterSocketConfig;
  readonly hashes: HashAnswers;
}

function perform(effect: Effect, scope: Scope<Own>, around: Surroundings): void {
  const { deps, config } = around;
  switch (effect.type) {
    case 'open-socket':
      return openSocket(scope, deps);
    case 'open-later':
      return void scope.after(config.retryMs, { type: 'open' });
    case 'warn':
      return deps.report({ type: 'not-open', text: effect.text });
    case 'report-cut':
      return deps.report({ type: 'cut-off', why: effect.why });
    case 'send':
      return effect.session.send(effect.frame);
    case 'go-on':
      return effect.session.goOn();
    case 'close':
      return effect.session.close(effect.last);
    case 'work':
      return work(effect, scope, around);
    case 'reload':
      return deps.reloadRuleset(scope.signal);
    case 'reply-view':
      return tell(effect.to, effect.value);
  }
}

function openSocket(scope: Scope<Own>, deps: ClusterSocketDeps): void {
  let clients = 0;
  const connection = (opened: Connection): void => {
    clients += 1;
    const id = clients;
    const session = openSession(
      { connection: opened, clock: deps.clock },
      {
        frame: (frame) => scope.send({ type: 'frame', id, frame }),
        closed: (why) => scope.send({ type: 'client-closed', id, why }),
      },
    );
    scope.send({ type: 'client', id, session });
  };
  scope.run(
    (signal) => deps.listen({ connection, lost: () => scope.send({ type: 'lost' }) }, signal),
    () => ({ type: 'opened' }),
    (error) => ({ type: 'open-failed', text: error instanceof Error ? error.message : String(error) }),
  );
}

/** What the client is told at once, before the outcome. */
const firstWords: Readonly<Partial<Record<How, string>>> = {
  control_res: 'Sent request to master node',
  nobody: 'Added request to sendsync requests queue',
};

/** Not `scope.run`: a stop does not wait for answers, whose askers see the socket close. */
function work(
  { id, counter, job, how, session }: Extract<Effect, { readonly type: 'work' }>,
  scope: Scope<Own>,
  { deps, config, hashes }: Surroundings,
): void {
  if (how !== 'answer' && !deps.masterLinked()) {
    const payload = bytesOf(refusalText(refusal(3023)));
    return scope.send({ type: 'done', id, counter: how === 'ok' ? undefined : counter, command: 'err', payload });
  }
  const first = firstWords[how];
  if (first !== undefined) session.send({ counter, command: 'ok', payload: bytesOf(first) });
  void jobDone(job, { deps, config, hashes }).then(({ ok, payload }) => {
    scope.send({ type: 'done', id, ...told(how, counter, ok), payload });
  });
}

type Told = Pick<Extract<Own, { readonly type: 'done' }>, 'counter' | 'command'>;

/** An error of `control_res` is within it; its readers know errors by their JSON. */
function told(how: How, counter: number, ok: boolean): Told {
  switch (how) {
    case 'answer':
      return { counter, command: ok ? 'ok' : 'err' };
    case 'control_res':
      return { counter: undefined, command: 'control_res' };
    case 'ok':
      return { counter: undefined, command: ok ? 'ok' : 'err' };
    case 'nobody':
      return { counter: undefined, command: '' };
  }
}
