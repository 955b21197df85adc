import type { Findings } from './fault.ts';
import type { Values } from './muster-table.ts';
import { parseDuration, parseSize } from './quantity.ts';

/** What `muster.yaml` says of the HTTP API. */
export interface HttpApiOptions {
  readonly enabled: boolean;
  readonly address: string;
  readonly port: number;
  readonly tls: 'yes' | 'no' | 'forced-off';
  /** Paths, both or neither; undefined: one is made. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Undefined: `R/etc/muster-users.json`. */
  readonly usersFile: string | undefined;
  readonly requestsPerMinute: number;
  readonly maxBodyBytes: number;
  readonly requestTimeoutMs: number;
  readonly connections: number;
  readonly eventStreams: number;
  readonly tokenLifetimeMs: number;
}

export function readHttpApiOptions(value: Values): HttpApiOptions {
  const text = (path: Parameters<Values>[0]): string | undefined => value(path) as string | undefined;
  return {
    enabled: value('http_api.enabled') === 'yes',
    address: String(value('http_api.address')),
    port: Number(value('http_api.port')),
    tls: value('http_api.tls') as HttpApiOptions['tls'],
    certificate: text('http_api.certificate'),
    key: text('http_api.key'),
    usersFile: text('http_api.users_file'),
    requestsPerMinute: Number(value('http_api.requests_per_minute')),
    maxBodyBytes: parseSize(value('http_api.max_body')),
    requestTimeoutMs: parseDuration(value('http_api.request_timeout')),
    connections: Number(value('http_api.connections')),
    eventStreams: Number(value('http_api.event_streams')),
    tokenLifetimeMs: parseDuration(value('http_api.token_lifetime')),
  };
}

/** Whether only this machine reaches it. A name other than `localhost` may be any machine's. */
export const isLoopback = (address: string): boolean =>
  address === 'localhost' || address === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(address);

/** Values that are each allowed, but not together. Of an API that is off nothing is said. */
export function checkHttpApi({ enabled, address, tls, certificate, key }: HttpApiOptions, findings: Findings): void {
  if (!enabled) return;
  if ((certificate === undefined) !== (key === undefined)) {
    const [given, missing] = key === undefined ? ['certificate', 'key'] : ['key', 'certificate'];
    findings.fault({
      code: 3004,
      text: `http_api.${given} is given, and http_api.${missing} is not`,
      option: `http_api.${given}`,
      allowed: 'both, or neither',
      cure: `Write http_api.${missing}, or remove http_api.${given}: then a certificate is made.`,
    });
  }
  if (tls === 'no' && !isLoopback(address)) {
    findings.fault({
      code: 3004,
      text: 'http_api.tls is no, and http_api.address is not of this machine alone',
      option: 'http_api.tls',
      value: JSON.stringify(tls),
      allowed: 'yes; no with 127.0.0.1, ::1 or localhost; forced-off',
      cure: 'Write tls: yes, or the address 127.0.0.1. Where something else does TLS in front of it, tls: forced-off.',
    });
  }
  if (tls === 'forced-off' && !isLoopback(address))
    findings.warn(
      `http_api.tls is forced-off: whoever is on the way to ${address} can read the passwords and tokens of the API. Put TLS in front of it.`,
    );
  if (tls !== 'yes' && certificate !== undefined)
    findings.warn('http_api.certificate has no effect: http_api.tls is not yes.');
}
