/** Adapter: host names, as this machine resolves them. */
import { lookup } from 'node:dns/promises';
import { HaproxyError } from '../haproxy-error.ts';
import type { HaproxyPorts } from '../ports.ts';
import { codeOf } from './connection-fault.ts';
import { settleOnce } from './settle-once.ts';

const timeoutMs = 5_000;

/** IPv4 first: agents' networks have it always. */
export const resolveHost: HaproxyPorts['resolve'] = (host, signal) =>
  settleOnce<readonly string[]>({ name: host, timeoutMs, signal }, (resolve, reject) => {
    lookup(host, { all: true, verbatim: true }).then(
      (found) => {
        const sorted = [...found].sort((one, other) => one.family - other.family);
        resolve([...new Set(sorted.map(({ address }) => address))]);
      },
      (error: unknown) =>
        reject(new HaproxyError(host, 'unreachable', `the host name cannot be looked up (${codeOf(error)})`, error)),
    );
    // A lookup cannot be ended; its outcome is not heard any more.
    return { destroy: () => {} };
  });
