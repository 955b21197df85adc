/** A piece of work that is over, ms of the node's clock. */
export interface Span {
  readonly startAt: number;
  readonly endAt: number;
}

/** The next of a kind: it is not shown to have begun before the one before it, whose end may be what it waited for. */
export function after<Next extends Span>(before: Span | undefined, next: Next): Next {
  const startAt = Math.min(next.endAt, Math.max(next.startAt, before?.startAt ?? next.startAt));
  return { ...next, startAt };
}

/** For the wire: whole milliseconds before `now`. */
export function ageOf({ startAt, endAt }: Span, now: number): { startAgoMs: number; endAgoMs: number } {
  const ago = (at: number): number => Math.max(0, Math.round(now) - Math.round(at));
  return { startAgoMs: ago(startAt), endAgoMs: ago(endAt) };
}
