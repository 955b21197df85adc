import { type ActorName, clip, type Envelope, type WireMessage } from '@muster/protocol';
import type { Closing } from './closing.ts';
import type { LinkDeps } from './deps.ts';
import { LinkError } from './error.ts';
import type { Answer, LinkHandlers } from './link.ts';
import { pending, type Settled } from './pending.ts';
import { codeOf } from './text.ts';

/** The asks of a link in both directions. */
export interface Asking {
  readonly ask: (to: ActorName, message: WireMessage, timeoutMs: number) => Promise<WireMessage>;
  readonly replied: (id: number, message: WireMessage) => Settled;
  readonly failed: (id: number, code: string, text: string) => Settled;
  /** The peer asks. False when the id is in use. */
  readonly asked: (id: number, to: ActorName, message: WireMessage, handler: LinkHandlers['ask']) => boolean;
  readonly failAll: (error: LinkError) => void;
  /** Those that wait for an answer, of both sides. */
  readonly size: () => number;
}

export function asking(send: (envelope: Envelope) => void, end: Closing, { clock, limits }: LinkDeps): Asking {
  const own = pending<WireMessage>(clock, 'ask', limits.asks);
  /** Ids of the peer's asks that wait for an answer. */
  const theirs = new Set<number>();
  const answerTo = (id: number): Answer => {
    const answer = (envelope: Envelope): void => {
      if (!theirs.has(id) || !end.isOpen()) return;
      send(envelope);
      theirs.delete(id);
    };
    return {
      reply: (message) => answer({ kind: 'reply', id, message }),
      fail: (code, text) => answer({ kind: 'failure', id, code: codeOf(code), text: clip(text) }),
    };
  };
  return {
    ask: (to, message, timeoutMs) => own.begin(timeoutMs, (id) => send({ kind: 'ask', id, to, message })),
    replied: own.resolve,
    failed: (id, code, text) => own.reject(id, new LinkError(code, text, { remote: true })),
    asked: (id, to, message, handler) => {
      if (theirs.has(id)) return false;
      if (theirs.size >= limits.asks) {
        const text = `${limits.asks} asks wait for an answer, which is the limit: send fewer at once`;
        send({ kind: 'failure', id, code: 'too-many-asks', text });
        return true;
      }
      theirs.add(id);
      handler(to, message, answerTo(id));
      return true;
    },
    failAll: (error) => {
      own.failAll(error);
      theirs.clear();
    },
    size: () => own.size() + theirs.size,
  };
}
