/** What may be seen of a running tree, and what a person may do to it, without any actor knowing. */
import type { Cell } from './cell.ts';
import type { ActorView, Child } from './child.ts';
import type { DeadLetter } from './dead-letters.ts';
import { deliverProbe } from './deliver.ts';
import { ActorStoppedError } from './errors.ts';
import { crash } from './incarnation.ts';
import type { Probed } from './probe.ts';
import { keepMessages, type RecentMessage } from './recent.ts';
import { redactOf, redactStateOf, shown } from './redaction.ts';
import type { Ref } from './ref.ts';
import type { Runtime } from './runtime.ts';
import { openTrace, type TraceRow } from './trace.ts';

/** Paths are those of `ActorView`: `/links/dialer`. */
export interface Inspection {
  /** Every actor and supervisor that is not stopped, in tree order, parents first; the first `most` of them, which costs no more than these. */
  inspect(most?: number): readonly ActorView[];
  /** One of them and its own children, at most `most`. Undefined for an unknown path. */
  look(
    path: string,
    most?: number,
  ): { readonly row: ActorView; readonly children: readonly ActorView[]; readonly childCount: number } | undefined;
  /**
   * The state of a running actor as its `redactState` shows it, or with secret-looking keys and bytes hidden:
   * a copy below 16 KiB that holds nothing of it. Undefined for an unknown path, a supervisor, and an actor that is down.
   */
  state(path: string): unknown;
  /** The last `n` messages that the actor handled since `keepRecent`, oldest first, redacted. Empty for an unknown path. */
  recent(path: string, n: number): readonly RecentMessage[];
  /** Keeps the last `n` messages of the actor from now on; 0 stops that. False for an unknown path. */
  keepRecent(path: string, n: number): boolean;
  /**
   * Gives `sink` each message that is handled from now on by actors whose path `match` takes, also by those that
   * are spawned later. It is called inside the kernel: be quick. A throw of either harms nobody. What it tells to
   * an actor that fits is given to it again. Actors that do not fit pay nothing. The returned function ends it.
   */
  trace(match: (path: string) => boolean, sink: (row: TraceRow) => void): () => void;
  /** How many messages reached nobody, and the last 256 of them. */
  deadLetters(): { readonly count: number; readonly last: readonly DeadLetter[] };
  /** The actor at `path`, for one who knows what it takes. Undefined for an unknown path and a supervisor. */
  refOf(path: string): Ref<unknown> | undefined;
  /**
   * Sends the actor an empty message and resolves when its turn came. The kernel handles it: the actor never
   * sees it and it counts as no message, but for `depth` and `highWater`, for it does wait. One that waits
   * when the actor crashes goes on waiting. Rejects with `ActorStoppedError` when there is no such actor or it
   * stops, with `MailboxFullError` where there is no room or 64 wait already. Sets no time limit.
   */
  probe(path: string): Promise<Probed>;
  /** Crashes the actor as if its handler had thrown `error`: a drill. False when no actor runs at `path`. */
  crash(path: string, error: Error): boolean;
  /**
   * Ends the actor in good order, as a stop does, and starts it anew: same ref, what waits goes on waiting. It
   * alone, whatever the strategy of its supervisor, and outside the budget. Resolves with true when it was
   * started (it may crash in that), with false when there is no such actor, it is a supervisor, temporary (it
   * is not made to come back), or stops or has stopped meanwhile.
   */
  restart(path: string): Promise<boolean>;
}

export function openInspection(runtime: Runtime, top: Child): Inspection {
  const { cells, deadLetters } = runtime;
  return {
    inspect: (most = Number.POSITIVE_INFINITY) => {
      const rows: ActorView[] = [];
      walk(top, rows, most);
      return rows;
    },
    look: (path, most = Number.POSITIVE_INFINITY) => look(top, path, most),
    state: (path) => stateOf(cells.get(path)),
    recent: (path, n) => cells.get(path)?.recent?.read(n) ?? [],
    keepRecent: (path, n) => keepRecent(cells.get(path), n),
    trace: (match, sink) => openTrace(runtime, match, sink),
    deadLetters: () => deadLetters.read(),
    refOf: (path) => cells.get(path)?.self as Ref<unknown> | undefined,
    probe: (path) => {
      const cell = cells.get(path);
      return cell === undefined ? Promise.reject(new ActorStoppedError(path)) : deliverProbe(cell);
    },
    crash: (path, error) => {
      const cell = cells.get(path);
      if (cell === undefined || (cell.status !== 'running' && cell.status !== 'ending')) return false;
      crash(cell, error);
      return true;
    },
    restart: (path) => restart(cells.get(path)),
  };
}

function walk(child: Child, rows: ActorView[], most: number): void {
  if (rows.length >= most) return;
  rows.push(child.row());
  for (const own of child.children.values()) {
    if (rows.length >= most) return;
    walk(own, rows, most);
  }
}

function look(top: Child, path: string, most: number): ReturnType<Inspection['look']> {
  const names = path === '/' ? [] : path.split('/').slice(1);
  const found = names.reduce<Child | undefined>((at, name) => at?.children.get(name), top);
  if (found === undefined || found.path !== path) return undefined;
  const children: ActorView[] = [];
  for (const child of found.children.values()) {
    if (children.length >= most) break;
    children.push(child.row());
  }
  return { row: found.row(), children, childCount: found.children.size };
}

function stateOf(cell: Cell | undefined): unknown {
  // While its first `init` runs, and in between two incarnations, there is none.
  if (cell === undefined || (cell.status !== 'running' && cell.status !== 'ending')) return undefined;
  return cell.state === undefined ? undefined : shown(cell.state, redactStateOf(cell.behaviour));
}

function keepRecent(cell: Cell | undefined, n: number): boolean {
  if (cell === undefined) return false;
  const redact = redactOf(cell.behaviour);
  cell.recent = n > 0 ? keepMessages(n, (message) => shown(message, redact)) : undefined;
  return true;
}

function restart(cell: Cell | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (cell === undefined || cell.closed || !cell.superior.restart(cell.child)) return resolve(false);
    cell.awaiting ??= [];
    cell.awaiting.push(resolve);
  });
}
