/** Adapter: a self-signed certificate, made when a listener starts: an authd has one that was made at its installation. */
import { randomBytes } from 'node:crypto';
import { makeCertificate } from '@muster/http-api/tls';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
}

/** `name` is its subject and issuer: 1 to 64 printable ASCII characters. Valid from yesterday for two years. */
export async function selfSigned(name: string): Promise<Certificate> {
  if (!/^[\x20-\x7e]{1,64}$/.test(name)) throw new Error('A certificate is for a name of 1 to 64 ASCII characters.');
  const { key, certificate } = await makeCertificate({
    node: name,
    names: [],
    wallMs: Date.now(),
    serial: randomBytes(16),
  });
  return { key, cert: certificate };
}
