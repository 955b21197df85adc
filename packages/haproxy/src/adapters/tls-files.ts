/** Adapter: PEM files, read anew for each connection, so that a renewed certificate holds at once. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { HaproxyError } from '../haproxy-error.ts';
import type { TlsFiles } from '../ports.ts';
import { codeOf } from './connection-fault.ts';

/** What `tls.connect` and `https.request` want to know. The other side's certificate is always verified. */
export function tlsOptions(name: string, host: string, { ca, cert, key, password }: TlsFiles): ConnectionOptions {
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new HaproxyError(name, 'refused', `${path} cannot be read (${codeOf(error)})`, error);
    }
  };
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca: read(ca) }),
    ...(cert === undefined ? {} : { cert: read(cert) }),
    // One file may hold both, as HAProxy's own do.
    ...(cert === undefined ? {} : { key: read(key ?? cert) }),
    ...(password === undefined ? {} : { passphrase: password }),
  };
}
