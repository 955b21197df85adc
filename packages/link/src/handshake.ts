/**
 * From a connection to a link: the dialer's hello, the acceptor's welcome or refusal.
 *
 * Both functions own the connection from the call on: it is closed whenever they reject.
 */
import {
  type CloseCode,
  clip,
  type Envelope,
  encodeEnvelope,
  frameDecoder,
  type Hello,
  protocolRange,
  type Welcome,
} from '@muster/protocol';
import type { LinkDeps } from './deps.ts';
import { LinkError } from './error.ts';
import { greet } from './greeting.ts';
import { judgeHello, type OwnIdentity } from './judge.ts';
import type { Peer } from './link.ts';
import { liveLink, type PausedLink } from './live-link.ts';
import type { Connection, PeerIdentity } from './transport.ts';

/** What the owner of the links makes of a hello in which nothing is wrong. */
export type Admittance =
  | { readonly accept: true }
  | { readonly accept: false; readonly code: CloseCode; readonly text: string };

export type Admit = (hello: Hello, proven: PeerIdentity | undefined, address: string) => Promise<Admittance>;

/**
 * The acceptor's side. The hello is validated whole before `admit` is asked. A refusal is sent to the peer
 * with code and text, then the connection is closed and the promise rejects with the same.
 */
export async function acceptLink(
  connection: Connection,
  own: OwnIdentity,
  admit: Admit,
  deps: LinkDeps,
): Promise<PausedLink> {
  const decoder = frameDecoder({ sender: 'worker', greeting: true });
  const greeting = greet(connection, decoder, 'hello', deps);
  const refuse = (code: CloseCode, text: string): LinkError => {
    greeting.dismiss(encodeEnvelope({ kind: 'refuse', code, text: clip(text) }));
    return new LinkError(code, text, { peer: connection.remoteAddress });
  };
  const { envelope: hello } = await greeting.first.catch((error: LinkError) => {
    refuse(greetingCode(error), error.message);
    throw error;
  });
  if (hello.kind !== 'hello') throw new Error('bug: the decoder let something else through before the hello');
  const skewMs = skewOf(hello, deps);
  const verdict = judgeHello(hello, own, connection.identity);
  if (!verdict.accept) throw refuse(verdict.code, verdict.text);
  const admittance = await admit(hello, connection.identity, connection.remoteAddress).catch((error: unknown) => {
    refuse('not-welcome', 'the node could not decide whether to take the link: try again');
    throw error;
  });
  if (!admittance.accept) throw refuse(admittance.code, admittance.text);
  if (greeting.isClosed()) throw gone(connection);
  const { protocol } = verdict;
  const { node, version, role } = hello;
  const peer: Peer = { node, role, version, address: connection.remoteAddress, protocol, skewMs };
  const welcome: Welcome = { kind: 'welcome', protocol, node: own.node, version: own.version, wallMs: deps.wallNow() };
  connection.write(encodeEnvelope(welcome));
  decoder.accept();
  const feed = liveLink({ connection, decoder, peer, side: 'acceptor', early: [] }, deps);
  greeting.become(feed);
  return feed.link;
}

/** The dialer's side. Rejects with a `LinkError`: the code and text of the refusal, or what broke. */
export async function openLink(connection: Connection, own: OwnIdentity, deps: LinkDeps): Promise<PausedLink> {
  const decoder = frameDecoder({ sender: 'master', greeting: true });
  const greeting = greet(connection, decoder, 'welcome', deps);
  connection.write(encodeEnvelope(helloOf(own, deps.wallNow())));
  const { envelope, early } = await greeting.first.catch((error: LinkError) => {
    connection.destroy();
    throw error;
  });
  const protocol = answered(envelope, own, connection);
  const { node, version } = envelope as Welcome;
  const skewMs = skewOf(envelope as Welcome, deps);
  const peer: Peer = { node, role: 'master', version, address: connection.remoteAddress, protocol, skewMs };
  const feed = liveLink({ connection, decoder, peer, side: 'dialer', early }, deps);
  greeting.become(feed);
  return feed.link;
}

function helloOf({ cluster, node, role, version, protocol = protocolRange }: OwnIdentity, wallMs: number): Hello {
  return { kind: 'hello', protocol, cluster, node, role, version, wallMs };
}

/** The peer may say any time; the difference is kept within what a message may hold, ms. */
const skewOf = ({ wallMs }: { readonly wallMs: number }, { wallNow }: LinkDeps): number =>
  Math.min(Number.MAX_SAFE_INTEGER, Math.max(-Number.MAX_SAFE_INTEGER, wallMs - wallNow()));

/** The protocol version of a welcome; throws what a refusal says, and closes the connection. */
function answered(envelope: Envelope, own: OwnIdentity, connection: Connection): number {
  const peer = connection.remoteAddress;
  if (envelope.kind === 'refuse') {
    connection.destroy();
    throw new LinkError(envelope.code, envelope.text, { peer, remote: true });
  }
  const { protocol } = envelope as Welcome;
  const range = own.protocol ?? protocolRange;
  if (protocol >= range.min && protocol <= range.max) return protocol;
  connection.destroy();
  const text = `${peer} chose the protocol ${protocol}, this node speaks ${range.min} to ${range.max}: upgrade the older of the two`;
  throw new LinkError('protocol-range', text, { peer });
}

const greetingCode = (error: LinkError): CloseCode => (error.code === 'timeout' ? 'silent' : 'protocol-violation');

const gone = (connection: Connection): LinkError =>
  new LinkError('hung-up', `${connection.remoteAddress} closed the connection while it was admitted`, {
    peer: connection.remoteAddress,
  });
