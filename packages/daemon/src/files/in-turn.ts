/**
 * `work`, called one at a time in the order of the calls: the aborted call of a dead incarnation may
 * still be ending when its successor makes the first of its own.
 */
export function inTurn<Args extends readonly unknown[], T>(
  work: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const next = last.then(
      () => work(...args),
      () => work(...args),
    );
    last = next;
    return next;
  };
}
