/**
 * Adapter: TLS 1.3 with a pre-shared key over TCP (`reference/engine.md`, Links).
 *
 * Key exchange is psk_dhe_ke, so that traffic recorded today stays secret when the key leaks. Tickets are
 * off on both sides: a ticket is accepted without asking for the key. There is no certificate.
 */
import { constants } from 'node:crypto';
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Clock } from '@muster/actor';
import type { NodeName, Role } from '@muster/protocol';
import { LinkError } from './error.ts';
import { gatekeeper } from './gatekeeper.ts';
import type { LinkLimits } from './limits.ts';
import { listenOn } from './listening.ts';
import { decodeIdentity, derivePsk, encodeIdentity, type PskIdentity } from './psk.ts';
import { addressOf, socketConnection } from './socket-connection.ts';
import { certificateError, dialError, rejectionOf } from './tls-errors.ts';
import type { Connection, Listening, PeerIdentity, Transport } from './transport.ts';

export interface TlsOptionsOfNode {
  readonly listen?: { readonly bindAddr: string; readonly port: number };
  readonly dial?: { readonly host: string; readonly port: number };
  /** The cluster's secret, 32 characters. Never logged, never used as a key itself. */
  readonly key: string;
  /** Which secret this is, where two are live. Default `1`. */
  readonly keyId?: string;
  readonly cluster: string;
  readonly node: NodeName;
  readonly role: Role;
  readonly limits: LinkLimits;
  readonly clock: Clock;
}

const tls13 = {
  minVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const;

/** Throws a `LinkError('bad-option')` when name, cluster or key id cannot be an identity. */
export function tlsTransport(options: TlsOptionsOfNode): Transport {
  const { key, keyId = '1', cluster, node, role } = options;
  const own: PskIdentity = { keyId, cluster, node, role };
  const identity = encodeIdentity(own);
  if (identity === undefined) {
    const text = `"${node}" in cluster "${cluster}" cannot be proven: a node name is [A-Za-z0-9_-]{1,64}, a cluster name 1 to 128 printable bytes, a key id [A-Za-z0-9]{1,16}`;
    throw new LinkError('bad-option', text);
  }
  const psk = derivePsk(key, own);
  return {
    listen: (handlers) => listen(options, keyId, handlers),
    dial: (signal) => dial(options, { identity, psk }, signal),
  };
}

async function listen(
  { listen: at, key, limits, clock }: TlsOptionsOfNode,
  keyId: string,
  handlers: Parameters<Transport['listen']>[0],
): Promise<Listening> {
  if (at === undefined) throw new LinkError('bad-option', 'this transport has no address to listen on');
  const gate = gatekeeper(handlers.rejected, limits, clock);
  const claims = new WeakMap<TLSSocket, PskIdentity>();
  const server = createServer({
    ...tls13,
    // The deadline is the gatekeeper's, on our clock; this one is only a net below it.
    handshakeTimeout: limits.handshakeMs * 2,
    pskCallback: (socket: TLSSocket, text: string) => {
      const claim = decodeIdentity(text);
      if (claim === undefined || claim.keyId !== keyId) return null;
      claims.set(socket, claim);
      return derivePsk(key, claim);
    },
  } as TlsOptions);
  server.prependListener('connection', gate.arrived);
  server.on('tlsClientError', (error, socket) => {
    gate.failed(socket, (address) => rejectionOf(error, address, claims.get(socket)?.node));
  });
  server.on('secureConnection', (socket) => {
    const claim = claims.get(socket);
    const address = addressOf(socket.remoteAddress, socket.remotePort);
    socket.on('error', () => {});
    if (claim === undefined || !gate.proven(socket)) return void socket.destroy();
    handlers.connection(socketConnection(socket, proven(claim), address));
  });
  return listenOn(server, { host: at.bindAddr, port: at.port }, gate);
}

const proven = ({ cluster, node, role }: PskIdentity): PeerIdentity => ({ cluster, node, role });

interface Claim {
  readonly identity: string;
  readonly psk: Buffer;
}

function dial({ dial: to, limits, clock }: TlsOptionsOfNode, claim: Claim, signal: AbortSignal): Promise<Connection> {
  if (to === undefined) return Promise.reject(new LinkError('bad-option', 'this transport has no address to dial'));
  const where = addressOf(to.host, to.port);
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new LinkError('aborted', `the dial to ${where} was aborted`, { peer: where }));
    const socket = connect({
      host: to.host,
      port: to.port,
      ...tls13,
      pskCallback: () => claim,
      // Nobody is believed for a certificate: without this one that any public authority signed would do.
      ca: [],
      checkServerIdentity: () => certificateError(where),
    });
    const fail = (error: LinkError): void => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const failed = (error: NodeJS.ErrnoException): void => fail(dialError(error, where));
    const aborted = (): void => fail(new LinkError('aborted', `the dial to ${where} was aborted`, { peer: where }));
    const late = (): void => {
      const text = `${where} did not finish the handshake within ${limits.handshakeMs} ms: check that it is up and no firewall drops the port`;
      fail(new LinkError('timeout', text, { peer: where }));
    };
    const cancel = clock.after(limits.handshakeMs, late);
    const hungUp = (): void => failed(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const settle = (): void => {
      cancel();
      signal.removeEventListener('abort', aborted);
      socket.off('error', failed).off('close', hungUp);
    };
    signal.addEventListener('abort', aborted, { once: true });
    socket.on('error', failed).on('close', hungUp);
    socket.once('secureConnect', () => {
      if (!provedByKey(socket)) return fail(certificateError(where));
      settle();
      resolve(socketConnection(socket, undefined, where));
    });
  });
}

/** A server may leave the offered key aside and show a certificate instead; only the key makes it our master. */
const provedByKey = (socket: TLSSocket): boolean =>
  socket.isSessionReused() && socket.getPeerX509Certificate() === undefined;
