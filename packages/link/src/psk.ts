/**
 * The identity that a dialer claims in the TLS handshake, and the key that proves it.
 *
 * Identity: `muster/1 <key id> <role> <node> <cluster>`. The key is derived from the cluster's secret for
 * exactly this identity, so it proves all of it. The acceptor derives with the CLAIMED cluster: a node of
 * another cluster with the same secret gets as far as the hello, where it is told so by name.
 */
import { hkdfSync } from 'node:crypto';
import { isNodeName, type Role } from '@muster/protocol';
import type { PeerIdentity } from './transport.ts';

export interface PskIdentity extends PeerIdentity {
  /** Which of the live secrets, for rotation: `[A-Za-z0-9]{1,16}`. */
  readonly keyId: string;
}

/** OpenSSL holds an identity in 256 bytes. */
const maxIdentityBytes = 255;
/** What is left for the cluster's name beside the longest of the other parts, rounded down. */
export const maxClusterBytes = 128;

const keyIdPattern = /^[A-Za-z0-9]{1,16}$/;
const identityPattern = /^muster\/1 ([A-Za-z0-9]{1,16}) (master|worker) ([A-Za-z0-9_-]{1,64}) ([^\r\n]+)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it must find
const unprintable = /[\u0000-\u001f\u007f\ufffd]/;

/** 1 to 128 bytes of UTF-8 without control characters. */
export const isClusterName = (name: string): boolean =>
  name.length > 0 && Buffer.byteLength(name) <= maxClusterBytes && !unprintable.test(name);

/** Undefined when a part is out of bounds. */
export function encodeIdentity(identity: PskIdentity): string | undefined {
  const { keyId, role, node, cluster } = identity;
  if (!keyIdPattern.test(keyId) || !isNodeName(node) || !isClusterName(cluster)) return undefined;
  return `muster/1 ${keyId} ${role} ${node} ${cluster}`;
}

/** Undefined for anything that `encodeIdentity` would not have written. */
export function decodeIdentity(text: string): PskIdentity | undefined {
  if (text.length > maxIdentityBytes) return undefined;
  const [, keyId, role, node, cluster] = identityPattern.exec(text) ?? [];
  if (keyId === undefined || node === undefined || cluster === undefined || !isClusterName(cluster)) return undefined;
  return { keyId, role: role as Role, node, cluster };
}

/**
 * HKDF-SHA256 (RFC 5869): 32 bytes, one key per identity. The secret itself is never used as a key. The
 * comparison of keys is the TLS binder's, in constant time, inside OpenSSL.
 */
export function derivePsk(secret: string, identity: PskIdentity): Buffer {
  const info = `muster/1 ${identity.keyId} ${identity.role} ${identity.node}`;
  return Buffer.from(hkdfSync('sha256', secret, identity.cluster, info, 32));
}
