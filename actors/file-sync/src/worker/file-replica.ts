/**
 * Keeps this worker's files equal to the newest generation that the master announced.
 *
 * One replication at a time; a newer generation waits for it to end. A generation counts as held only
 * when a scan that began after our last write finds nothing that differs. Whatever differs, for
 * whatever reason, is repaired by the same loop; deletions beyond a limit wait for a second
 * generation that says the same (`guard.ts`). Failures are tried again after 1 s, doubling to 30 s.
 *
 * Nothing survives a restart: link and newest announcement are asked of the node, the disk is scanned
 * anew, and a hold of the guard begins anew.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import { type FileTree, type GenerationAnnounced, type GenerationId, treeFigures } from '@muster/protocol';
import type { GuardLimits } from '../guard.ts';
import type { Replication, ReplicationResult } from '../shapes.ts';
import { codeOf, faultWords } from '../words.ts';
import { decide } from './decide.ts';
import type { FileReplicaEvent, FileReplicaMessage } from './messages.ts';
import { type Effect, initialState, type Own, type State } from './state.ts';

export interface FileReplicaConfig {
  readonly guard: GuardLimits;
}

/** What the actor needs of the node it runs in. */
export interface FileReplicaDeps {
  readonly clock: Clock;
  /** Whether the link to the master is open now, and the last announcement that came over it. */
  readonly master: () => { readonly linked: boolean; readonly announced?: GenerationAnnounced | undefined };
  /** The whole tree of a generation. Rejects when the link broke or the master no longer has it. */
  readonly fetchManifest: (id: GenerationId, signal: AbortSignal) => Promise<FileTree>;
  /** Makes the plan true on the disk, fetching what it lacks. Rejects when it failed as a whole, the link included. */
  readonly replicate: (
    plan: Replication,
    progress: (done: { files: number; bytes: number }) => void,
    signal: AbortSignal,
  ) => Promise<ReplicationResult>;
  /** Asks integrity to scan, and to name `mark` in the local tree that a scan begun after this call yields. */
  readonly rescan: (directories: readonly string[] | 'all', mark: number) => void;
  /** Asks the master to say generation `id` again. Lost is fine: it is asked again. */
  readonly confirmGeneration: (id: GenerationId) => void;
  /** The disk, as last scanned, was compared with the newest generation. Neither blocks nor throws. */
  readonly compared: () => void;
  /** Neither blocks nor throws. */
  readonly report: (event: FileReplicaEvent) => void;
}

/** Trees and plans may have 100,000 rows: of these the inspector shows the kind of message only. */
const shown = (message: FileReplicaMessage | Own): unknown =>
  message.type === 'local-tree' || message.type === 'fetched' || message.type === 'announced'
    ? { type: message.type }
    : message;

/** The same of the state, with figures in their place. */
const shownState = ({ target, local, lacks, work, repairs, deletions, ...state }: State): unknown => ({
  ...state,
  work: work.type === 'replicating' ? { type: work.type, id: work.id, done: work.done } : work,
  ...(target === undefined ? {} : { target: { id: target.id, tree: treeFigures(target.tree) } }),
  ...(local === undefined ? {} : { local: { ...local, tree: treeFigures(local.tree) } }),
  ...(lacks === undefined ? {} : { lacks: lacks.size }),
  // Last: they name single files, and what is shown is cut at its end.
  ...{ repairs, deletions },
});

/** Marks of different incarnations never meet: none asks for this many scans. */
const marksPerIncarnation = 2 ** 32;
/** Progress is told this often at most, ms: enough for an eye, no load. */
const progressEveryMs = 100;

export function spawnFileReplica(
  parent: Parent,
  deps: FileReplicaDeps,
  config: FileReplicaConfig,
): Ref<FileReplicaMessage> {
  let incarnation = 0;
  const init = (): State => {
    incarnation += 1;
    return initialState({ ...deps.master(), firstMark: incarnation * marksPerIncarnation }, deps.clock.now());
  };
  const alarm: Alarm = { cancel: () => {} };
  return spawnActor<State, FileReplicaMessage, Own, Effect>(parent, {
    name: 'file-sync',
    clock: deps.clock,
    init,
    started: (scope) => scope.send({ type: 'begin' }),
    decide: (state, message, now) => decide(state, message, now, config.guard),
    perform: (effect, scope) => perform(effect, deps, scope, alarm),
    redact: shown,
    redactState: shownState,
  });
}

/** The one timer: a new one takes the place of the one before, which else would wake us for nothing. */
interface Alarm {
  cancel: () => void;
}

function perform(effect: Effect, deps: FileReplicaDeps, scope: Scope<Own>, alarm: Alarm): void {
  switch (effect.type) {
    case 'fetch-manifest':
      fetchManifest(effect, deps, scope);
      break;
    case 'replicate':
      replicate(effect.plan, deps, scope);
      break;
    case 'rescan':
      deps.rescan(effect.directories, effect.mark);
      break;
    case 'confirm-generation':
      deps.confirmGeneration(effect.id);
      break;
    case 'compared':
      deps.compared();
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

function fetchManifest(
  { id, root }: Extract<Effect, { readonly type: 'fetch-manifest' }>,
  deps: FileReplicaDeps,
  scope: Scope<Own>,
): void {
  scope.run(
    (signal) => deps.fetchManifest(id, signal),
    (tree) => ({ type: 'fetched', id, root, tree }),
    (error) => ({
      type: 'fetch-failed',
      id,
      code: codeOf(error),
      text: faultWords(`Fetching the list of files of generation ${id.generation}`, error),
    }),
  );
}

function replicate(plan: Replication, deps: FileReplicaDeps, scope: Scope<Own>): void {
  let toldAt = Number.NEGATIVE_INFINITY;
  const progress = ({ files, bytes }: { files: number; bytes: number }): void => {
    if (scope.now() - toldAt < progressEveryMs) return;
    toldAt = scope.now();
    scope.send({ type: 'progressed', done: { files, bytes } });
  };
  scope.run(
    (signal) => deps.replicate(plan, progress, signal),
    (result) => ({ type: 'replicated', result }),
    (error) => ({
      type: 'replication-failed',
      code: codeOf(error),
      text: faultWords('Applying the generation', error),
    }),
  );
}
