/**
 * What an actor sent itself (timers, outcomes of its work) and did not come to yet. Apart from the
 * mailbox, so that a flood from outside never costs an actor the outcome that it waits for, and so
 * that a crash takes the messages of the dead incarnation and no others.
 */
export interface OwnLane {
  entries: OwnEntry[];
  /** Index of the oldest entry that waits. */
  first: number;
}

export interface OwnEntry {
  readonly message: unknown;
  /** How many messages of others had come before: it waits for these and for no later ones. */
  readonly after: number;
  readonly at: number;
  /** Set when the actor came to it, or when it was taken back. */
  done: boolean;
}

/** More than this many waiting is a loop of the actor's own making. */
export const ownLimit = 65_536;

export const openOwnLane = (): OwnLane => ({ entries: [], first: 0 });

/** How many wait. Entries taken back count until their turn comes. */
export const ownDepth = (lane: OwnLane): number => lane.entries.length - lane.first;

/** The oldest entry that still counts and that waits for no message after the first `taken`. */
export function takeOwn(lane: OwnLane, taken: number): OwnEntry | undefined {
  for (;;) {
    const entry = lane.entries[lane.first];
    if (entry === undefined || entry.after > taken) return undefined;
    lane.first++;
    if (lane.first === lane.entries.length) clearOwn(lane);
    else if (lane.first === 1_024) compact(lane);
    if (!entry.done) {
      entry.done = true;
      return entry;
    }
  }
}

/** Forgets everything. */
export function clearOwn(lane: OwnLane): void {
  lane.entries = [];
  lane.first = 0;
}

function compact(lane: OwnLane): void {
  lane.entries.splice(0, lane.first);
  lane.first = 0;
}
