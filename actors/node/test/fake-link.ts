import type { CloseCode, NodeName, WireMessage } from '@muster/protocol';
import type { LinkEnd, NodeLink, NodeLinkHandlers, PeerInfo } from '../src/index.ts';

/** A link in memory: what it was told, and a hand to play the peer. */
export interface FakeLink extends NodeLink {
  readonly sent: WireMessage[];
  /** `close CODE` and `destroy TEXT`, in order. */
  readonly ends: string[];
  readonly start: (handlers: NodeLinkHandlers) => void;
  readonly handlers: () => NodeLinkHandlers;
  /** The peer, or the network, ends it. */
  readonly end: (end: LinkEnd) => void;
  takes: boolean;
  answers: boolean;
}

export const peerOf = (node: NodeName, address = '10.0.0.7:4123'): PeerInfo => ({
  node,
  role: 'worker',
  version: '0.1.0',
  address,
  skewMs: 0,
});

export function fakeLink(node: NodeName, address?: string): FakeLink {
  const sent: WireMessage[] = [];
  const ends: string[] = [];
  let handlers: NodeLinkHandlers | undefined;
  let ended: LinkEnd | undefined;
  const end = (how: LinkEnd): void => {
    if (ended !== undefined) return;
    ended = how;
    handlers?.closed(how);
  };
  const link: FakeLink = {
    peer: peerOf(node, address),
    sent,
    ends,
    takes: true,
    answers: true,
    tell: (_to, message) => {
      if (link.takes) sent.push(message);
      return link.takes;
    },
    ask: (_to, message) => (link.answers ? Promise.resolve(message) : Promise.reject(new Error('no answer'))),
    ping: () => (link.answers ? Promise.resolve(1) : Promise.reject(new Error('no answer'))),
    close: (code: CloseCode, text) => {
      ends.push(`close ${code}`);
      end({ how: 'closed', code, text });
    },
    destroy: (reason) => {
      ends.push(`destroy ${reason.message}`);
      end({ how: 'lost', code: 'lost', text: reason.message });
    },
    stats: () => ({ bytesIn: 1, bytesOut: 2, bulkIn: 0, bulkOut: 0, messagesIn: 3, messagesOut: 4, streams: 0 }),
    start: (given) => {
      handlers = given;
      if (ended !== undefined) given.closed(ended);
    },
    handlers: () => handlers!,
    end,
  };
  return link;
}
