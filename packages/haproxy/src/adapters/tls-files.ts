/** Adapter: PEM files, read anew for each connection, so that a renewed certificate holds at once. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
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
  const files = {
    ...(ca === undefined ? {} : { ca: read(ca) }),
    // One file may hold both, as HAProxy's own do.
    ...(cert === undefined ? {} : { cert: read(cert), key: read(key ?? cert) }),
    ...(password === undefined ? {} : { passphrase: password }),
  };
  return {
    secureContext: contextOf(name, { minVersion: 'TLSv1.2', ...files }),
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
}

/** OpenSSL's own words stay out: nothing of a key or its password may get into a log. */
function contextOf(name: string, options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    const text = `the certificate or key cannot be used (${codeOf(error)}); see that they belong together, and the password`;
    throw new HaproxyError(name, 'refused', text);
  }
}
