/** Adds a server: at run time where HAProxy can, by its configuration and a reload where not. */
import type { WantedServer } from '../driver.ts';
import { type Json, objectIn, saidIn, textIn, unexpected } from '../http/answer.ts';
import type { Api, Call } from './api.ts';
import { change } from './change.ts';
import { noBackend, readBackend, readConfigured, readDefaults } from './configured.ts';
import { type Running, readRunning } from './look.ts';
import { isAddress, isSameAddress } from './names.ts';
import { putState } from './set-server.ts';
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
  const isLive = inherited !== undefined && (await addLive(api, server, inherited, signal));
  if (!isLive) await addConfigured(api, server, resolver, signal);
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

/** Whether it could be added without a reload. */
async function addLive(api: Api, server: WantedServer, inherited: Json, signal: AbortSignal): Promise<boolean> {
  const doing = `adding server ${server.name}`;
  const body = { ...inherited, ...bodyOf(server) };
  const answer = await api.ask({ method: 'POST', place: api.dialect.running(api.backend), body, doing }, signal);
  if (answer.status === 201) return true;
  const said = saidIn(answer);
  if (answer.status >= 400 && /dynamic load balancing/i.test(said)) return false;
  if (answer.status === 409) throw api.http.fault('conflict', `${doing}: it was added meanwhile`, said);
  if (answer.status === 404) throw noBackend(api);
  throw unexpected(api.http, answer, doing);
}

/** By the configuration, with a reload unless the API finds that it needs none. */
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
  const post: Call = { method: 'POST', place: api.dialect.servers(api.backend), body, doing };
  if ((await change(api, async () => post, signal)) !== 'exists') return;
  // It is written down but does not run, maybe at another address: a reload begins it as it should be.
  const remove: Call = { method: 'DELETE', place: api.dialect.servers(api.backend, server.name), doing };
  await inTransaction(api, [remove, post], doing, signal);
}
