import type { Decision } from '@muster/actor';
import { compareGenerations, exactChanges, type GenerationId } from '@muster/protocol';
import type { IntegrityEvent, IntegrityMessage } from './messages.ts';
import { type ScanResult, widen } from './shapes.ts';
import {
  backOffMs,
  blockingOf,
  type Effect,
  type IntegrityConfig,
  type Own,
  type Running,
  type State,
} from './state.ts';
import { statusOf, viewOf } from './view.ts';

export type Step = Decision<State, Effect>;

/** One step of the actor. Pure; `now` is milliseconds on a monotonic scale. */
export function decide(state: State, message: IntegrityMessage | Own, now: number, config: IntegrityConfig): Step {
  if (message.type === 'get-state') {
    return step(state, { type: 'reply', to: message.replyTo, value: viewOf(state, config, now) });
  }
  return advance(take(state, message, now, config), now, config);
}

type Taken = Exclude<IntegrityMessage | Own, { readonly type: 'get-state' }>;

/** What the message itself changes. */
function take(state: State, message: Taken, now: number, config: IntegrityConfig): Step {
  switch (message.type) {
    case 'begin':
      return state.epoch === undefined ? step(state, { type: 'learn-epoch' }) : step(state);
    case 'wake':
      return woken({ ...state, wakeAt: undefined }, now);
    case 'dirty':
      return step(dirtied(state, message.directories, now + config.coalesceMs));
    case 'touched':
      return step({ ...dirtied(state, message.directories, now), marks: [...state.marks, message.mark] });
    case 'watch-exhausted':
      return step({ ...state, polling: true, fullAt: Math.min(state.fullAt, now + config.pollEveryMs) });
    case 'confirm-generation':
      return step(questioned(state, message.id, now, config));
    case 'epoch-known':
      return step({ ...state, epoch: message.epoch, epochTrouble: undefined });
    case 'epoch-failed':
      return step({ ...state, epochTrouble: troubled(state.epochTrouble, message.text, now) });
    case 'scanned':
      return scanned(state, message.result, now, config);
    case 'scan-failed':
      return step(scanFailed(state, message.text, now));
  }
}

const step = (state: State, ...effects: Effect[]): Step => ({ state, effects });
const report = (event: IntegrityEvent): Effect => ({ type: 'report', event });

/** A hint does not put off what is due already. */
function dirtied(state: State, directories: readonly string[] | 'all', dueAt: number): State {
  const extent = widen(state.dirty?.extent, directories);
  return { ...state, dirty: { extent, dueAt: Math.min(state.dirty?.dueAt ?? dueAt, dueAt) } };
}

function woken(state: State, now: number): Step {
  const { epochTrouble } = state;
  if (epochTrouble === undefined || epochTrouble.until > now || state.epoch !== undefined) return step(state);
  return step(
    { ...state, epochTrouble: { ...epochTrouble, until: Number.POSITIVE_INFINITY } },
    { type: 'learn-epoch' },
  );
}

/** Only of the newest generation, and once at a time: a later one is an answer already. */
function questioned(state: State, id: GenerationId, now: number, config: IntegrityConfig): State {
  const newest = state.known?.id;
  if (config.role !== 'master' || newest === undefined || compareGenerations(id, newest) !== 0) return state;
  if (state.confirm !== undefined) return state;
  return { ...state, confirm: { id, dueAt: now + config.confirmAfterMs } };
}

const troubled = (before: State['epochTrouble'], text: string, now: number): NonNullable<State['epochTrouble']> => {
  const attempts = (before?.attempts ?? 0) + 1;
  return { attempts, until: now + backOffMs(attempts), text };
};

/** What was to be scanned still is; after a failure all of it. */
function scanFailed(state: State, text: string, now: number): State {
  const { scan } = state;
  if (scan === undefined) return state;
  const scanTrouble = troubled(state.scanTrouble, text, now);
  const again = { ...dirtied(state, 'all', scanTrouble.until), marks: [...scan.marks, ...state.marks] };
  return { ...again, scan: undefined, scanTrouble };
}

function scanned(state: State, result: ScanResult, now: number, config: IntegrityConfig): Step {
  const { scan } = state;
  if (scan === undefined) return step(state);
  const blocked = blockingOf(result.problems).length > 0;
  const base: State = {
    ...state,
    confirm: blocked && scan.confirms ? putOff(state.confirm, now + config.heldRetryMs) : state.confirm,
    scan: undefined,
    scanTrouble: undefined,
    last: result,
    lastScanMs: now - scan.startedAt,
    fullAt: nextFull(state, scan, blocked, now, config),
    unsaved:
      state.unsaved || result.hashed > 0 || (state.last !== undefined && state.last.tree.root !== result.tree.root),
  };
  const watching = watch(base, result, now + config.coalesceMs);
  const told =
    config.role === 'master'
      ? publish(watching.state, result, scan)
      : tellLocal(watching.state, result, scan, state.last);
  return { state: told.state, effects: [...watching.effects, ...told.effects] };
}

/** A tree that cannot be read whole answers no question, and is not scanned for it without a pause. */
const putOff = (confirm: State['confirm'], dueAt: number): State['confirm'] =>
  confirm === undefined ? undefined : { ...confirm, dueAt };

/** A tree that cannot be read whole is looked at again soon, however many hints come meanwhile. */
function nextFull(state: State, scan: Running, blocked: boolean, now: number, config: IntegrityConfig): number {
  const every = state.polling ? config.pollEveryMs : config.reconcileEveryMs;
  const next = now + (blocked ? Math.min(config.heldRetryMs, every) : every);
  if (scan.extent === 'all') return next;
  return blocked ? Math.min(state.fullAt, next) : state.fullAt;
}

/** What was written to a directory between its listing and its watch is seen by listing it once more. */
function watch(state: State, { directories }: ScanResult, dueAt: number): Step {
  const fresh = directories.filter((directory) => !state.watched.has(directory));
  if (fresh.length === 0 && directories.length === state.watched.size) return step(state);
  const next = { ...state, watched: new Set(directories) };
  return step(fresh.length === 0 ? next : dirtied(next, fresh, dueAt), { type: 'watch', directories });
}

/**
 * Numbers the tree when it differs from the newest generation, or when a guard asked for the same once more.
 * Either answers the question: a guard that holds on asks of the new one.
 */
function publish(state: State, result: ScanResult, scan: Running): Step {
  if (blockingOf(result.problems).length > 0) return step(state);
  const { known, epoch } = state;
  if (known !== undefined && known.tree.root === result.tree.root && !(scan.confirms && state.confirm !== undefined)) {
    return step(state);
  }
  const id: GenerationId = { epoch: epoch!, generation: state.generation + 1 };
  const since =
    known?.id === undefined ? {} : { since: { base: known.id, changes: exactChanges(known.tree, result.tree) } };
  const next = { ...state, generation: id.generation, known: { tree: result.tree, id }, confirm: undefined };
  return step(next, report({ type: 'generation', generation: { id, tree: result.tree, ...since } }));
}

function tellLocal(state: State, result: ScanResult, scan: Running, before: ScanResult | undefined): Step {
  const next = { ...state, known: { tree: result.tree } };
  if (scan.marks.length === 0 && before !== undefined && sameFindings(before, result)) return step(next);
  const { tree, modeDrift, leftovers, problems } = result;
  return step(next, report({ type: 'local-tree', tree, modeDrift, leftovers, problems, marks: scan.marks }));
}

const sameFindings = (a: ScanResult, b: ScanResult): boolean =>
  a.tree.root === b.tree.root &&
  sameItems(a.modeDrift, b.modeDrift) &&
  sameItems(a.leftovers, b.leftovers) &&
  sameItems(a.problems.map(problemKey), b.problems.map(problemKey));

const problemKey = ({ path, code }: ScanResult['problems'][number]): string => `${code} ${path}`;
const sameItems = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

/** What follows from the state: the next scan, the cache, the status, the timer. */
function advance({ state, effects }: Step, now: number, config: IntegrityConfig): Step {
  const out: Effect[] = [...effects];
  const scanning = startScan(dueFull(state, now), now);
  out.push(...scanning.effects);
  let next = scanning.state;
  if (next.unsaved && next.saveAt <= now) {
    out.push({ type: 'save-cache' });
    next = { ...next, unsaved: false, saveAt: now + config.saveEveryMs };
  }
  const status = statusOf(next, config);
  if (!sameStatus(status, next.reported)) {
    out.push(report(status));
    next = { ...next, reported: status };
  }
  const due = nextDue(next, now);
  if (due !== undefined && (next.wakeAt === undefined || next.wakeAt > due)) {
    out.push({ type: 'wake', delayMs: Math.max(1, due - now) });
    next = { ...next, wakeAt: due };
  }
  return { state: next, effects: out };
}

const confirmDue = ({ confirm }: State, now: number): boolean => confirm !== undefined && confirm.dueAt <= now;

function dueFull(state: State, now: number): State {
  if (state.scan !== undefined) return state;
  return state.fullAt <= now || confirmDue(state, now) ? dirtied(state, 'all', now) : state;
}

function startScan(state: State, now: number): Step {
  const { dirty, scan, scanTrouble, epoch } = state;
  if (dirty === undefined || dirty.dueAt > now || scan !== undefined || epoch === undefined) return step(state);
  if (scanTrouble !== undefined && scanTrouble.until > now) return step(state);
  const running: Running = {
    extent: dirty.extent,
    startedAt: now,
    marks: state.marks,
    confirms: dirty.extent === 'all' && confirmDue(state, now),
  };
  return step({ ...state, scan: running, dirty: undefined, marks: [] }, { type: 'scan', extent: dirty.extent });
}

function sameStatus(a: State['reported'], b: State['reported']): boolean {
  if (a === undefined || b === undefined) return false;
  const same = a.state === b.state && a.why === b.why && a.files === b.files;
  return same && a.id?.generation === b.id?.generation && a.id?.epoch === b.id?.epoch;
}

/** While a scan runs, or the epoch is not known, only what ends that wakes us. */
function nextDue(state: State, now: number): number | undefined {
  const dues: number[] = [];
  if (state.unsaved) dues.push(state.saveAt);
  if (state.epochTrouble !== undefined && state.epoch === undefined) dues.push(state.epochTrouble.until);
  if (state.scan === undefined && state.epoch !== undefined) {
    const notBefore = state.scanTrouble?.until ?? 0;
    if (state.dirty !== undefined) dues.push(Math.max(state.dirty.dueAt, notBefore));
    dues.push(Math.max(state.fullAt, notBefore));
    if (state.confirm !== undefined) dues.push(Math.max(state.confirm.dueAt, notBefore));
  }
  const due = Math.min(...dues);
  return Number.isFinite(due) ? Math.max(due, now) : undefined;
}
