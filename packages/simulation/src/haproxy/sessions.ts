/** Connections of agents through the modelled HAProxy, and the choice of their server (`leastconn`). */
import type { Dice } from '../dice.ts';
import { isUsable, type ModelServer, type ServerPorts } from './server.ts';

/** A client's connection. Each is called at most once, `closed` last. */
export interface Client {
  /** `10.1.2.3:41234`. */
  readonly source: string;
  opened(server: string): void;
  /** HAProxy closed it, or is gone. */
  closed(): void;
}

export interface ModelSession {
  /** As `show sess` shows it: a pointer. Used again as soon as it is free. */
  readonly id: string;
  readonly client: Client;
  readonly since: number;
  /** Where it is connected to: a server's address may change meanwhile. */
  at: { readonly address: string; readonly port: number };
  server: ModelServer;
  connected: boolean;
  /** HAProxy was told to end it, said so, and does a moment later. Until then it is listed and counted as before. */
  ending: boolean;
}

export interface Sessions {
  /** Undefined: there is no server, and it was closed. */
  connect(client: Client): ModelSession | undefined;
  /** The client went. */
  leave(session: ModelSession): void;
  list(): readonly ModelSession[];
  /** `shutdown session`: see `ending`. False: there is none of this id. */
  shut(id: string): boolean;
  shutAll(server: ModelServer): void;
  /** Who listened there ended: its connections are closed. */
  ended(address: string, port: number): void;
  /** What decides its place changed. */
  reposition(server: ModelServer, anew?: boolean): void;
}

export interface SessionSettings {
  /** After a refused connection it is tried so often again, once a second; the last time elsewhere. */
  readonly retries: number;
  readonly redispatch: boolean;
}

/** How many are on the server and go on. */
export const stayingOn = (sessions: readonly ModelSession[], name: string): number =>
  sessions.filter(({ server, ending }) => server.name === name && !ending).length;

/** Between two attempts, ms. */
const turnMs = 1_000;
/** Between the answer to `shutdown session` and its end, ms. The real one takes longer the more it has to do. */
const endMs = [0.05, 5] as const;
/** The largest weight. */
const mostWeight = 256;

/** The smaller, the earlier it gets the next. */
const loadOf = ({ sessions, effective }: ModelServer): number =>
  sessions === 0 ? 0 : Math.floor(((sessions + 1) * mostWeight) / Math.max(1, effective));

export function openSessions(
  servers: () => readonly ModelServer[],
  { retries, redispatch }: SessionSettings,
  ports: ServerPorts,
  dice: Dice,
): Sessions {
  const all = new Map<string, ModelSession>();
  const free: string[] = [];
  const loads = new Map<ModelServer, number>();
  const ends = dice.fork('ends');
  let turns = 0;

  /** Of those of the same load the one that came to it first is next. */
  const reposition = (server: ModelServer, anew = false): void => {
    const load = isUsable(server) ? loadOf(server) : undefined;
    if (loads.get(server) === load && !anew) return;
    if (load === undefined) return void loads.delete(server);
    loads.set(server, load);
    server.order = ++turns;
  };
  const choose = (avoid?: ModelServer): ModelServer | undefined => {
    let best: ModelServer | undefined;
    for (const server of servers()) {
      if (!isUsable(server)) continue;
      if (best === undefined || best === avoid || (server !== avoid && isBefore(server, best))) best = server;
    }
    return best;
  };
  const isBefore = (one: ModelServer, other: ModelServer): boolean =>
    loadOf(one) < loadOf(other) || (loadOf(one) === loadOf(other) && one.order < other.order);
  const nextId = (): string =>
    free.pop() ?? `0x${(0x5600_0000_0000 + dice.int(0, 0x0fff_ffff) * 16 + all.size * 0x1_0000_0000).toString(16)}`;
  const take = (server: ModelServer): void => {
    server.sessions += 1;
    server.total += 1;
    server.mostSessions = Math.max(server.mostSessions, server.sessions);
    reposition(server);
  };
  const give = (server: ModelServer): void => {
    server.sessions -= 1;
    reposition(server);
  };
  const end = (session: ModelSession): boolean => {
    if (all.get(session.id) !== session) return false;
    all.delete(session.id);
    free.push(session.id);
    give(session.server);
    return true;
  };
  const close = (session: ModelSession): void => {
    if (end(session)) session.client.closed();
  };
  const shut = (session: ModelSession): void => {
    if (session.ending) return;
    session.ending = true;
    ports.after(ends.between(...endMs), () => close(session));
  };
  const attempt = (session: ModelSession, left: number): void => {
    if (all.get(session.id) !== session) return;
    const { server, client } = session;
    session.at = { address: server.address, port: server.port };
    const reach = ports.reach(server.address, server.port);
    if (reach === 'up') {
      session.connected = true;
      return client.opened(server.name);
    }
    if (left === 0) return void ports.after(reach === 'silent' ? ports.connectMs : 0, () => close(session));
    ports.after(reach === 'silent' ? ports.connectMs : turnMs, () => {
      if (left === 1 && redispatch && all.get(session.id) === session) move(session);
      attempt(session, left - 1);
    });
  };
  const move = (session: ModelSession): void => {
    const other = choose(session.server);
    if (other === undefined) return;
    give(session.server);
    session.server = other;
    take(other);
  };

  return {
    connect: (client) => {
      const server = choose();
      if (server === undefined) return void ports.after(0, client.closed);
      const { address, port } = server;
      const session: ModelSession = {
        ...{ id: nextId(), client, since: ports.now(), server, connected: false, ending: false },
        at: { address, port },
      };
      all.set(session.id, session);
      take(server);
      attempt(session, retries);
      return session;
    },
    leave: (session) => void end(session),
    list: () => [...all.values()],
    shut: (id) => {
      const session = all.get(id);
      if (session !== undefined) shut(session);
      return session !== undefined;
    },
    shutAll: (server) => {
      for (const session of [...all.values()]) if (session.server === server) shut(session);
    },
    ended: (address, port) => {
      for (const session of [...all.values()])
        if (session.connected && session.at.address === address && session.at.port === port) close(session);
    },
    reposition,
  };
}
