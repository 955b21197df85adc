/**
 * Adapter: a self-signed certificate, made when a listener starts: an authd has one that was made at its installation.
 *
 * Node signs, and reads X.509, but writes none; the few lines of DER here do (RFC 5280 4.1), and spare a
 * package with dozens of its own. ECDSA on P-256, version 1: no extensions, for agents check nothing in it.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
}

const dayMs = 86_400_000;

/** `name` is its subject and issuer: 1 to 64 printable ASCII characters. Valid from yesterday for ten years. */
export function selfSigned(name: string): Certificate {
  if (!/^[\x20-\x7e]{1,64}$/.test(name)) throw new Error('A certificate is for a name of 1 to 64 ASCII characters.');
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const subject = commonName(name);
  const body = sequence(
    serialNumber(),
    ecdsaWithSha256,
    subject,
    sequence(utcTime(now - dayMs), utcTime(now + 3_650 * dayMs)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(certificate) };
}

/** Tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));

/** One relative name: 2.5.4.3, as a UTF8String. */
const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(name)))));

/** Positive, and without a leading zero byte: the first bits are 01. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return der(0x02, bytes);
}

/** `YYMMDDhhmmssZ`: right until 2049. */
const utcTime = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
