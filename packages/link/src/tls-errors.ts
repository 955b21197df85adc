import { LinkError } from './error.ts';
import type { Rejection } from './transport.ts';

interface Told {
  readonly code: string;
  readonly text: string;
}

/** How OpenSSL and the system name what happened to a dialer, and what that means. Tried on Node 20. */
const dialerCodes: Readonly<Record<string, (where: string) => Told>> = {
  ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER: wrongKey,
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: wrongKey,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: unknownIdentity,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY: unknownIdentity,
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_HTTP_REQUEST: notTls,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: notTls,
  ERR_SSL_UNSUPPORTED_PROTOCOL: notTls,
  ERR_SSL_UNEXPECTED_MESSAGE: notTls,
  ECONNREFUSED: (where) => ({
    code: 'refused',
    text: `nothing listens on ${where}: start the master, or correct the address or port`,
  }),
  ECONNRESET: (where) => ({
    code: 'hung-up',
    text: `${where} closed the connection during the handshake: something else may listen there, or the master has too many connections or is stopping`,
  }),
  EPIPE: (where) => ({ code: 'hung-up', text: `${where} closed the connection during the handshake` }),
  ETIMEDOUT: (where) => ({
    code: 'timeout',
    text: `${where} did not answer: check that it is up and no firewall drops the port`,
  }),
  ENOTFOUND: (where) => ({
    code: 'unreachable',
    text: `the host name of ${where} is not known: correct it, or the name service`,
  }),
  EAI_AGAIN: (where) => ({ code: 'unreachable', text: `the name service did not answer for ${where}` }),
};

function wrongKey(where: string): Told {
  return { code: 'wrong-key', text: `${where} has another <key>: the keys of all nodes must be the same` };
}

function unknownIdentity(where: string): Told {
  return {
    code: 'unknown-identity',
    text: `${where} does not know this node's identity: it takes only workers, with a key id that it knows; check <node_type> and the versions of both`,
  };
}

function notTls(where: string): Told {
  return {
    code: 'not-tls',
    text: `${where} does not speak TLS 1.3: something else listens there; check <nodes> and <port>`,
  };
}

/** The server at `where` left the key aside and showed a certificate: whoever it is, it does not know the secret. */
export const certificateError = (where: string): LinkError =>
  new LinkError(
    'wrong-key',
    `${where} showed a certificate instead of proving that it has the <key>: it is no Muster master, or somebody stands between`,
    { peer: where },
  );

/** How node names a certificate that it does not believe. */
const certificateCode = /CERT|ISSUER|LEAF_SIGNATURE/;

/** The error of a dial to `where`, with what mends it. */
export function dialError(cause: NodeJS.ErrnoException, where: string): LinkError {
  const code = cause.code ?? '';
  if (cause instanceof LinkError) return cause;
  if (certificateCode.test(code) && !code.startsWith('ERR_SSL')) return certificateError(where);
  const told = dialerCodes[code]?.(where) ?? other(code, where);
  return new LinkError(told.code, told.text, { peer: where, cause });
}

function other(code: string, where: string): Told {
  if (code.startsWith('ERR_SSL')) return notTls(where);
  return {
    code: 'unreachable',
    text: `${where} cannot be reached (${code || 'unknown error'}): check network and address`,
  };
}

/** Why an incoming connection ended before its handshake did. */
export function rejectionOf(
  cause: NodeJS.ErrnoException,
  remoteAddress: string,
  claimed: string | undefined,
): Rejection {
  const who = claimed === undefined ? remoteAddress : `${claimed} at ${remoteAddress}`;
  if (cause.code === 'ERR_SSL_BINDER_DOES_NOT_VERIFY')
    return {
      code: 'wrong-key',
      remoteAddress,
      text: `${who} has another <key>: the keys of all nodes must be the same`,
    };
  if (cause.code === 'ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM' || cause.code === 'ERR_SSL_NO_SHARED_CIPHER') {
    const text = `${who} brought no identity that this node takes: it is no worker of Muster, or of another version`;
    return { code: 'unknown-identity', remoteAddress, text };
  }
  if (cause.code?.startsWith('ERR_SSL') === true)
    return { code: 'not-tls', remoteAddress, text: `${who} does not speak TLS 1.3 (${reasonOf(cause)})` };
  return { code: 'closed', remoteAddress, text: `${who} closed the connection before the handshake was over` };
}

const reasonOf = (cause: NodeJS.ErrnoException): string =>
  (cause.code ?? '')
    .replace(/^ERR_SSL_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
