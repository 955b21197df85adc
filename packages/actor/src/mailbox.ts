/** What happens to a message for a full mailbox. What is dropped becomes a dead letter. */
export type Overflow = 'drop-newest' | 'drop-oldest' | 'refuse';

/** The bound of a mailbox. */
export interface MailboxLimit {
  /** Messages of others that may wait. An integer, at least 1. */
  readonly capacity: number;
  readonly overflow: Overflow;
}

/** Deep enough for a burst of one message per agent of a large node, shallow enough to stay under 10 MB or so. */
export const defaultMailbox: MailboxLimit = { capacity: 65_536, overflow: 'drop-newest' };

/**
 * A bounded ring of waiting messages. `head` and `tail` count every message that ever left and
 * entered, so `head` is the number of the oldest that waits.
 */
export interface Mailbox extends MailboxLimit {
  slots: unknown[];
  /** When each message came, if anyone wants to know; else `unstamped`. */
  stamps: number[];
  head: number;
  tail: number;
  /** The deepest it ever was. */
  highWater: number;
}

/** Stamp of a message that came while nobody wanted to know when. */
export const unstamped = -1;

/** Whether the message of this number is one that stands for others: each 64th, from the first on. */
export const isSample = (number: number): boolean => (number & 63) === 0;

const smallest = 16;
/** An empty ring larger than this gives its memory back. */
const largestKept = 4_096;

export function openMailbox(limit: MailboxLimit): Mailbox {
  const { capacity, overflow } = limit;
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new Error(`mailbox capacity ${capacity}: give an integer of at least 1`);
  }
  return { capacity, overflow, slots: [], stamps: [], head: 0, tail: 0, highWater: 0 };
}

/** Adds `message`. The caller saw to it that there is room. */
export function push(box: Mailbox, message: unknown, at: number): void {
  const depth = box.tail - box.head;
  if (depth === box.slots.length) grow(box);
  const slot = box.tail & (box.slots.length - 1);
  box.slots[slot] = message;
  box.stamps[slot] = at;
  box.tail++;
  if (depth >= box.highWater) box.highWater = depth + 1;
}

/** Takes the oldest message out. The mailbox is not empty. */
export function shift(box: Mailbox): unknown {
  const slot = box.head & (box.slots.length - 1);
  const message = box.slots[slot];
  box.slots[slot] = undefined;
  box.head++;
  if (box.head === box.tail && box.slots.length > largestKept) release(box);
  return message;
}

/** When the oldest message came. Read it before `shift`. */
export function stampOfOldest(box: Mailbox): number {
  return box.stamps[box.head & (box.slots.length - 1)] ?? 0;
}

function grow(box: Mailbox): void {
  const depth = box.tail - box.head;
  const size = Math.max(smallest, depth * 2);
  const slots = new Array<unknown>(size).fill(undefined);
  const stamps = new Array<number>(size).fill(0);
  for (let n = 0; n < depth; n++) {
    const from = (box.head + n) & (box.slots.length - 1);
    const to = (box.head + n) & (size - 1);
    slots[to] = box.slots[from];
    stamps[to] = box.stamps[from] ?? 0;
  }
  box.slots = slots;
  box.stamps = stamps;
}

function release(box: Mailbox): void {
  box.slots = [];
  box.stamps = [];
}
