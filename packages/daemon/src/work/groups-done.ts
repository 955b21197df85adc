/** When this worker last took over groups of the master's: as they changed, and by comparing all. Pure. */
import { after, type Span } from './span.ts';

export interface GroupsDone {
  readonly changes?: Span & { readonly chunks: number };
  readonly full?: Span & { readonly chunks: number };
  /** Messages of the master whose changes are not written yet; `version`: of the last. */
  readonly pushed?: { readonly startAt: number; readonly chunks: number; readonly version: number } | undefined;
  /** A comparison under way: questions to the master. */
  readonly asked?: { readonly startAt: number; readonly chunks: number } | undefined;
}

export const noGroupsDone: GroupsDone = {};

/** Changes came that bring us to `version`. */
export const pushed = (done: GroupsDone, version: number, at: number): GroupsDone => ({
  ...done,
  pushed: { startAt: done.pushed?.startAt ?? at, chunks: (done.pushed?.chunks ?? 0) + 1, version },
});

/** `version` is held, and the manager beside us says the same. */
export function held(done: GroupsDone, version: number, at: number): GroupsDone {
  const waited = done.pushed;
  if (waited === undefined || waited.version > version) return done;
  const changes = after(done.changes, { startAt: waited.startAt, endAt: at, chunks: waited.chunks });
  return { ...done, changes, pushed: undefined };
}

/** The master is asked for digests or rows. */
export const asked = (done: GroupsDone, at: number): GroupsDone => ({
  ...done,
  asked: { startAt: done.asked?.startAt ?? at, chunks: (done.asked?.chunks ?? 0) + 1 },
});

/** An ask failed: the comparison begins anew. */
export const gaveUp = (done: GroupsDone): GroupsDone => ({ ...done, asked: undefined });

/** All is as the master has it at `version`. What changes it brought with it, nobody has to write any more. */
export function repaired(done: GroupsDone, version: number, at: number): GroupsDone {
  const { startAt, chunks } = done.asked ?? { startAt: at, chunks: 0 };
  const full = after(done.full, { startAt, endAt: at, chunks });
  const left = done.pushed !== undefined && done.pushed.version > version ? done.pushed : undefined;
  return { ...done, full, asked: undefined, pushed: left };
}

/** What came and was asked over the link is void. */
export const unlinked = (done: GroupsDone): GroupsDone => ({ ...done, pushed: undefined, asked: undefined });
