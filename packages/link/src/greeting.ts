import type { Decoded, Envelope, FrameDecoder, Violation } from '@muster/protocol';
import type { LinkDeps } from './deps.ts';
import { LinkError } from './error.ts';
import type { LinkFeed } from './live-link.ts';
import type { Connection } from './transport.ts';

/** A connection before it is a link: it waits for the one frame that decides. */
export interface Greeting {
  /** The first frame. Rejects with a `LinkError`: `timeout`, `hung-up`, `protocol-violation`. The connection is paused by then. */
  readonly first: Promise<{ readonly envelope: Envelope; readonly early: readonly Decoded[] }>;
  /** From here on the link is told what the connection tells. */
  readonly become: (feed: LinkFeed) => void;
  /** Sends the farewell and closes. What still arrives is read and dropped: unread bytes would reset the connection. */
  readonly dismiss: (farewell: Uint8Array) => void;
  readonly isClosed: () => boolean;
}

/** `wanted`: what the peer should send within `handshakeMs`, for the error's text. */
export function greet(connection: Connection, decoder: FrameDecoder, wanted: string, deps: LinkDeps): Greeting {
  const peer = connection.remoteAddress;
  let feed: LinkFeed | undefined;
  let closed: { readonly error: Error | undefined } | undefined;
  let settled = false;
  let cancelLinger = (): void => {};
  const first = new Promise<{ envelope: Envelope; early: readonly Decoded[] }>((resolve, reject) => {
    const cancel = deps.clock.after(deps.limits.handshakeMs, () => {
      const text = `${peer} sent no ${wanted} within ${deps.limits.handshakeMs} ms`;
      settle(() => reject(new LinkError('timeout', text, { peer })));
    });
    const settle = (how: () => void): void => {
      if (settled) return;
      settled = true;
      cancel();
      connection.pause();
      how();
    };
    const received = (bytes: Uint8Array) => {
      const [decoded, ...early] = decoder.push(bytes);
      if (decoded === undefined) return;
      const violation = [decoded, ...early].find((one) => !one.ok);
      if (violation?.ok === false) return settle(() => reject(violationError(violation.violation, peer)));
      if (decoded.ok && decoded.frame.type === 'envelope') {
        const { envelope } = decoded.frame;
        settle(() => resolve({ envelope, early }));
      }
    };
    connection.listen({
      data: (bytes) => (feed !== undefined ? feed.data(bytes) : settled || received(bytes)),
      drained: () => feed?.drained(),
      closed: (error) => {
        closed = { error };
        cancelLinger();
        if (feed !== undefined) return feed.closed(error);
        const text = `${peer} closed the connection before its ${wanted}: it may be stopping`;
        settle(() => reject(new LinkError('hung-up', text, { peer, cause: error })));
      },
    });
  });
  return {
    first,
    become: (link) => {
      feed = link;
      if (closed !== undefined) link.closed(closed.error);
    },
    dismiss: (farewell) => {
      if (closed !== undefined) return;
      connection.write(farewell);
      connection.end();
      connection.resume();
      cancelLinger = deps.clock.after(deps.limits.lingerMs, () => connection.destroy());
    },
    isClosed: () => closed !== undefined,
  };
}

const violationError = ({ code, text }: Violation, peer: string): LinkError =>
  new LinkError(
    'protocol-violation',
    `${peer} broke the protocol (${code}: ${text}): it is no Muster node, or of another version`,
    { peer },
  );
