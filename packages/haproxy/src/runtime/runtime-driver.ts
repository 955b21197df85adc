/** Drives HAProxy through its Runtime API: nothing is ever reloaded, single sessions are seen and ended. */
import type { Driver, Server } from '../driver.ts';
import { endpointText } from '../endpoint.ts';
import type { HaproxyPorts } from '../ports.ts';
import { lookForAdvice } from './advice.ts';
import { renderAgentsCfg } from './agents-cfg.ts';
import type { Target } from './ask.ts';
import { changeState, changeWeight, deleteServer, joinServer } from './change.ts';
import { openEnding } from './ending.ts';
import { readInfo } from './info.ts';
import { type KnownServer, listServers } from './servers.ts';
import { cutSessions, listSessions } from './sessions.ts';
import { defaultCheck, type RuntimeSettings } from './settings.ts';
import { nameWord } from './words.ts';

/** Keeps no connection: each call opens its own. Throws `bad-name` for a backend that cannot be one's name. */
export function openRuntimeDriver(settings: RuntimeSettings, ports: HaproxyPorts): Driver {
  const name = endpointText(settings.endpoint);
  const backend = nameWord(name, 'backend name', settings.backend);
  const target: Target = { ports, endpoint: settings.endpoint, name, backend };
  const ending = openEnding();
  const check = { ...defaultCheck, ...settings.check };
  return {
    endpoint: name,
    capabilities: { sessions: true, cut: true, checks: true, weights: true },
    prepare: async (signal) => lookForAdvice(target, settings.agentPort, signal),
    instance: async (signal) => {
      const { pid, startedAt, version } = await readInfo(target, signal);
      return { pid, startedAt, version };
    },
    servers: async (signal) => (await listServers(target, signal)).map(shownServer),
    ensureServer: async (server, signal) => joinServer(target, server, check, signal),
    setState: async (server, state, signal) => changeState(target, server, state, signal),
    setWeight: async (server, weight, signal) => changeWeight(target, server, weight, signal),
    sessions: async (signal) =>
      (await listSessions(target, ending, signal)).map(({ id, source, server }) => ({ id, source, server })),
    cut: async (order, signal) => cutSessions(target, order, ending, signal),
    removeServer: async (server, signal) => deleteServer(target, server, signal),
    persist: async (servers, signal) => {
      if (settings.persist === undefined) return;
      const { path, binary } = settings.persist;
      const text = renderAgentsCfg(target, servers, check);
      await ports.replaceFile(path, text, binary === undefined ? undefined : judge(binary), signal);
    },
    close: () => {},
  };
}

/** 2: the file is right, but has no listener of its own, as it should be. */
const judge = (binary: string) => ({ program: binary, arguments: ['-c', '-f', '{}'], good: [0, 2] });

/** Without what only this driver needs to know. */
const shownServer = ({ host, checked, maxconn, throttled, ...server }: KnownServer): Server => server;
