/** Adapter: the API of one node in the real world: its files, its certificate, its users, its server. */
import { randomBytes, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '@muster/actor';
import type { HttpApiOptions } from '@muster/config';
import type { ApiSources } from '../deps.ts';
import type { ApiListening, HttpListen } from '../http-api.ts';
import type { Pems } from '../tls/certificate.ts';
import { givenCertificate, type OwnFiles, ownCertificate, tokenKey } from '../tls/tls-files.ts';
import { openAuthority } from '../users/authority.ts';
import { readUsers } from '../users/read-users.ts';
import { openTokens } from '../users/token.ts';
import { usersPath } from '../users/users-file.ts';
import { openGate } from './gate.ts';
import { openSeats } from './outlet.ts';
import { type OpenServer, openServer } from './server.ts';

export interface ListenSettings {
  /** R. */
  readonly root: string;
  readonly options: HttpApiOptions;
  /** Taken out of every answer, whatever it is made of. */
  readonly secrets: readonly string[];
}

/** Between two looks at the certificate, ms: one that was given may be renewed, our own may be about to end. */
const lookMs = 3_600_000;

/** For `Platform`: the server that this process really opens. */
export const httpListener =
  ({ root, options, secrets }: ListenSettings): HttpListen =>
  async (sources, signal) => {
    const { clock, wallNow, cluster, log } = sources;
    const files: OwnFiles = {
      ...{ folder: join(root, 'queue/cluster/muster/http'), node: cluster.nodeName, address: options.address, wallNow },
    };
    const path = options.usersFile ?? usersPath(root);
    const authority = openAuthority({
      clock,
      read: (last) => readUsers(path, last),
      secret: randomBytes(32),
      warn: log.warning,
    });
    const tokens = openTokens({
      key: await tokenKey(files),
      node: cluster.nodeName,
      lifetimeMs: options.tokenLifetimeMs,
      wallNow,
    });
    const failed = (name: string, address: string): void =>
      log.warning(`A wrong password for ${JSON.stringify(name)} came over HTTP from ${address}.`);
    const gate = openGate({ clock, authority, tokens, requestsPerMinute: options.requestsPerMinute, failed });
    const pems = options.tls === 'yes' ? await certificateOf(options, files) : undefined;
    const hide = hiding(root, secrets);
    signal.throwIfAborted();
    const server = await openServer({ sources, options, gate, pems, hide, seats: openSeats(options.eventStreams) });
    const end = pems === undefined ? () => {} : renewing({ clock, server, options, files, sources }, pems);
    const close = (): void => {
      end();
      server.close();
    };
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
    return listening(server, options, pems, await authority.anybody(), path);
  };

const certificateOf = ({ certificate, key }: HttpApiOptions, files: OwnFiles): Promise<Pems> =>
  certificate === undefined || key === undefined ? ownCertificate(files) : givenCertificate({ certificate, key });

function listening(
  { address }: OpenServer,
  options: HttpApiOptions,
  pems: Pems | undefined,
  hasUsers: boolean,
  path: string,
): ApiListening {
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `${options.tls === 'yes' ? 'https' : 'http'}://${host}:${address.port}`,
    port: address.port,
    ...(pems === undefined ? {} : { fingerprint: new X509Certificate(pems.certificate).fingerprint256 }),
    ...(hasUsers ? {} : { lacksUsers: path }),
  };
}

/** Longest first, so that no part of a secret is left over. R is shown as R: where it lies concerns nobody outside. */
export function hiding(root: string, secrets: readonly string[]): (text: string) => string {
  const hidden = secrets.filter((secret) => secret.length >= 8).toSorted((a, b) => b.length - a.length);
  return (text) => {
    const without = hidden.reduce((left, secret) => left.replaceAll(secret, '*****'), text);
    return root.length > 1 ? without.replaceAll(root, 'R') : without;
  };
}

interface Renewing {
  readonly clock: Clock;
  readonly server: OpenServer;
  readonly options: HttpApiOptions;
  readonly files: OwnFiles;
  readonly sources: ApiSources;
}

/** Looks each hour, and hands a new certificate to the server without a pause. The result ends it. */
function renewing({ clock, server, options, files, sources: { log } }: Renewing, first: Pems): () => void {
  let served = first.certificate;
  let warned = '';
  let cancel = (): void => {};
  let isOver = false;
  const look = async (): Promise<void> => {
    try {
      const pems = await certificateOf(options, files);
      if (pems.certificate !== served) {
        server.setCertificate(pems);
        log.info('The HTTP API has a new certificate.');
      }
      served = pems.certificate;
      warned = '';
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text !== warned) log.warning(`The HTTP API keeps its certificate, for the new one cannot be used: ${text}`);
      warned = text;
    }
    if (!isOver) cancel = clock.after(lookMs, () => void look());
  };
  cancel = clock.after(lookMs, () => void look());
  return () => {
    isOver = true;
    cancel();
  };
}
