import { LinkError } from './error.ts';
import type { OutgoingStream } from './link.ts';

interface Writing {
  readonly bytes: Uint8Array;
  sent: number;
  readonly resolve: () => void;
  readonly reject: (error: LinkError) => void;
}

/** The sender's end of a stream, as its owner and as the link see it. */
export interface Sender {
  readonly stream: OutgoingStream;
  /** Something may be sent now: bytes with credit, or the end after the last byte. */
  readonly ready: () => boolean;
  /** Sends at most one piece. */
  readonly sendPiece: (maxBytes: number) => void;
  /** False when the sum is no credit that an honest reader grants. */
  readonly credit: (bytes: number) => boolean;
  /** The stream is over, nothing more is sent: writers are rejected and the signal aborts. */
  readonly fail: (error: LinkError) => void;
}

/** What a sender needs of its link. */
export interface SenderDeps {
  readonly data: (bytes: Uint8Array) => void;
  readonly end: () => void;
  readonly abort: (code: string, text: string) => void;
  /** There is something to send. */
  readonly wake: () => void;
}

/** More credit than this in one hand is a breach: a reader's window is a few MiB. */
const maxCreditBytes = 0x7fff_ffff;

export function outgoingStream(initialCredit: number, deps: SenderDeps): Sender {
  const writings: Writing[] = [];
  const controller = new AbortController();
  let credit = initialCredit;
  let state: 'open' | 'ending' | 'over' = 'open';
  const fail = (error: LinkError): void => {
    if (state === 'over') return;
    state = 'over';
    for (const writing of writings.splice(0)) writing.reject(error);
    controller.abort(error);
  };
  const finish = (): void => {
    state = 'over';
    deps.end();
  };
  const sendPiece = (maxBytes: number) => {
    const writing = writings[0];
    if (writing === undefined) return finish();
    const length = Math.min(maxBytes, credit, writing.bytes.byteLength - writing.sent);
    deps.data(writing.bytes.subarray(writing.sent, writing.sent + length));
    writing.sent += length;
    credit -= length;
    if (writing.sent < writing.bytes.byteLength) return;
    writings.shift();
    writing.resolve();
  };
  const write = (bytes: Uint8Array): Promise<void> => {
    if (state !== 'open') return Promise.reject(overError(controller.signal));
    if (bytes.byteLength === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      writings.push({ bytes, sent: 0, resolve, reject });
      deps.wake();
    });
  };
  return {
    stream: {
      signal: controller.signal,
      write,
      end: () => {
        if (state !== 'open') return;
        state = 'ending';
        deps.wake();
      },
      abort: (code, text) => {
        if (state === 'over') return;
        fail(new LinkError('aborted', `this side gave the stream up: ${text}`));
        deps.abort(code, text);
      },
    },
    ready: () => (writings.length > 0 ? credit > 0 : state === 'ending'),
    sendPiece,
    credit: (bytes) => {
      credit += bytes;
      return credit <= maxCreditBytes;
    },
    fail,
  };
}

function overError(signal: AbortSignal): LinkError {
  const reason: unknown = signal.reason;
  return reason instanceof LinkError
    ? reason
    : new LinkError('closed', 'the stream has ended: nothing more can be written');
}
