/** Certificates for tests, made by `openssl`, which must be on PATH. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of PEM files in the folder. */
export interface TestCertificates {
  readonly ca: string;
  /** For 127.0.0.1 and localhost; `both` holds the certificate and the key, as HAProxy wants them. */
  readonly server: { readonly cert: string; readonly key: string; readonly both: string };
  /** `lockedKey` is `key` under a password. */
  readonly client: {
    readonly cert: string;
    readonly key: string;
    readonly lockedKey: string;
    readonly password: string;
  };
  /** Of another authority, which nobody trusts. */
  readonly stranger: { readonly ca: string; readonly cert: string; readonly key: string };
}

export function makeCertificates(folder: string): TestCertificates {
  const at = (name: string): string => join(folder, name);
  const openssl = (...words: readonly string[]): void =>
    void execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const authority = (name: string): void =>
    openssl('req', '-x509', ...key, '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`));
  const signed = (name: string, by: string, subject: string): void => {
    openssl('req', ...key, '-subj', `/CN=${subject}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`));
    writeFileSync(at(`${name}.ext`), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    const authorityFiles = ['-CA', at(`${by}.pem`), '-CAkey', at(`${by}.key`), '-CAcreateserial'];
    const extensions = ['-days', '2', '-extfile', at(`${name}.ext`)];
    openssl('x509', '-req', '-in', at(`${name}.csr`), ...authorityFiles, ...extensions, '-out', at(`${name}.pem`));
  };
  authority('ca');
  authority('other-ca');
  signed('server', 'ca', 'localhost');
  signed('client', 'ca', 'muster');
  signed('stranger', 'other-ca', 'muster');
  const password = 'only-for-tests';
  openssl('ec', '-in', at('client.key'), '-aes256', '-passout', `pass:${password}`, '-out', at('client.locked.key'));
  const pem = (name: string): string => readFileSync(name, 'utf8');
  writeFileSync(at('server.both.pem'), `${pem(at('server.pem'))}${pem(at('server.key'))}`);
  return {
    ca: at('ca.pem'),
    server: { cert: at('server.pem'), key: at('server.key'), both: at('server.both.pem') },
    client: { cert: at('client.pem'), key: at('client.key'), lockedKey: at('client.locked.key'), password },
    stranger: { ca: at('other-ca.pem'), cert: at('stranger.pem'), key: at('stranger.key') },
  };
}
