/**
 * The Data Plane API as a driver: v3, or v2 where only that answers (`reference/haproxy-runtime.md` 4). It sees no
 * sessions and ends none: agents move when they are asked to connect anew. Servers are added and removed at run time,
 * and written into the configuration without a reload; only creating the backend, `default-server`, host names and
 * algorithms that are not dynamic need one. Servers added at run time are checked after HAProxy's next reload.
 */
import type { Driver, Instance } from '../driver.ts';
import type { HaproxyError } from '../haproxy-error.ts';
import { type Http, openHttp } from '../http/http.ts';
import { basicToken } from '../http/redact.ts';
import type { HaproxyPorts } from '../ports.ts';
import { nameWord, weightWord } from '../runtime/words.ts';
import { addServer } from './add-server.ts';
import { adviceOn } from './advice.ts';
import { type Api, listAt, requestOf } from './api.ts';
import { ensureBackend } from './backend.ts';
import { readDefaults } from './configured.ts';
import type { Dialect } from './dialect.ts';
import { readInstance, readServers } from './look.ts';
import { checkServer } from './names.ts';
import { persistServers } from './persist.ts';
import { probe } from './probe.ts';
import { putState, putWeight, takeAway } from './set-server.ts';
import { type DataplaneSettings, usualLimits, usualReloadMs } from './settings.ts';

/** What it needs of the world. */
export type DataplanePorts = Pick<HaproxyPorts, 'http' | 'wait'>;

/** Asks nothing before the first call. Rejects names that HAProxy could misunderstand at once. */
export function openDataplaneDriver(settings: DataplaneSettings, ports: DataplanePorts): Driver {
  const { backend, agentPort, password, resolver } = settings;
  const token = basicToken(settings.user, password);
  const options = {
    limits: settings.limits ?? usualLimits,
    secrets: () => [password, encodeURIComponent(password), token],
  };
  const http = openHttp(settings.endpoint, options, ports);
  nameWord(http.endpoint, 'backend', backend);
  if (resolver !== undefined) nameWord(http.endpoint, 'resolvers section', resolver);
  const withApi = onApi(settings, http, ports, token);
  let instance: Instance | undefined;
  /** Added by this driver, or found by it: only these it takes out of the configuration again. */
  const ours = new Set<string>();

  return {
    endpoint: http.endpoint,
    capabilities: { sessions: false, cut: false, checks: false, weights: true },
    prepare: (signal) =>
      withApi(signal, async (api) => {
        const found = await ensureBackend(api, agentPort, signal);
        const defaults = await readDefaults(api, found.backend, signal);
        const servers = await listAt(api, api.dialect.servers(backend), 'listing the servers', signal);
        return adviceOn({ ...found, defaults, servers }, backend, agentPort);
      }),
    instance: (signal) =>
      withApi(signal, async (api) => {
        instance = await readInstance(api, instance, signal);
        return instance;
      }),
    servers: (signal) => withApi(signal, (api) => readServers(api, signal)),
    ensureServer: async (server, signal) => {
      checkServer(http.endpoint, server);
      ours.add(server.name);
      await withApi(signal, (api) => addServer(api, server, resolver, signal));
    },
    setState: async (name, state, signal) => {
      nameWord(http.endpoint, 'server', name);
      await withApi(signal, (api) => putState(api, name, state, signal));
    },
    setWeight: async (name, weight, signal) => {
      nameWord(http.endpoint, 'server', name);
      weightWord(http.endpoint, weight);
      await withApi(signal, (api) => putWeight(api, name, weight, signal));
    },
    sessions: async () => {
      throw cannot(http, 'list sessions');
    },
    cut: async () => {
      throw cannot(http, 'end sessions');
    },
    removeServer: async (name, signal) => {
      nameWord(http.endpoint, 'server', name);
      const outcome = await withApi(signal, (api) => takeAway(api, name, signal));
      if (outcome !== 'busy') ours.delete(name);
      return outcome;
    },
    persist: async (servers, signal) => {
      for (const server of servers) checkServer(http.endpoint, server);
      // Those that are on their way out still run, and should not come back with a restart.
      const going = new Set([...ours].filter((name) => servers.every((server) => server.name !== name)));
      await withApi(signal, (api) => persistServers(api, servers, going, signal));
    },
    close: () => undefined,
  };
}

const cannot = (http: Http, what: string): HaproxyError =>
  http.fault('unsupported', `the Data Plane API cannot ${what}; use HAProxy's runtime socket for that`);

type WithApi = <Result>(signal: AbortSignal, work: (api: Api) => Promise<Result>) => Promise<Result>;

/** Finds the version at the first call, and again after a failure: another one may answer then. */
function onApi(settings: DataplaneSettings, http: Http, ports: DataplanePorts, token: string): WithApi {
  let known: Dialect | undefined;
  const apiOf = (dialect: Dialect): Api => ({
    http,
    dialect,
    backend: settings.backend,
    reloadMs: settings.reloadMs ?? usualReloadMs,
    ask: (call, signal) => http.ask(requestOf(call, dialect, token), signal),
    wait: ports.wait,
  });
  return async (signal, work) => {
    signal.throwIfAborted();
    try {
      known ??= await probe(http, token, signal);
      return await work(apiOf(known));
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
}
