import { HaproxyError } from '../haproxy-error.ts';

/** Codes of Node and OpenSSL that say that a certificate, key or right was not good enough. Others begin with `ERR_SSL_` or `CERT_`. */
const refusals = new Set([
  'EACCES',
  'EPERM',
  // Of OpenSSL, met while writing.
  'EPROTO',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const texts: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket; is HAProxy running, with this path in a `stats socket` line?',
  ECONNREFUSED: 'nobody listens there; is HAProxy running?',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EACCES:
    'no right to use the socket; put the user of Muster into its group (`usermod -aG haproxy wazuh`, with the `group` of its `stats socket` line, which needs `mode 660`), and restart Muster',
};

const noApi =
  "nobody listens there; does the Data Plane API run, or, where this is the address of haproxy.api, the manager's?";

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? 'UNKNOWN';

/** What a failed connection means. Never says more of the error than its code and, of TLS, its reason. */
export function connectionFault(name: string, error: unknown): HaproxyError {
  if (error instanceof HaproxyError) return error;
  const code = codeOf(error);
  if (/^(?:ERR_SSL_|CERT_)/.test(code) || refusals.has(code))
    return new HaproxyError(name, 'refused', texts[code] ?? tlsText(code, error), error);
  const hint =
    code === 'ECONNRESET' && /^(?:tls|https):/.test(name) ? '; does it speak TLS, and trust our certificate?' : '';
  const known = code === 'ECONNREFUSED' && /^https?:/.test(name) ? noApi : texts[code];
  return new HaproxyError(name, 'unreachable', `${known ?? `the connection failed (${code})`}${hint}`, error);
}

function tlsText(code: string, error: unknown): string {
  const said = `${code} ${String((error as Error).message)}`;
  if (/wrong.version.number|packet.length.too.long/i.test(said))
    return 'it does not speak TLS; use tcp:// or http:// or give the address of the TLS frontend';
  const alert = /alert (?:number \d+|[a-z ]+)|ALERT_[A-Z_]+/.exec(said)?.[0].trim();
  if (alert !== undefined) return `it refuses our certificate (${alert}); see \`cert\` and \`key\``;
  return `its certificate is not trusted (${code}); see \`ca\``;
}
