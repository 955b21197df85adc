/** One server of the modelled backend: what an operator wants of it, and what its health checks say. */
import type { Cancel } from '../timeline.ts';

export type AdminState = 'ready' | 'drain' | 'maint';

/** As a configuration or `add server` gives it. Durations in ms. */
export interface ServerSettings {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** 0 to 256. */
  readonly weight: number;
  /** Undefined: it cannot be checked. */
  readonly check: CheckSettings | undefined;
}

export interface CheckSettings {
  readonly interMs: number;
  readonly rise: number;
  readonly fall: number;
}

/** What a connection attempt meets: somebody who listens, a refusal, or nothing at all. */
export type Reach = 'up' | 'refused' | 'silent';

/** What a server needs of the process that it is in. */
export interface ServerPorts {
  now(): number;
  /** Not any more once the process has ended. */
  after(delayMs: number, run: () => void): Cancel;
  reach(address: string, port: number): Reach;
  /** A check or a connection that nobody answers has failed after so long, ms. */
  readonly connectMs: number;
  /** Whether it takes connections, or how many, may be another than before. `anew`: it goes behind all of the same load. */
  changed(server: ModelServer, anew?: boolean): void;
}

/** Its checks: `enabled` by the configuration or `enable health`, `paused` by maintenance. */
export interface Checks {
  readonly settings: CheckSettings;
  enabled: boolean;
  paused: boolean;
  /** 0 to `rise + fall - 1`; from `rise` on it is up. */
  health: number;
  status: 'INI' | 'L4OK' | 'L4CON' | 'L4TOUT';
  failed: number;
}

export interface ModelServer {
  readonly name: string;
  readonly dynamic: boolean;
  /** Unique in its process, from 1. */
  readonly id: number;
  address: string;
  port: number;
  weight: number;
  readonly firstWeight: number;
  /** The weight that balancing uses: set when the server takes part. */
  effective: number;
  admin: AdminState;
  /** Neither down nor in maintenance. */
  running: boolean;
  /** Since when, ms. */
  changedAt: number;
  readonly checks: Checks | undefined;
  sessions: number;
  mostSessions: number;
  total: number;
  /** Its place among others of the same load. */
  order: number;
}

const full = ({ settings: { rise, fall } }: Checks): number => rise + fall - 1;

/** One of the configuration is up, with one check between it and being down; one that is added is in maintenance. */
export function newServer(settings: ServerSettings, id: number, dynamic: boolean, now: number): ModelServer {
  const { name, address, port, weight, check } = settings;
  const checks: Checks | undefined = check && {
    settings: check,
    enabled: !dynamic,
    paused: false,
    health: dynamic ? 0 : check.rise,
    status: 'INI',
    failed: 0,
  };
  return {
    ...{ name, dynamic, id, address, port, weight, checks },
    firstWeight: weight,
    effective: dynamic ? 1 : weight,
    admin: dynamic ? 'maint' : 'ready',
    running: !dynamic,
    changedAt: now,
    sessions: 0,
    mostSessions: 0,
    total: 0,
    order: 0,
  };
}

/** New connections go there. */
export const isUsable = ({ admin, running, effective }: ModelServer): boolean =>
  running && admin === 'ready' && effective > 0;

/** As `set server … state` does. */
export function setAdmin(server: ModelServer, admin: AdminState, ports: ServerPorts): void {
  const before = server.admin;
  if (before === admin) return;
  server.admin = admin;
  const { checks } = server;
  if (admin === 'maint') {
    if (checks !== undefined) Object.assign(checks, { paused: true, health: 0 });
    setRunning(server, false, ports);
    server.changedAt = ports.now();
  } else if (before === 'maint') leaveMaintenance(server, ports);
  ports.changed(server);
}

/** It is up before anything was checked: the next check that fails takes it down. */
function leaveMaintenance(server: ModelServer, ports: ServerPorts): void {
  const { checks } = server;
  if (checks !== undefined) {
    checks.paused = false;
    if (checks.enabled) checks.health = checks.settings.rise;
  }
  setRunning(server, true, ports);
  server.changedAt = ports.now();
}

function setRunning(server: ModelServer, running: boolean, ports: ServerPorts): void {
  if (server.running === running) return;
  server.running = running;
  if (running) server.effective = server.weight;
  server.changedAt = ports.now();
  ports.changed(server);
}

/** As `set server … weight` does. */
export function setWeight(server: ModelServer, weight: number, ports: ServerPorts): void {
  server.weight = weight;
  if (server.admin === 'maint' || server.effective === weight) return;
  server.effective = weight;
  ports.changed(server, true);
}

/** Checks it for as long as `isThere`, beginning after `firstMs`. */
export function runChecks(server: ModelServer, isThere: () => boolean, firstMs: number, ports: ServerPorts): void {
  const { checks } = server;
  if (checks === undefined) return;
  const { interMs } = checks.settings;
  const again = (): void => void ports.after(interMs, look);
  const look = (): void => {
    if (!isThere()) return;
    if (!checks.enabled || checks.paused) return again();
    const reach = ports.reach(server.address, server.port);
    if (reach !== 'silent') {
      judge(server, checks, reach === 'up' ? 'L4OK' : 'L4CON', ports);
      return again();
    }
    ports.after(Math.min(interMs, ports.connectMs), () => {
      if (isThere() && checks.enabled && !checks.paused) judge(server, checks, 'L4TOUT', ports);
      again();
    });
  };
  ports.after(firstMs, look);
}

/** `rise` good ones in a row bring it up, `fall` bad ones take it down. */
function judge(server: ModelServer, checks: Checks, status: Checks['status'], ports: ServerPorts): void {
  const { rise } = checks.settings;
  checks.status = status;
  const wasUp = checks.health >= rise;
  if (status === 'L4OK') checks.health = wasUp || checks.health + 1 >= rise ? full(checks) : checks.health + 1;
  else {
    if (wasUp) checks.failed += 1;
    checks.health = checks.health - 1 >= rise ? checks.health - 1 : 0;
  }
  // In maintenance a check says something, and moves nothing.
  if (server.admin !== 'maint') setRunning(server, checks.health >= rise, ports);
}

/** The column `status`. */
export function statusOf({ admin, running, checks }: ModelServer): string {
  if (admin === 'maint') return 'MAINT';
  const checked = checks?.enabled === true ? checks : undefined;
  if (!running)
    return checked === undefined || checked.health === 0 ? 'DOWN' : `DOWN ${checked.health}/${checked.settings.rise}`;
  const word = admin === 'drain' ? 'DRAIN' : checked === undefined ? 'no check' : 'UP';
  if (checked === undefined || checked.health === full(checked)) return word;
  return `${word} ${checked.health - checked.settings.rise + 1}/${checked.settings.fall}`;
}
