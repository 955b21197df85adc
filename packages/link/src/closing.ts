import { type CloseCode, clip, encodeEnvelope, type Violation } from '@muster/protocol';
import type { LinkDeps } from './deps.ts';
import { LinkError } from './error.ts';
import type { LinkClosed } from './link.ts';
import type { Outbox } from './outbox.ts';
import type { Connection } from './transport.ts';

/**
 * A silent peer will hardly read the goodbye. The link's owner can do nothing better before it has closed, such as
 * dial again, so it is not waited for much longer than for a round trip, ms.
 */
const silentLingerMs = 200;

/** How a link ends: open, then shut (nothing is taken or sent any more), then gone (the connection is closed). */
export interface Closing {
  readonly isOpen: () => boolean;
  /** What a call on the shut link fails with. */
  readonly error: () => LinkError;
  /** With a goodbye to the peer, or without; the first reason counts. */
  readonly shut: (reason: LinkClosed, farewell: 'goodbye' | 'none') => void;
  readonly violation: (violation: Violation) => void;
  readonly destroy: (reason: Error) => void;
  /** The connection is closed. */
  readonly gone: (error: Error | undefined) => void;
  /** Called as the link shuts. Set once. */
  readonly onShut: (shut: (error: LinkError) => void) => void;
  /** Called once when the connection is closed, even when that was before. */
  readonly onGone: (closed: (reason: LinkClosed) => void) => void;
}

export function closing(connection: Connection, out: Outbox, deps: LinkDeps, node: string): Closing {
  let reason: LinkClosed | undefined;
  let isGone = false;
  let cancelLinger = (): void => {};
  let shutListener = (_error: LinkError): void => {};
  let goneListener: ((reason: LinkClosed) => void) | undefined;
  const error = (): LinkError =>
    new LinkError('closed', `the link to ${node} is closed: ${reason?.text ?? ''}`, { peer: node });
  const enter = (why: LinkClosed): boolean => {
    if (reason !== undefined) return false;
    reason = why;
    shutListener(error());
    return true;
  };
  const shut = (why: LinkClosed, farewell: 'goodbye' | 'none'): void => {
    if (!enter(why)) return;
    if (farewell === 'goodbye') out.put(goodbye(why));
    out.flush();
    connection.end();
    // What still arrives is read and dropped: unread bytes would make the system reset the connection, goodbye and all.
    connection.resume();
    const lingerMs = why.code === 'silent' ? Math.min(silentLingerMs, deps.limits.lingerMs) : deps.limits.lingerMs;
    if (!isGone) cancelLinger = deps.clock.after(lingerMs, () => connection.destroy());
  };
  const tell = (): void => {
    const listener = goneListener;
    if (!isGone || listener === undefined || reason === undefined) return;
    goneListener = undefined;
    listener(reason);
  };
  return {
    isOpen: () => reason === undefined,
    error,
    shut,
    violation: ({ code, text }) =>
      shut({ how: 'violation', code: 'protocol-violation', text: `${code}: ${text}` }, 'goodbye'),
    destroy: (why) => {
      enter({ how: 'closed', code: 'lost', text: why.message });
      connection.destroy(why);
    },
    gone: (failure) => {
      isGone = true;
      cancelLinger();
      enter({ how: 'lost', code: 'lost', text: lostText(failure, node) });
      tell();
    },
    onShut: (listener) => {
      shutListener = listener;
    },
    onGone: (listener) => {
      goneListener = listener;
      if (isGone) deps.defer(tell);
    },
  };
}

const lostText = (failure: Error | undefined, node: string): string =>
  `the connection to ${node} broke${failure === undefined ? ' without a goodbye' : `: ${failure.message}`}`;

const goodbye = ({ code, text }: LinkClosed): Uint8Array =>
  encodeEnvelope({
    kind: 'goodbye',
    code: code === 'lost' ? 'shutting-down' : (code satisfies CloseCode),
    text: clip(text),
  });
