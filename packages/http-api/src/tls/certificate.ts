/** A certificate that a node makes for itself: X.509 v3, EC P-256, signed by its own key, for a server alone. */
import 'reflect-metadata';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface CertificateWish {
  /** The node's name: the subject, and the first of the names. */
  readonly node: string;
  /** DNS names and IP addresses beside it; what is neither is left out. */
  readonly names: readonly string[];
  readonly wallMs: number;
  /** 16 random bytes. */
  readonly serial: Buffer;
}

/** PEM. */
export interface Pems {
  readonly certificate: string;
  readonly key: string;
}

const dayMs = 86_400_000;
/** The longest that browsers and Apple's systems take (825 days), less what the beginning lies back. */
export const lifetimeDays = 824;
/** It is made anew when so much is left. */
export const renewDays = 30;

const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export async function makeCertificate({ node, names, wallMs, serial }: CertificateWish): Promise<Pems> {
  const keys = await webcrypto.subtle.generateKey(signing, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [node] }],
      // At most 20 octets, above 0.
      serialNumber: `01${serial.toString('hex')}`,
      // A day back: clocks of clients differ.
      notBefore: new Date(wallMs - dayMs),
      notAfter: new Date(wallMs + lifetimeDays * dayMs),
      ...{ keys, signingAlgorithm: signing },
      extensions: await extensions([node, ...names], keys.publicKey),
    },
    webcrypto,
  );
  return {
    certificate: `${made.toString('pem')}\n`,
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Its own authority, so that a client can be given it to trust; and for nothing but a server's TLS. */
const extensions = async (names: readonly string[], publicKey: webcrypto.CryptoKey): Promise<Extension[]> => [
  new BasicConstraintsExtension(true, 0, true),
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign, true),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
  await SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto),
  new SubjectAlternativeNameExtension([...new Set(names)].flatMap(altName)),
];

function altName(name: string): JsonGeneralNames {
  const value = addressOf(name);
  if (value !== undefined) return [{ type: 'ip', value }];
  return /^[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$/.test(name) ? [{ type: 'dns', value: name }] : [];
}

/** Quads, or groups alone; undefined: it is no address. A zone is left out. */
function addressOf(name: string): string | undefined {
  const plain = withoutZone(name);
  if (/^[\d.]+$/.test(plain)) return hostOf(plain) === plain ? plain : undefined;
  return /^[\dA-Fa-f:.]*:[\dA-Fa-f:.]*$/.test(plain) ? hostOf(`[${plain}]`)?.slice(1, -1) : undefined;
}

const withoutZone = (name: string): string => name.replace(/%.*$/, '');

/** As the WHATWG's URL writes it, which takes all forms of an address and gives out one. */
const hostOf = (text: string): string | undefined =>
  URL.canParse(`http://${text}`) ? new URL(`http://${text}`).hostname : undefined;

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
      addressOf(name) !== undefined
        ? read.checkIP(withoutZone(name)) !== undefined
        : altName(name).length === 0 || read.checkHost(name, { subject: 'never' }) !== undefined,
    );
    return lasts && covers && read.checkPrivateKey(keyOf(key));
  } catch {
    return false;
  }
}
