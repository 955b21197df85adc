/**
 * Knows what this node's files are.
 *
 * One scan at a time; hints that come meanwhile are scanned next. Hints are gathered 50 ms; everything is
 * scanned anew every `reconcileEveryMs`, or every `pollEveryMs` once the system has no more watches. On a
 * master each state that differs from the one before is numbered and told; a tree that cannot be read
 * whole is not told, for what cannot be read must not look deleted. On a worker every change is told.
 *
 * Nothing survives a restart but the scanner's own cache: a master begins a new epoch.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import { treeFigures } from '@muster/protocol';
import { decide } from './decide.ts';
import type { IntegrityEvent, IntegrityMessage } from './messages.ts';
import type { Extent, ScanResult } from './shapes.ts';
import { type Effect, type IntegrityConfig, initialState, type Own, type State } from './state.ts';

/** What the actor needs of the node it runs in. */
export interface IntegrityDeps {
  readonly clock: Clock;
  /** Never called while a scan of this actor runs. Rejects when aborted, or when the disk failed as a whole. */
  readonly scan: (extent: Extent, signal: AbortSignal) => Promise<ScanResult>;
  /**
   * Watches exactly these directories (relative to R); what changes in them comes back as `dirty`, and a
   * failure to watch as `watch-exhausted`. Neither blocks nor throws.
   */
  readonly watch: (directories: readonly string[]) => void;
  /** Writes the digest cache; neither blocks nor throws. */
  readonly saveCache: () => void;
  /** A number greater than any that this call ever gave on this node, made durable. Only a master calls it. */
  readonly firstEpoch: () => Promise<number>;
  /** Neither blocks nor throws. */
  readonly report: (event: IntegrityEvent) => void;
}

export function spawnIntegrity(parent: Parent, deps: IntegrityDeps, config: IntegrityConfig): Ref<IntegrityMessage> {
  const alarm: Alarm = { cancel: () => {} };
  return spawnActor<State, IntegrityMessage, Own, Effect>(parent, {
    name: 'integrity',
    clock: deps.clock,
    init: () => initialState(config.role, deps.clock.now()),
    started: (scope) => scope.send({ type: 'begin' }),
    stopping: (state) => (state.unsaved ? [{ type: 'save-cache' }] : []),
    decide: (state, message, now) => decide(state, message, now, config),
    perform: (effect, scope) => perform(effect, deps, scope, alarm),
    // A scan result may have 100,000 rows: of it the inspector shows the kind of message only.
    redact: (message) => (message.type === 'scanned' ? { type: message.type } : message),
    redactState: ({ last, known, ...state }) => ({
      ...state,
      ...(known === undefined ? {} : { known: { ...known, tree: treeFigures(known.tree) } }),
      ...(last === undefined ? {} : { last: { ...last, tree: treeFigures(last.tree) } }),
    }),
  });
}

/** The one timer: a new one takes the place of the one before, which else would wake us for nothing. */
interface Alarm {
  cancel: () => void;
}

function perform(effect: Effect, deps: IntegrityDeps, scope: Scope<Own>, alarm: Alarm): void {
  switch (effect.type) {
    case 'learn-epoch':
      learnEpoch(deps, scope);
      break;
    case 'scan':
      scan(effect.extent, deps, scope);
      break;
    case 'watch':
      deps.watch(effect.directories);
      break;
    case 'save-cache':
      deps.saveCache();
      break;
    case 'report':
      deps.report(effect.event);
      break;
    case 'reply':
      tell(effect.to, effect.value);
      break;
    case 'wake':
      alarm.cancel();
      alarm.cancel = scope.after(effect.delayMs, { type: 'wake' });
      break;
  }
}

function scan(extent: Extent, deps: IntegrityDeps, scope: Scope<Own>): void {
  scope.run(
    (signal) => deps.scan(extent, signal),
    (result) => ({ type: 'scanned', result }),
    (error) => ({ type: 'scan-failed', text: faultWords("Reading this node's files", error) }),
  );
}

function learnEpoch(deps: IntegrityDeps, scope: Scope<Own>): void {
  scope.run(
    () => deps.firstEpoch(),
    (epoch) => ({ type: 'epoch-known', epoch }),
    (error) => ({ type: 'epoch-failed', text: faultWords('Writing down the number of this start', error) }),
  );
}

const faultWords = (doing: string, error: unknown): string =>
  `${doing} failed (${error instanceof Error ? error.message : String(error)}); it is tried again.`;
