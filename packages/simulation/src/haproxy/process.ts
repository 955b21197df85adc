/** One process of the modelled HAProxy, as one line of its Runtime API finds it (`reference/haproxy-runtime.md` 1). */
import type { Dice } from '../dice.ts';
import { answer } from './commands.ts';
import { type ModelServer, newServer, runChecks, type ServerPorts, type ServerSettings } from './server.ts';
import { type Client, type ModelSession, openSessions, type SessionSettings, type Sessions } from './sessions.ts';

export interface ProcessSettings extends SessionSettings {
  readonly backend: string;
  readonly frontend: string;
  /** `2.6.12-1+deb12u4` */
  readonly version: string;
  readonly pid: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** A connection or a check that nobody answers has failed after so long. */
  readonly connectMs: number;
  /** Of its configuration. */
  readonly servers: readonly ServerSettings[];
}

/** The world of a process. */
export interface ProcessPorts extends Pick<ServerPorts, 'now' | 'after' | 'reach'> {}

export interface HaproxyProcess {
  readonly settings: ProcessSettings;
  /** What a Runtime API answers to one line: commands divided by `;`. */
  ask(line: string): string;
  /** Undefined: it was closed at once. */
  connect(client: Client): ModelSession | undefined;
  leave(session: ModelSession): void;
  /** Who listened there is gone, with all its connections. */
  ended(address: string, port: number): void;
  readonly servers: () => readonly ModelServer[];
  readonly sessions: () => readonly ModelSession[];
  /** Nothing happens in it any more; its clients are told. */
  kill(): void;
}

/** What the commands act on. */
export interface Process {
  readonly settings: ProcessSettings;
  readonly servers: ModelServer[];
  readonly sessions: Sessions;
  readonly ports: ServerPorts;
  readonly startedMs: number;
  add(settings: ServerSettings): void;
  remove(server: ModelServer): void;
}

/** The smallest that nobody has. */
function freeId(servers: readonly ModelServer[]): number {
  const taken = new Set(servers.map(({ id }) => id));
  let id = 1;
  while (taken.has(id)) id += 1;
  return id;
}

export function openHaproxyProcess(
  settings: ProcessSettings,
  { now, after, reach }: ProcessPorts,
  dice: Dice,
): HaproxyProcess {
  const servers: ModelServer[] = [];
  let alive = true;
  const ports: ServerPorts = {
    now,
    reach,
    connectMs: settings.connectMs,
    after: (delayMs, run) => after(delayMs, () => alive && run()),
    changed: (server, anew) => sessions.reposition(server, anew),
  };
  const sessions = openSessions(() => servers, settings, ports, dice);
  const put = (one: ServerSettings, dynamic: boolean): void => {
    const server = newServer(one, freeId(servers), dynamic, now());
    servers.push(server);
    sessions.reposition(server);
    // Those of a configuration are first checked soon, each at its own time within `inter`.
    const firstMs = (one.check?.interMs ?? 0) * (dynamic ? 1 : dice.next());
    runChecks(server, () => servers.includes(server), firstMs, ports);
  };
  for (const one of settings.servers) put(one, false);
  const process: Process = {
    ...{ settings, servers, sessions, ports, startedMs: now() },
    add: (one) => put(one, true),
    remove: (server) => void servers.splice(servers.indexOf(server), 1),
  };
  return {
    settings,
    ask: (line) =>
      line
        .split(';')
        .map((command) => answer(process, command))
        .join(''),
    connect: sessions.connect,
    leave: sessions.leave,
    ended: sessions.ended,
    servers: () => servers,
    sessions: sessions.list,
    kill: () => {
      alive = false;
      for (const { client } of sessions.list()) client.closed();
    },
  };
}
