/** Live messages of the actors whose path somebody wants to see. */
import type { Cell } from './cell.ts';
import { unstamped } from './mailbox.ts';
import { redactOf, shown, typeOf } from './redaction.ts';
import type { Runtime } from './runtime.ts';

/** A message that was handled right now. Times in milliseconds of the actor's clock. */
export interface TraceRow {
  /** When its handling began. */
  readonly at: number;
  readonly path: string;
  readonly type: string;
  /** Of a message that came before the trace was opened: since then. */
  readonly waitMs: number;
  readonly handlingMs: number;
  /** The message as it may be shown, made when asked for: inside the sink alone, the message is not kept. */
  readonly message: () => unknown;
}

export interface OpenTrace {
  readonly since: number;
  readonly match: (path: string) => boolean;
  readonly sink: (row: TraceRow) => void;
}

/** Opens a trace; the returned function ends it and may be called twice. */
export function openTrace(runtime: Runtime, match: OpenTrace['match'], sink: OpenTrace['sink']): () => void {
  const trace: OpenTrace = { since: runtime.clock.now(), match, sink };
  runtime.traces.add(trace);
  for (const cell of runtime.cells.values()) if (fits(trace, cell.path)) cell.traces = [...(cell.traces ?? []), trace];
  return () => {
    if (!runtime.traces.delete(trace)) return;
    for (const cell of runtime.cells.values()) {
      if (cell.traces?.includes(trace)) cell.traces = unlessNone(cell.traces.filter((other) => other !== trace));
    }
  };
}

/** The open traces that an actor spawned at `path` belongs to. */
export const tracesOf = ({ traces }: Runtime, path: string): readonly OpenTrace[] | undefined =>
  traces.size === 0 ? undefined : unlessNone([...traces].filter((trace) => fits(trace, path)));

const unlessNone = (traces: readonly OpenTrace[]): readonly OpenTrace[] | undefined =>
  traces.length === 0 ? undefined : traces;

/** A spawn must not fail for the sake of an onlooker. */
function fits({ match }: OpenTrace, path: string): boolean {
  try {
    return match(path);
  } catch {
    return false;
  }
}

interface Handled {
  /** Clock milliseconds, or `unstamped`. */
  readonly came: number;
  readonly at: number;
  readonly handlingMs: number;
}

/** Shows a message that `cell` handled to the traces that it belongs to. Never throws. */
export function traced(cell: Cell, message: unknown, { came, at, handlingMs }: Handled): void {
  if (cell.traces === undefined) return;
  const { path, behaviour, traces } = cell;
  let over = false;
  const show = (): unknown => (over ? '[gone]' : shown(message, redactOf(behaviour)));
  for (const { since, sink } of traces) {
    const waitMs = at - (came === unstamped ? since : came);
    try {
      sink({ at, path, type: typeOf(message), waitMs, handlingMs, message: show });
    } catch {
      // An onlooker is no part of the node: its fault must not become an actor's.
    }
  }
  over = true;
}
