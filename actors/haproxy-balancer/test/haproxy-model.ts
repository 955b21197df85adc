/**
 * A HAProxy as `reference/haproxy-runtime.md` 1 describes it, with agents that hold sessions: leastconn by weight, checks
 * that take time, drain and maintenance, ids that are reused, restarts that forget what was added.
 */
import type { AdminState, CutOrder, Instance, SeenServer, SeenSession, WantedServer } from '../src/index.ts';

/**
 * How an agent behaves whose session ended. `same-source`: its next connection is from the same port. `sticky`: that,
 * and HAProxy sends it where it was. `anywhere`: HAProxy sends it to any server.
 */
export type Temper = 'prompt' | 'late' | 'refuses' | 'same-source' | 'sticky' | 'anywhere';

interface ModelServer {
  readonly name: string;
  address: string;
  port: number;
  weight: number;
  admin: AdminState;
  /** Undefined: not checked. */
  check: { health: 'up' | 'down' | 'checking'; dueAt: number } | undefined;
  changedAt: number;
}

export interface Agent {
  readonly name: string;
  temper: Temper;
  source: string;
  /** The server that it is on, and the one that it was on last. */
  on: string | undefined;
  last: string | undefined;
  id: string;
  /** When it tries to connect next. */
  dueAt: number;
}

/** Milliseconds until a check of a new server, of a dead one and of one that lives again has come to an end. */
const firstCheckMs = 1_000;
const fallMs = 3_000;
const riseMs = 2_000;

export class ModelFault extends Error {
  readonly code: string;
  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

export interface ModelOptions {
  readonly checked?: boolean;
  readonly random?: () => number;
}

export type HaproxyModel = ReturnType<typeof openModel>;

export function openModel({ checked = true, random = () => 0.5 }: ModelOptions = {}) {
  let now = 0;
  let pid = 100;
  let startedAt = 1_000;
  let ports = 20_000;
  let freeIds: string[] = [];
  let ids = 0;
  let turn = 0;
  let made = 0;
  const servers = new Map<string, ModelServer>();
  const agents: Agent[] = [];
  /** Places that answer. */
  const alive = new Set<string>();
  let file: readonly WantedServer[] = [];
  const calls: string[] = [];
  const ended: { readonly agent: string; readonly server: string; readonly left: number; readonly keep: number }[] = [];

  const answers = ({ address, port }: { address: string; port: number }) => alive.has(`${address} ${port}`);
  const on = (name: string) => agents.filter((agent) => agent.on === name);
  const sizes = new Map<string, number>();
  const size = (name: string): number => sizes.get(name) ?? 0;
  const server = (name: string): ModelServer => {
    const found = servers.get(name);
    if (found === undefined) throw new ModelFault('failed', `No such server: ${name}`);
    return found;
  };
  const routable = (one: ModelServer) => one.admin === 'ready' && one.check?.health !== 'down';

  /** leastconn: the key of the server that would be next. Equal ones take turns. */
  function choose(): ModelServer | undefined {
    const key = (one: ModelServer) => {
      const count = size(one.name);
      return count === 0 ? 0 : (count + 1) / one.weight;
    };
    const open = [...servers.values()].filter(routable);
    const least = Math.min(...open.map(key));
    const best = open.filter((one) => key(one) === least);
    return best[turn++ % Math.max(1, best.length)];
  }

  function chooseFor({ temper, last }: Agent): ModelServer | undefined {
    const before = servers.get(last ?? '');
    if (temper === 'sticky' && before !== undefined && routable(before)) return before;
    const open = [...servers.values()].filter(routable);
    return temper === 'anywhere' ? open[Math.floor(open.length * random())] : choose();
  }

  function connect(agent: Agent): void {
    const chosen = chooseFor(agent);
    if (chosen === undefined || !answers(chosen)) {
      agent.dueAt = now + 1_000;
      return;
    }
    const keeps = agent.temper === 'same-source' || agent.temper === 'sticky';
    if (!keeps || agent.source === '') agent.source = `10.9.0.1:${ports++}`;
    agent.on = chosen.name;
    sizes.set(chosen.name, size(chosen.name) + 1);
    agent.id = freeIds.pop() ?? `0x${(++ids).toString(16)}`;
    agent.dueAt = Number.POSITIVE_INFINITY;
  }

  function disconnect(agent: Agent): void {
    if (agent.on === undefined) return;
    freeIds.push(agent.id);
    sizes.set(agent.on, size(agent.on) - 1);
    agent.last = agent.on;
    agent.on = undefined;
    agent.dueAt = now + delayOf(agent.temper);
  }

  const delayOf = (temper: Temper): number => {
    if (temper === 'refuses') return Number.POSITIVE_INFINITY;
    return temper === 'late' ? 2_000 + 18_000 * random() : 50 + 200 * random();
  };

  /** Ends the checks that are due, and begins those that a change of the world calls for. */
  function runChecks(): void {
    for (const one of servers.values()) {
      const { check } = one;
      if (check === undefined || one.admin === 'maint') continue;
      const truth = answers(one) ? 'up' : 'down';
      if (check.health === truth) check.dueAt = Number.POSITIVE_INFINITY;
      else if (check.dueAt === Number.POSITIVE_INFINITY) check.dueAt = now + (truth === 'up' ? riseMs : fallMs);
      else if (check.dueAt <= now) {
        one.check = { health: truth, dueAt: Number.POSITIVE_INFINITY };
        one.changedAt = now;
      }
    }
  }

  /** When something happens next by itself. */
  function nextAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { admin, check } of servers.values()) if (check && admin !== 'maint') next = Math.min(next, check.dueAt);
    for (const agent of agents) next = Math.min(next, agent.dueAt);
    return next;
  }

  const put = (wanted: WantedServer, admin: AdminState, health: 'up' | 'checking'): void => {
    const check = checked ? { health, dueAt: now + firstCheckMs } : undefined;
    const { name, address, port, weight } = wanted;
    servers.set(name, { name, address, port, weight, admin, check, changedAt: now });
  };

  const driver = {
    instance: (): Instance => ({ pid, startedAt, version: '2.6.12' }),
    servers: (): readonly SeenServer[] =>
      [...servers.values()].map(({ name, address, port, weight, admin, check, changedAt }) => ({
        name,
        address,
        port,
        weight,
        admin,
        health: check?.health ?? 'unchecked',
        sessions: size(name),
        changedMs: now - changedAt,
      })),
    sessions: (): readonly SeenSession[] =>
      agents.flatMap(({ on: at, id, source }) => (at === undefined ? [] : [{ id, source, server: at }])),
    ensureServer: (wanted: WantedServer): void => {
      const there = servers.get(wanted.name);
      if (there === undefined) return put(wanted, 'drain', 'checking');
      if (there.address !== wanted.address || there.port !== wanted.port) {
        throw new ModelFault('address-differs', `${wanted.name} is at ${there.address}:${there.port}`);
      }
      if (checked) there.check ??= { health: 'checking', dueAt: now + firstCheckMs };
    },
    setState: (name: string, admin: AdminState): void => {
      const one = server(name);
      if (one.admin === 'maint' && admin !== 'maint' && one.check) {
        one.check = { health: 'checking', dueAt: now + firstCheckMs };
      }
      if ((one.admin === 'maint') !== (admin === 'maint')) one.changedAt = now;
      one.admin = admin;
    },
    setWeight: (name: string, weight: number): void => {
      server(name).weight = weight;
    },
    cut: ({ server: name, sources, keep }: CutOrder): readonly string[] => {
      const wanted = new Set(sources);
      const done: string[] = [];
      for (const agent of on(name)) {
        if (!wanted.has(agent.source) || size(name) <= keep) continue;
        done.push(agent.source);
        disconnect(agent);
        ended.push({ agent: agent.name, server: name, left: size(name), keep });
      }
      return done;
    },
    removeServer: (name: string): 'removed' | 'busy' | 'gone' => {
      const one = servers.get(name);
      if (one === undefined) return 'gone';
      if (one.admin !== 'maint') throw new ModelFault('failed', 'Only servers in maintenance mode can be deleted.');
      if (size(name) > 0) return 'busy';
      servers.delete(name);
      return 'removed';
    },
    persist: (list: readonly WantedServer[]): void => {
      file = list;
    },
  };

  return {
    driver,
    calls,
    ended,
    agents,
    servers,
    now: () => now,
    file: () => file,
    /** Moves time: checks end, agents come back. */
    pass(ms: number): void {
      const until = now + ms;
      runChecks();
      for (;;) {
        const next = nextAt();
        now = Math.min(until, Math.max(now, next));
        if (next > until) break;
        runChecks();
        for (const agent of agents) if (agent.on === undefined && agent.dueAt <= now) connect(agent);
      }
    },
    join(count: number, temper: Temper = 'prompt'): void {
      for (let i = 0; i < count; i++) {
        const agent: Agent = {
          name: `a${made++}`,
          temper,
          source: '',
          on: undefined,
          last: undefined,
          id: '',
          dueAt: now,
        };
        agents.push(agent);
        connect(agent);
      }
    },
    quit(agent: Agent): void {
      disconnect(agent);
      agents.splice(agents.indexOf(agent), 1);
    },
    /** A server that stands in HAProxy's own file, ready. */
    configure(wanted: WantedServer): void {
      file = [...file, wanted];
      put(wanted, 'ready', 'up');
    },
    live(place: string): void {
      alive.add(place);
    },
    /** `cleanly`: its connections end; else they hang until HAProxy ends them. */
    die(place: string, cleanly: boolean): void {
      alive.delete(place);
      if (!cleanly) return;
      for (const agent of agents) {
        const at = agent.on === undefined ? undefined : servers.get(agent.on);
        if (at !== undefined && `${at.address} ${at.port}` === place) disconnect(agent);
      }
    },
    /** Another process, with what the file says. */
    restart(): void {
      pid += 1;
      startedAt += 1;
      for (const agent of agents) disconnect(agent);
      freeIds = [];
      ids = 0;
      servers.clear();
      for (const wanted of file) put(wanted, 'ready', 'up');
    },
    alive,
    /** Sessions by server. */
    counts: (): Readonly<Record<string, number>> =>
      Object.fromEntries([...servers.keys()].map((name) => [name, size(name)])),
  };
}
