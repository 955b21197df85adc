import { type Scope, tell } from '@muster/actor';
import type { BalancerDeps } from './ports.ts';
import { type Call, type Effect, type Failure, type Looked, longestCallMs, type Outcome, type Own } from './state.ts';

/** What one incarnation has open: the one timer, and the call in flight. */
export interface Open {
  cancelWake: () => void;
  abort: () => void;
}

export const nothingOpen = (): Open => ({ cancelWake: () => {}, abort: () => {} });

/** Everything slow runs beside the mailbox and comes back as a message. */
export function perform(effect: Effect, deps: BalancerDeps, scope: Scope<Own>, open: Open): void {
  switch (effect.type) {
    case 'call':
      return call(effect, deps, scope, open);
    case 'abort':
      return open.abort();
    case 'wake':
      open.cancelWake();
      open.cancelWake = scope.after(effect.delayMs, { type: 'wake' });
      return;
    case 'report':
      return deps.report(effect.event);
    case 'reply':
      return tell(effect.to, effect.value);
  }
}

/** A call that does not come back is told to end, and no longer waited for, whether it ends or not. */
function call(
  { id, call: what }: Extract<Effect, { type: 'call' }>,
  deps: BalancerDeps,
  scope: Scope<Own>,
  open: Open,
): void {
  const limit = new AbortController();
  const givenUp = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason));
  });
  open.abort = () => limit.abort(new Error('the call took too long'));
  const cancel = scope.after(longestCallMs, { type: 'overdue', id });
  scope.run<Outcome>(
    (signal) => Promise.race([ask(what, deps, AbortSignal.any([signal, limit.signal])), givenUp]).finally(cancel),
    (outcome) => ({ type: 'done', id, outcome }),
    (error) => ({ type: 'failed', id, failure: failureOf(error) }),
  );
}

async function ask(what: Call, deps: BalancerDeps, signal: AbortSignal): Promise<Outcome> {
  const { haproxy } = deps;
  switch (what.do) {
    case 'look':
      return { of: 'look', ...(await look(what, deps, signal)) };
    case 'ensure':
      await haproxy.ensureServer(what.server, signal);
      return { of: 'step' };
    case 'state':
      await haproxy.setState(what.name, what.to, signal);
      return { of: 'step' };
    case 'weight':
      await haproxy.setWeight(what.name, what.weight, signal);
      return { of: 'step' };
    case 'remove':
      return { of: 'remove', how: await haproxy.removeServer(what.name, signal) };
    case 'persist':
      await haproxy.persist(what.servers, signal);
      return { of: 'step' };
    case 'list':
      return { of: 'list', sessions: await haproxy.sessions(signal) };
    case 'cut':
      return { of: 'cut', sources: await haproxy.cut(what.order, signal) };
    case 'ask':
      return { of: 'ask', count: (await deps.reconnectAgents?.(what.node, what.atMost, signal)) ?? 0 };
  }
}

/**
 * An instance that is not known is prepared before its servers are read. One that is known is when advice is due; that
 * it cannot be is no fault then, for what matters shows in its servers.
 */
async function look(
  { known, advise }: Extract<Call, { do: 'look' }>,
  { haproxy }: BalancerDeps,
  signal: AbortSignal,
): Promise<Looked> {
  const instance = await haproxy.instance(signal);
  const same = known?.pid === instance.pid && known.startedAt === instance.startedAt;
  if (same && !advise) return { instance, advice: undefined, servers: await haproxy.servers(signal) };
  const advice = await haproxy.prepare(signal).catch((error: unknown) => {
    if (!same) throw error;
    return undefined;
  });
  // What creates a backend may reload HAProxy.
  return { instance: await haproxy.instance(signal), advice, servers: await haproxy.servers(signal) };
}

/** `code` of an error that has one. */
function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
  return { code, text };
}
