import type { AnyBehaviour, Behaviour } from './behaviour.ts';
import type { Cell } from './cell.ts';
import type { ActorView, Child, RestartRule, StopReason, Superior } from './child.ts';
import { buryAll } from './deliver.ts';
import { drain } from './drain.ts';
import { ActorStoppedError } from './errors.ts';
import { end, failAsks, start, tellAwaiting } from './incarnation.ts';
import { defaultMailbox, openMailbox } from './mailbox.ts';
import { openOwnLane, ownDepth } from './own-lane.ts';
import { childPath } from './path.ts';
import { type Ref, refTo } from './ref.ts';
import type { Runtime } from './runtime.ts';
import type { Turn } from './scheduler.ts';
import { tracesOf } from './trace.ts';
import { notifyWatchers } from './watch.ts';

/** The key under which a parent keeps its nest. */
export const nest: unique symbol = Symbol('nest');

/** A place in the tree under which actors are spawned: a supervisor, or what its `spawn` hands over. */
export interface Parent {
  readonly path: string;
  readonly [nest]: Nest;
}

/** What this package knows of a parent. */
export interface Nest {
  readonly path: string;
  readonly runtime: Runtime;
  readonly superior: Superior;
  readonly rule: RestartRule;
  readonly shutdownMs: number;
  /** Throws when the name is bad or taken, or the supervisor is stopped. Starts the child if the supervisor runs. */
  adopt(name: string, make: () => Child): void;
}

/**
 * Starts `behaviour` under `parent`; `init` and `started` have run when it returns. If they throw,
 * the actor has crashed: its supervisor restarts it as after any crash, and the ref is good. Throws
 * when a sibling has the name, the name is bad, or the parent is stopped.
 */
export function spawnActor<State, Message, Own, Effect>(
  parent: Parent,
  behaviour: Behaviour<State, Message, Own, Effect>,
): Ref<Message> {
  const at = parent[nest];
  let cell: Cell | undefined;
  at.adopt(behaviour.name, () => {
    cell = openCell(at, behaviour as unknown as AnyBehaviour);
    return cell.child;
  });
  return cell!.self as unknown as Ref<Message>;
}

function openCell(at: Nest, behaviour: AnyBehaviour): Cell {
  const { runtime } = at;
  const path = childPath(at.path, behaviour.name);
  const mailbox = openMailbox(behaviour.mailbox ?? defaultMailbox);
  const turn: Turn = runtime.scheduler.mailbox(path, () => drain(cell));
  const cell = cellFor(at, { behaviour, path, mailbox, turn });
  cell.self = refTo(cell, behaviour.name, path);
  cell.child = childOf(cell);
  runtime.cells.set(path, cell);
  runtime.observer.spawned?.(path);
  return cell;
}

/** Every field from the start, in one order: so that all cells have one shape. */
function cellFor(at: Nest, own: Pick<Cell, 'behaviour' | 'path' | 'mailbox' | 'turn'>): Cell {
  return {
    kind: 'cell',
    runtime: at.runtime,
    superior: at.superior,
    rule: at.rule,
    shutdownMs: at.shutdownMs,
    behaviour: own.behaviour,
    path: own.path,
    mailbox: own.mailbox,
    turn: own.turn,
    own: openOwnLane(),
    self: undefined as never,
    child: undefined as never,
    status: 'down',
    closed: false,
    awake: false,
    handling: false,
    state: undefined,
    scope: undefined,
    ending: undefined,
    stopping: undefined,
    injected: undefined,
    asks: undefined,
    probes: undefined,
    watchers: undefined,
    awaiting: undefined,
    recent: undefined,
    traces: tracesOf(at.runtime, own.path),
    incarnations: 0,
    processed: 0,
    overflowed: 0,
    busyMs: 0,
    startedAt: at.runtime.clock.now(),
    lastError: undefined,
  };
}

const childless: ReadonlyMap<string, Child> = new Map();

function childOf(cell: Cell): Child {
  return {
    name: cell.behaviour.name,
    path: cell.path,
    rule: cell.rule,
    handle: cell.self,
    down: () => cell.status === 'down' || cell.status === 'stopped',
    start: () => start(cell),
    end: () => end(cell),
    stop: (reason) => stop(cell, reason),
    row: () => rowOf(cell),
    children: childless,
  };
}

function stop(cell: Cell, reason: StopReason): Promise<void> {
  if (cell.stopping !== undefined) return cell.stopping;
  cell.closed = true;
  failAsks(cell, () => new ActorStoppedError(cell.path), cell.mailbox.head, Number.POSITIVE_INFINITY);
  buryAll(cell);
  cell.stopping = end(cell).then(() => gone(cell, reason));
  return cell.stopping;
}

function gone(cell: Cell, reason: StopReason): void {
  cell.status = 'stopped';
  cell.turn.close();
  cell.runtime.cells.delete(cell.path);
  cell.superior.gone(cell.child);
  cell.runtime.observer.stopped?.(cell.path);
  tellAwaiting(cell, false);
  notifyWatchers(cell, reason);
}

function rowOf(cell: Cell): ActorView {
  const { mailbox, lastError } = cell;
  return {
    path: cell.path,
    name: cell.behaviour.name,
    kind: 'actor',
    status: cell.status,
    depth: mailbox.tail - mailbox.head + ownDepth(cell.own),
    highWater: mailbox.highWater,
    capacity: mailbox.capacity,
    processed: cell.processed,
    overflowed: cell.overflowed,
    busyMs: cell.busyMs,
    inFlight: cell.scope?.inFlight() ?? 0,
    restarts: Math.max(0, cell.incarnations - 1),
    startedAt: cell.startedAt,
    lastError: lastError && { at: lastError.at, text: String(lastError.error) },
  };
}
