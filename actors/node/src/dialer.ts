/**
 * Keeps a worker linked to its master.
 *
 * It dials, hands the open link over, and dials again when that link has closed; between two dials it waits
 * `retryMinMs` to `retryMaxMs`, jittered and growing. A refusal that only a change of the configuration
 * mends is tried on too, for the change may come at the other end. One dial is in flight at most. A restart
 * keeps a link that is open and starts the waits from the shortest again. From the beginning of a stop on it
 * neither dials nor hands anything over.
 */
import { type Clock, type Parent, type Random, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import {
  type DialerConfig,
  type DialerEffect,
  type DialerOwn,
  type DialerState,
  decideDialer,
  decideEnding,
  initialDialer,
} from './dialer-decide.ts';
import type { DialerEvent, DialerMessage } from './dialer-messages.ts';
import { failureOf, type OpenedLink, openUnless } from './ports.ts';

/** `retryMaxMs` is the reference's `connection_retry` (`reference/links.md` 3: 10 s). */
export const dialerDefaults: DialerConfig = {
  retryMinMs: 200,
  retryMaxMs: 10_000,
  unreachableMaxMs: 500,
  connectTimeoutMs: 1_000,
  dialTimeoutMs: 10_000,
  stableMs: 5_000,
};

/** What the dialer needs of the node it runs in. */
export interface DialerDeps<L extends OpenedLink> {
  readonly clock: Clock;
  readonly random: Random;
  /** Connects, calls `connected` once the transport is through, shakes hands. Rejects with a coded error. */
  readonly dial: (signal: AbortSignal, connected: () => void) => Promise<L>;
  /** Takes the open link over; `link-closed` is to follow when it has closed. Neither blocks nor throws. */
  readonly linkOpened: (link: L) => void;
  /** Whether a link that it handed over is still open. */
  readonly isLinked: () => boolean;
  readonly report: (event: DialerEvent) => void;
}

const shuttingDown = 'this node is shutting down';

export function spawnDialer<L extends OpenedLink>(
  parent: Parent,
  deps: DialerDeps<L>,
  config: DialerConfig,
): Ref<DialerMessage> {
  const flight = dialFlight(deps);
  let stopping = false;
  return spawnActor<DialerState, DialerMessage, DialerOwn<L>, DialerEffect<L>>(parent, {
    name: 'dialer',
    clock: deps.clock,
    init: () => initialDialer(deps.isLinked(), deps.clock.now()),
    started: (scope) => {
      stopping = false;
      scope.signal.addEventListener('abort', () => flight.abandon('the dialer ended'), { once: true });
      scope.send({ type: 'dial-now' });
    },
    decide: (state, message, now) =>
      stopping
        ? decideEnding(state, message, shuttingDown)
        : decideDialer(state, message, { now, draw: deps.random.next }, config),
    perform: (effect, scope) => perform(effect, deps, flight, scope),
    stopping: () => {
      stopping = true;
      return [{ type: 'abandon-dial', why: shuttingDown }];
    },
    redact: ({ type }) => ({ type }),
  });
}

type Dial = Extract<DialerEffect<never>, { type: 'dial' }>;

/** The dial in flight, up to the moment at which its link has an owner. */
interface DialFlight<L> {
  start(scope: Scope<DialerOwn<L>>, effect: Dial): void;
  landed(): void;
  /** Makes the dial fail, unless its link is open already. */
  abort(why: string): void;
  /** Ends it, open or not. */
  abandon(why: string): void;
}

function dialFlight<L extends OpenedLink>(deps: DialerDeps<L>): DialFlight<L> {
  let controller = new AbortController();
  let link: L | undefined;
  return {
    start: (scope, { attempt, connectWithinMs, withinMs }) => {
      controller = new AbortController();
      const { signal } = controller;
      const overdue = { type: 'dial-overdue', attempt } as const;
      const connected = scope.after(connectWithinMs, overdue);
      const finished = scope.after(withinMs, overdue);
      const work = async (): Promise<L> => {
        try {
          link = await openUnless(signal, () => deps.dial(signal, connected));
          return link;
        } finally {
          connected();
          finished();
        }
      };
      scope.run(
        work,
        (opened) => ({ type: 'dialed', link: opened }),
        (error) => ({ type: 'dial-failed', failure: failureOf(error) }),
      );
    },
    landed: () => {
      link = undefined;
    },
    abort: (why) => controller.abort(Object.assign(new Error(why), { code: 'timeout' })),
    abandon: (why) => {
      controller.abort(new Error(why));
      link?.close('shutting-down', why);
      link = undefined;
    },
  };
}

function perform<L extends OpenedLink>(
  effect: DialerEffect<L>,
  deps: DialerDeps<L>,
  flight: DialFlight<L>,
  scope: Scope<DialerOwn<L>>,
): void {
  switch (effect.type) {
    case 'dial':
      flight.start(scope, effect);
      break;
    case 'abort-dial':
      flight.abort(effect.why);
      break;
    case 'abandon-dial':
      flight.abandon(effect.why);
      break;
    case 'dial-after':
      scope.after(effect.waitMs, { type: 'dial-now' });
      break;
    case 'hand-over':
      flight.landed();
      deps.linkOpened(effect.link);
      break;
    case 'close-link':
      effect.link.close('shutting-down', effect.why);
      break;
    case 'report':
      deps.report(effect.event);
      break;
    case 'reply':
      tell(effect.to, effect.value);
      break;
  }
}
