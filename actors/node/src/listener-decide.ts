import type { Decision, Ref } from '@muster/actor';
import type { NodeName } from '@muster/protocol';
import type { ListenerEvent, ListenerMessage, RegistryRow } from './listener-messages.ts';
import type { Failure, OpenedLink } from './ports.ts';
import {
  type Change,
  type Claim,
  claimed,
  dropped,
  ended,
  opened,
  probed,
  type Registry,
  type RegistryEffect,
} from './registry.ts';

export interface ListenerConfig {
  /** The master's own name; nobody else may have it. */
  readonly ownName: NodeName;
  /** A connection that is not a link after this many ms is given up. More than a probe and a replacement take. */
  readonly greetTimeoutMs: number;
  /** A link found dead has this many ms to close with a goodbye; then it is cut, and after as many again counts as closed. */
  readonly replaceTimeoutMs: number;
}

export interface ListenerState<L> {
  readonly registry: Registry<L>;
  /** Of the last connection; greetings are known by it. */
  readonly lastGreeting: number;
  /** Greetings whose refusal was told: that they fail is no news. */
  readonly refused: ReadonlySet<number>;
}

/** What only the listener itself sends. */
export type ListenerOwn<C, L, R> =
  | { readonly type: 'bound'; readonly address: string; readonly port: number }
  | { readonly type: 'bind-failed'; readonly error: unknown }
  | { readonly type: 'connection'; readonly connection: C }
  | { readonly type: 'rejected'; readonly rejection: R }
  | { readonly type: 'claim'; readonly claim: Claim }
  | { readonly type: 'greeted'; readonly greeting: number; readonly link: L }
  | { readonly type: 'greeting-failed'; readonly greeting: number; readonly address: string; readonly failure: Failure }
  | { readonly type: 'probed'; readonly name: NodeName; readonly alive: boolean }
  /** The link of a dead holder is still not closed: after its goodbye, or after it was `cut`. */
  | { readonly type: 'replace-overdue'; readonly link: L; readonly cut: boolean };

export type ListenerEffect<C, L, R> =
  | RegistryEffect<L>
  | { readonly type: 'greet'; readonly greeting: number; readonly connection: C; readonly withinMs: number }
  | { readonly type: 'watch-replaced'; readonly link: L; readonly cut: boolean; readonly withinMs: number }
  | { readonly type: 'cut'; readonly link: L }
  | { readonly type: 'hand-over'; readonly greeting: number; readonly link: L }
  | { readonly type: 'close-link'; readonly greeting: number; readonly link: L; readonly text: string }
  | { readonly type: 'crash'; readonly error: unknown }
  | { readonly type: 'stop-listening' }
  | { readonly type: 'report'; readonly event: ListenerEvent<R> }
  | { readonly type: 'reply'; readonly to: Ref<readonly RegistryRow[]>; readonly value: readonly RegistryRow[] };

type Step<C, L, R> = Decision<ListenerState<L>, ListenerEffect<C, L, R>>;

/** One step of the listener. Pure. */
export function decideListener<C, L extends OpenedLink, R>(
  state: ListenerState<L>,
  message: ListenerMessage<L> | ListenerOwn<C, L, R>,
  now: number,
  config: ListenerConfig,
): Step<C, L, R> {
  switch (message.type) {
    case 'bound':
      return next(state, [report({ type: 'listening', address: message.address, port: message.port })]);
    case 'bind-failed':
      return next(state, [{ type: 'crash', error: message.error }]);
    case 'rejected':
      return next(state, [report({ type: 'rejected', rejection: message.rejection })]);
    case 'connection':
      return greet(state, message.connection, config);
    case 'claim':
      return changed(state, claimed(state.registry, message.claim, config.ownName, now), config);
    case 'greeted':
      return greeted(state, message.greeting, message.link, now, config);
    case 'greeting-failed':
      return greetingFailed(state, message, now, config);
    case 'probed':
      return changed(state, probed(state.registry, message.name, message.alive, now), config);
    case 'replace-overdue':
      return overdue(state, message.link, message.cut, now, config);
    case 'link-closed':
      return changed(state, ended(state.registry, message.link, now), config);
    case 'get-registry':
      return next(state, [{ type: 'reply', to: message.replyTo, value: rowsOf(state.registry, now) }]);
  }
}

function greet<C, L, R>(state: ListenerState<L>, connection: C, config: ListenerConfig): Step<C, L, R> {
  const greeting = state.lastGreeting + 1;
  return next({ ...state, lastGreeting: greeting }, [
    { type: 'greet', greeting, connection, withinMs: config.greetTimeoutMs },
  ]);
}

function greeted<C, L extends OpenedLink, R>(
  state: ListenerState<L>,
  greeting: number,
  link: L,
  now: number,
  config: ListenerConfig,
): Step<C, L, R> {
  const change = opened(state.registry, greeting, link, now);
  if (change === undefined) {
    return next(state, [{ type: 'close-link', greeting, link, text: `${link.peer.node} was not given this name` }]);
  }
  const step = changed<C, L, R>(state, change, config);
  const accepted = report<R>({ type: 'accepted', peer: link.peer });
  return next(step.state, [{ type: 'hand-over', greeting, link }, accepted, ...step.effects]);
}

function greetingFailed<C, L, R>(
  state: ListenerState<L>,
  { greeting, address, failure }: { greeting: number; address: string; failure: Failure },
  now: number,
  config: ListenerConfig,
): Step<C, L, R> {
  const told = state.refused.has(greeting);
  const refused = new Set([...state.refused].filter((id) => id !== greeting));
  const step = changed<C, L, R>({ ...state, refused }, dropped(state.registry, greeting, now), config);
  return told ? step : next(step.state, [report({ type: 'greeting-failed', address, failure }), ...step.effects]);
}

function overdue<C, L extends OpenedLink, R>(
  state: ListenerState<L>,
  link: L,
  cut: boolean,
  now: number,
  config: ListenerConfig,
): Step<C, L, R> {
  if (cut) return changed(state, ended(state.registry, link, now), config);
  if (state.registry.get(link.peer.node)?.holder.link !== link) return next(state);
  return next(state, [
    { type: 'cut', link },
    { type: 'watch-replaced', link, cut: true, withinMs: config.replaceTimeoutMs },
  ]);
}

/** Takes a change of the registry over, and tells what it did. */
function changed<C, L, R>(state: ListenerState<L>, change: Change<L>, config: ListenerConfig): Step<C, L, R> {
  const refusals = change.effects.flatMap((effect) =>
    effect.type === 'verdict' && !effect.verdict.accept ? [effect.claim.id] : [],
  );
  const refused = refusals.length === 0 ? state.refused : new Set([...state.refused, ...refusals]);
  const effects = change.effects.flatMap((effect) => [effect, ...consequences<C, L, R>(effect, config)]);
  return next({ ...state, registry: change.registry, refused }, effects);
}

function consequences<C, L, R>(effect: RegistryEffect<L>, config: ListenerConfig): readonly ListenerEffect<C, L, R>[] {
  if (effect.type === 'replace') {
    const { name, holder: address, by } = effect;
    return [
      { type: 'watch-replaced', link: effect.link, cut: false, withinMs: config.replaceTimeoutMs },
      report({ type: 'replaced', name, address, by }),
    ];
  }
  if (effect.type !== 'verdict' || effect.verdict.accept) return [];
  const { code, text } = effect.verdict;
  return [report({ type: 'refused', name: effect.claim.name, address: effect.claim.address, code, text })];
}

const rowsOf = <L>(registry: Registry<L>, now: number): readonly RegistryRow[] =>
  [...registry].map(([name, { holder }]) => ({
    name,
    address: holder.address,
    phase: holder.phase,
    sinceMs: now - holder.since,
  }));

const report = <R>(event: ListenerEvent<R>) => ({ type: 'report', event }) as const;

const next = <C, L, R>(state: ListenerState<L>, effects: readonly ListenerEffect<C, L, R>[] = []): Step<C, L, R> => ({
  state,
  effects,
});
