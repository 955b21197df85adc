/**
 * Owns the HTTP server of the node.
 *
 * A server that cannot be opened (the port is taken, the certificate cannot be read) is warned of once and tried again every
 * `retryMs`: the node runs without it. A restart closes the server and opens it again; clients see their connections break
 * and ask again. Tokens hold over it, for their key is a file; what is remembered of passwords and rates is lost.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor } from '@muster/actor';
import { decide, type Effect, nothingYet, type Own, type State } from './decide.ts';
import type { ApiSources } from './deps.ts';

/** A server that listens. */
export interface ApiListening {
  /** `https://127.0.0.1:55100`. */
  readonly url: string;
  readonly port: number;
  /** SHA-256 of the certificate; absent without TLS. */
  readonly fingerprint?: string;
  /** The file of users, where it names nobody. */
  readonly lacksUsers?: string;
}

/** Opens the server; resolves when it listens. Closes it, its port freed at once, when `signal` is aborted. */
export type HttpListen = (sources: ApiSources, signal: AbortSignal) => Promise<ApiListening>;

export interface HttpApiDeps {
  readonly clock: Clock;
  readonly listen: (signal: AbortSignal) => Promise<ApiListening>;
  /** Where it listens is told here each time it begins to. */
  readonly opened: (listening: ApiListening) => void;
  readonly warn: (text: string) => void;
}

/** Between two tries, ms: a port that is free again is taken soon, and a lasting fault costs nothing. */
export const retryMs = 5_000;

/** Nobody sends it anything. */
export function spawnHttpApi(parent: Parent, deps: HttpApiDeps): Ref<never> {
  return spawnActor<State, never, Own, Effect>(parent, {
    name: 'http-api',
    clock: deps.clock,
    init: () => nothingYet,
    started: (scope) => {
      scope.send({ type: 'tick' });
      scope.every(retryMs, { type: 'tick' });
    },
    decide,
    perform: (effect, scope) => perform(effect, scope, deps),
  });
}

function perform(effect: Effect, scope: Scope<Own>, deps: HttpApiDeps): void {
  switch (effect.type) {
    case 'open-server':
      scope.run(
        deps.listen,
        (listening) => ({ type: 'opened', listening }),
        (error) => ({ type: 'open-failed', text: error instanceof Error ? error.message : String(error) }),
      );
      break;
    case 'tell-open':
      deps.opened(effect.listening);
      break;
    case 'warn':
      deps.warn(effect.text);
      break;
  }
}
