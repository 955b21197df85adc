/** Adds a server: at run time where HAProxy can, by its configuration and a reload where not. */
import type { WantedServer } from '../driver.ts';
import { type Json, objectIn, saidIn, textIn, unexpected } from '../http/answer.ts';
import type { HttpAnswer } from '../ports.ts';
import type { Api, Call } from './api.ts';
import { noBackend, readBackend, readConfigured, readDefaults } from './configured.ts';
import { type Running, readRunning, readServers } from './look.ts';
import { isAddress, isSameAddress } from './names.ts';
import { deleteServer, putState, putWeight } from './set-server.ts';
import { inTransaction } from './transaction.ts';

/** Of `default-server`: what HAProxy takes for a server that is added at run time (`reference/haproxy-runtime.md` 1). */
const inheritable = new Set(
  'check inter fall rise weight maxconn slowstart send-proxy send-proxy-v2 check-send-proxy source health_check_address health_check_port backup'.split(
    ' ',
  ),
);

/** Adds the server in drain. A server of this name that runs already stays as it is. */
export async function addServer(
  api: Api,
  server: WantedServer,
  resolver: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const running = (await readRunning(api, signal)).find((each) => each.name === server.name);
  if (running !== undefined) return await checkAddress(api, server, running, signal);
  // HAProxy would never resolve the host name of a server that is added at run time.
  const inherited = isAddress(server.address) ? await readInherited(api, signal) : undefined;
  if (inherited !== undefined && (await addLive(api, server, inherited, signal))) return;
  await addConfigured(api, server, resolver, signal);
  await putState(api, server.name, 'drain', signal);
}

/** A host name is compared with the configuration: what runs has its address. */
async function checkAddress(api: Api, server: WantedServer, running: Running, signal: AbortSignal): Promise<void> {
  const { name, address, port } = server;
  if (running.port === port && isSameAddress(running.address, address)) return;
  const configured = isAddress(address) ? undefined : await readConfigured(api, name, signal);
  const isConfigured = configured !== undefined && isSameAddress(textIn(configured, 'address') ?? '', address);
  if (isConfigured && running.port === port) return;
  const text = `server ${name} is at ${running.address} port ${running.port}, not at ${address} port ${port}`;
  throw api.http.fault('address-differs', `${text}: it is removed first, then added`);
}

/**
 * What `default-server` says: a server that is added at run time inherits nothing, so it is given by name. Undefined:
 * it says something that HAProxy takes from its configuration only.
 */
async function readInherited(api: Api, signal: AbortSignal): Promise<Json | undefined> {
  const backend = await readBackend(api, signal);
  if (backend === undefined) throw noBackend(api);
  const defaults = await readDefaults(api, backend, signal);
  const inherited = { ...objectIn(defaults ?? {}, 'default_server'), ...objectIn(backend, 'default_server') };
  return Object.keys(inherited).every((name) => inheritable.has(name)) ? inherited : undefined;
}

const bodyOf = ({ name, address, port, weight }: WantedServer): Json => ({
  name,
  address,
  port,
  weight,
  check: 'enabled',
});

/** Whether it could be added as it should be without a reload: it is in drain then. */
async function addLive(api: Api, server: WantedServer, inherited: Json, signal: AbortSignal): Promise<boolean> {
  const { name, weight } = server;
  const doing = `adding server ${name}`;
  const body = { ...inherited, ...bodyOf(server) };
  const answer = await api.ask({ method: 'POST', place: api.dialect.running(api.backend), body, doing }, signal);
  if (isDeclined(answer)) return false;
  if (answer.status === 409) throw api.http.fault('conflict', `${doing}: it was added meanwhile`, saidIn(answer));
  if (answer.status === 404) throw noBackend(api);
  if (answer.status !== 201) throw unexpected(api.http, answer, doing);
  await putState(api, name, 'drain', signal);
  // Some versions pass on `check` and nothing else, without a word: the weight tells.
  const isInherited = Object.keys(inherited).length > 0;
  const isWhole = (await readServers(api, signal)).some((each) => each.name === name && each.weight === weight);
  if (isWhole && !(isInherited && weight === 1)) return true;
  if (isInherited) {
    await deleteServer(api, name, signal);
    return false;
  }
  await putWeight(api, name, weight, signal);
  return true;
}

/** HAProxy does not take it at run time, as with an algorithm that is not dynamic, or this version is not able to. */
const isDeclined = (answer: HttpAnswer): boolean =>
  (answer.status === 400 || answer.status === 500) && /^\s*\{[\s\S]*"message"/.test(answer.body);

/**
 * By the configuration, with a reload. In a transaction, for else the newer versions try to do it at run time, where
 * nothing is resolved or inherited.
 */
async function addConfigured(
  api: Api,
  server: WantedServer,
  resolver: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const doing = `adding server ${server.name} to the configuration`;
  const isResolved = resolver !== undefined && !isAddress(server.address);
  const names = isResolved ? { resolvers: resolver, 'init-addr': 'last,libc,none' } : {};
  const body = { ...bodyOf(server), ...names };
  const place = api.dialect.servers(api.backend, server.name);
  // It may be written down, maybe at another address, and not run.
  const isThere = (await readConfigured(api, server.name, signal)) !== undefined;
  const first: readonly Call[] = isThere ? [{ method: 'DELETE', place, doing }] : [];
  const post: Call = { method: 'POST', place: api.dialect.servers(api.backend), body, doing };
  await inTransaction(api, [...first, post], doing, signal);
}
