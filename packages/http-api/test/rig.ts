/** A real server on loopback with fixed answers behind it, and a client that speaks to it. */
import { createHash, scryptSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '@muster/actor';
import type { HttpApiOptions } from '@muster/config';
import type { ApiListening, ApiSources } from '@muster/http-api';
import { httpListener } from '@muster/http-api/server';
import { type User, usersPath, writeUsers } from '@muster/http-api/users';
import { answers, secrets } from './answers.ts';

export const password = secrets.password;

/** A hash that costs little: the parameters are the file's to say. */
export function userOf(name: string, role: User['role'], of: string = password): User {
  const salt = createHash('sha256').update(name).digest().subarray(0, 16);
  const hash = scryptSync(of, salt, 32, { N: 1_024, r: 1, p: 1 });
  return { name, role, scrypt: { n: 1_024, r: 1, p: 1, salt: salt.toString('base64'), hash: hash.toString('base64') } };
}

export const options: HttpApiOptions = {
  ...{ enabled: true, address: '127.0.0.1', port: 0, tls: 'no', certificate: undefined, key: undefined },
  ...{ usersFile: undefined, requestsPerMinute: 100_000, maxBodyBytes: 1_024, requestTimeoutMs: 60_000 },
  ...{ connections: 64, eventStreams: 2, tokenLifetimeMs: 900_000 },
};

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** undefined: not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  readonly json: any;
}

export interface Rig {
  readonly root: string;
  readonly listening: ApiListening;
  readonly logged: string[];
  /** `auth`: `name:password`, or a token; the reader where it is absent, nobody where it is ''. */
  get(path: string, auth?: string, more?: RequestOptions & { readonly body?: string }): Promise<Response>;
  /** A token of the user. */
  token(name?: string): Promise<string>;
  close(): void;
}

export interface RigMore {
  readonly options?: Partial<HttpApiOptions>;
  readonly sources?: Partial<ApiSources>;
  readonly clock?: Clock;
  readonly users?: readonly User[];
}

export const reader = `foo:${password}`;
export const operator = `boss:${password}`;

export async function openRig(more: RigMore = {}): Promise<Rig> {
  const root = mkdtempSync(join(tmpdir(), 'muster-http-'));
  secrets.root = root;
  mkdirSync(join(root, 'etc'));
  await writeUsers(usersPath(root), more.users ?? [userOf('foo', 'read'), userOf('boss', 'operate')], root);
  const stop = new AbortController();
  const logged: string[] = [];
  const log = { info: (text: string) => void logged.push(text), warning: (text: string) => void logged.push(text) };
  const all = { ...options, ...more.options };
  const { key: _key, ...cluster } = clusterConfig;
  const sources: ApiSources = {
    ...{
      clock: more.clock ?? systemClock,
      wallNow: () => Date.now(),
      cluster,
      version: '0.1.0',
      answers: answers(),
      log,
    },
    ...more.sources,
  };
  const listening = await httpListener({ root, options: all, secrets: [secrets.key] })(sources, stop.signal);
  const get: Rig['get'] = (path, auth = reader, { body, ...request } = {}) =>
    fetchText(root, all.tls === 'yes', listening.port, path, auth, request, body);
  return {
    ...{ root, listening, logged, get },
    token: async (name = 'foo') => {
      const { json } = await get('/security/user/authenticate', `${name}:${password}`, { method: 'POST' });
      return json.data.token;
    },
    close: () => {
      stop.abort();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export const clusterConfig: ApiSources['cluster'] & { readonly key: string } = {
  ...{ name: 'wazuh', nodeName: 'node01', nodeType: 'master', key: secrets.key, port: 1516, bindAddr: '0.0.0.0' },
  ...{ nodes: ['192.168.56.101'], hidden: false, disabled: false, absent: false },
};

export const headersFor = (auth: string): Record<string, string> => {
  if (auth === '') return {};
  const value = auth.includes(':') ? `Basic ${Buffer.from(auth).toString('base64')}` : `Bearer ${auth}`;
  return { authorization: value };
};

function fetchText(
  root: string,
  tls: boolean,
  port: number,
  path: string,
  auth: string,
  more: RequestOptions,
  body: string | undefined,
): Promise<Response> {
  const ca = () => readFileSync(join(root, 'queue/cluster/muster/http/certificate.pem'));
  const settings = {
    ...{ host: '127.0.0.1', port, path, agent: false, ...(tls ? { ca: ca() } : {}) },
    ...more,
    headers: { ...headersFor(auth), ...more.headers } as Record<string, string>,
  };
  return new Promise((resolve, reject) => {
    const request = (tls ? httpsRequest : httpRequest)(settings, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => {
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: isJson ? JSON.parse(text) : undefined,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Resolves when `holds`; rejects after two minutes. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within two minutes: ${holds}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
