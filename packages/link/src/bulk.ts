import type { Sender } from './outgoing-stream.ts';

/** Serves the streams of one link in turn, a piece each, while the link's queue is short. */
export interface Bulk {
  /** `sender` has something to send. */
  readonly wake: (sender: Sender) => void;
  /** The queue became shorter, or credit arrived. */
  readonly pump: () => void;
  readonly clear: () => void;
}

/** `room`: whether stream bytes may leave now. Control messages do not ask, and so overtake. */
export function bulk(room: () => boolean, pieceBytes: number): Bulk {
  const turn = new Set<Sender>();
  let pumping = false;
  const pump = (): void => {
    if (pumping) return;
    pumping = true;
    for (const sender of turn) {
      if (!room()) break;
      turn.delete(sender);
      if (!sender.ready()) continue;
      sender.sendPiece(pieceBytes);
      if (sender.ready()) turn.add(sender);
    }
    pumping = false;
  };
  return {
    wake: (sender) => {
      turn.add(sender);
      pump();
    },
    pump,
    clear: () => turn.clear(),
  };
}
