/** Mailboxes that wait for their turn, first come, first served: `round` from `taken` on, then `next`. */
export interface RunQueue {
  round: Ready[];
  taken: number;
  next: Ready[];
}

/** A mailbox that was woken. */
export interface Ready {
  readonly drain: () => void;
  closed: boolean;
}

export const openRunQueue = (): RunQueue => ({ round: [], taken: 0, next: [] });

/** Takes the mailbox out that has waited longest. Closed ones are dropped on the way. */
export function takeReady(queue: RunQueue): Ready | undefined {
  for (;;) {
    if (queue.taken === queue.round.length) {
      // Swapped even when empty: a round that is over must not keep its mailboxes alive.
      queue.round = queue.next;
      queue.taken = 0;
      queue.next = [];
      if (queue.round.length === 0) return undefined;
    }
    const ready = queue.round[queue.taken++];
    if (ready !== undefined && !ready.closed) return ready;
  }
}
