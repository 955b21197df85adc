import type { Disk } from './disk.ts';

/** Items of a long computation after which others get their turn: a few milliseconds of work. */
export const pieceItems = 2_000;

/** A long, pure computation: it yields every now and then, and returns what it found. */
export type InPieces<T> = Generator<undefined, T, undefined>;

/** Runs `work` to its end and lets the event loop turn wherever it yields. */
export async function runPieces<T>(disk: Pick<Disk, 'turn'>, work: InPieces<T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    await disk.turn();
  }
}

/** Runs `work` to its end at once. */
export function runAtOnce<T>(work: InPieces<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Each item in order; yields after every `pieceItems`. */
export function* eachPiece<T>(items: Iterable<T>, act: (item: T) => void): InPieces<void> {
  let left = pieceItems;
  for (const item of items) {
    act(item);
    if (--left > 0) continue;
    left = pieceItems;
    yield;
  }
}
