/**
 * A certificate that a node makes for itself: X.509 v3, EC P-256, signed by its own key, for a server alone. Written by
 * hand over Node's crypto: it is one fixed form, and the libraries for it bring a dozen packages (ADR 0018).
 */
import { createHash, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { bits, explicit, implicit, octets, oid, sequence, setOf, time, unsigned, utf8, yes } from './der.ts';

export interface CertificateWish {
  /** The node's name: the subject, and the first of the names. */
  readonly node: string;
  /** DNS names and IP addresses beside it; what is neither is left out. */
  readonly names: readonly string[];
  readonly wallMs: number;
  /** 16 random bytes. */
  readonly serial: Buffer;
}

export interface Pems {
  readonly certificate: string;
  readonly key: string;
}

const dayMs = 86_400_000;
/** The longest that browsers and Apple's systems take (825 days), less what the beginning lies back. */
export const lifetimeDays = 824;
/** It is made anew when so much is left. */
export const renewDays = 30;

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

export function makeCertificate({ node, names, wallMs, serial }: CertificateWish): Pems {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = sequence(setOf(sequence(oid('2.5.4.3'), utf8(node))));
  const body = sequence(
    explicit(0, unsigned(Buffer.from([2]))),
    // At most 20 octets, above 0.
    unsigned(Buffer.concat([Buffer.from([1]), serial])),
    ecdsaWithSha256,
    subject,
    // A day back: clocks of clients differ.
    sequence(time(wallMs - dayMs), time(wallMs + lifetimeDays * dayMs)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions([node, ...names], publicKey))),
  );
  const whole = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey)));
  return {
    certificate: pem('CERTIFICATE', whole),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Its own authority, so that a client can be given it to trust; and for nothing but a server's TLS. */
function extensions(names: readonly string[], publicKey: KeyObject): readonly Buffer[] {
  const keyId = createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
  const extension = (id: string, isCritical: boolean, value: Buffer): Buffer =>
    sequence(oid(id), ...(isCritical ? [yes] : []), octets(value));
  return [
    extension('2.5.29.19', true, sequence(yes, unsigned(Buffer.from([0])))),
    // digitalSignature, keyCertSign
    extension('2.5.29.15', true, bits(Buffer.from([0x84]), 2)),
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.14', false, octets(keyId)),
    extension('2.5.29.17', false, sequence(...[...new Set(names)].flatMap(altName))),
  ];
}

function altName(name: string): readonly Buffer[] {
  const bytes = addressBytes(name);
  if (bytes !== undefined) return [implicit(7, bytes)];
  return /^[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$/.test(name) ? [implicit(2, Buffer.from(name))] : [];
}

const ipv4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** 4 or 16 bytes; undefined: it is no address. A zone is left out. */
function addressBytes(name: string): Buffer | undefined {
  const quads = ipv4.exec(name)?.slice(1).map(Number);
  if (quads !== undefined) return quads.every((quad) => quad < 256) ? Buffer.from(quads) : undefined;
  const plain = withoutZone(name).replace(/[^:]*$/, groupsOfQuads);
  if (!/^[0-9A-Fa-f:]+$/.test(plain) || !plain.includes(':')) return undefined;
  const [before = [], after, ...more] = plain.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = 8 - before.length - (after?.length ?? 0);
  if (more.length > 0 || (after === undefined ? zeros !== 0 : zeros < 1)) return undefined;
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...(after ?? [])];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const withoutZone = (name: string): string => name.replace(/%.*$/, '');

/** `::ffff:10.0.0.1`: the quads at the end as two groups. */
function groupsOfQuads(last: string): string {
  const quads = ipv4.exec(last)?.slice(1).map(Number);
  if (quads === undefined) return last;
  return [0, 2].map((at) => (quads[at]! * 256 + quads[at + 1]!).toString(16)).join(':');
}

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;

/** Whether `pems` serve for `wish` and `days` more: readable, of one key, not about to end, with every name. */
export function servesStill(
  { certificate, key }: Pems,
  { node, names, wallMs }: CertificateWish,
  keyOf: (pem: string) => KeyObject,
  days = renewDays,
): boolean {
  try {
    const read = new X509Certificate(certificate);
    const lasts = Date.parse(read.validTo) - wallMs > days * dayMs && Date.parse(read.validFrom) <= wallMs;
    const covers = [node, ...names].every((name) =>
      addressBytes(name) !== undefined
        ? read.checkIP(withoutZone(name)) !== undefined
        : altName(name).length === 0 || read.checkHost(name, { subject: 'never' }) !== undefined,
    );
    return lasts && covers && read.checkPrivateKey(keyOf(key));
  } catch {
    return false;
  }
}
