/** What a Data Plane API double keeps: a configuration with its version, and the HAProxy that runs with it. */

export type Fields = Readonly<Record<string, unknown>>;

export interface Section {
  readonly settings: Fields;
  /** Servers of a backend, binds of a frontend, by name. */
  readonly parts: ReadonlyMap<string, Fields>;
}

export interface Configured {
  readonly defaults: Fields;
  readonly backends: ReadonlyMap<string, Section>;
  readonly frontends: ReadonlyMap<string, Section>;
}

export interface RunningServer {
  readonly name: string;
  address: string;
  port: number;
  weight: number;
  /** As the statistics have it: what was set in maintenance is not there yet. */
  shownWeight: number;
  admin: 'ready' | 'drain' | 'maint';
  sessions: number;
  /** As `show stat` has it, but for what `admin` says. */
  status: string;
  /** Empty: no checks run. */
  checkStatus: string;
  /** Seconds since its health changed. */
  lastChange: number;
  /** Other lines of the configuration point at it. */
  pinned: boolean;
}

export interface Process {
  readonly pid: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly backends: ReadonlyMap<string, Map<string, RunningServer>>;
}

export const emptyConfiguration: Configured = {
  defaults: { name: 'defaults', mode: 'tcp', client_timeout: 3_600_000, server_timeout: 3_600_000 },
  backends: new Map(),
  frontends: new Map(),
};

/** A new process: it knows only what is written down, and its servers are ready and checked. */
export function startProcess(configured: Configured, pid: number, startedAt: number): Process {
  const backends = [...configured.backends].map(
    ([name, { parts }]) =>
      [name, new Map([...parts.values()].map((each) => [String(each.name), runningOf(each)]))] as const,
  );
  return { pid, startedAt, backends: new Map(backends) };
}

/** As a configured server starts. A host name is taken as resolved. */
function runningOf(server: Fields): RunningServer {
  const isChecked = server.check === 'enabled';
  const address = String(server.address);
  return {
    name: String(server.name),
    address: /^[\d.]+$|:/.test(address) ? address : '192.0.2.1',
    port: Number(server.port ?? 0),
    weight: Number(server.weight ?? 1),
    shownWeight: Number(server.weight ?? 1),
    admin: 'ready',
    sessions: 0,
    status: isChecked ? 'UP' : 'no check',
    checkStatus: isChecked ? 'L4OK' : '',
    lastChange: 0,
    pinned: false,
  };
}

/** As HAProxy adds one at run time: in maintenance, and with checks that nobody has started. */
export const addedOf = (server: Fields): RunningServer => ({
  ...runningOf(server),
  shownWeight: 1,
  admin: 'maint',
  status: 'no check',
  checkStatus: '',
});

/** Sets state or weight as HAProxy does. */
export function set(server: RunningServer, change: Partial<Pick<RunningServer, 'admin' | 'weight'>>): void {
  Object.assign(server, change);
  if (server.admin !== 'maint') server.shownWeight = server.weight;
}

export type Kind = 'backends' | 'frontends';

/** Undefined: there is no such section, or it has such a part already. */
export function withPart(
  all: Configured,
  kind: Kind,
  parent: string,
  part: Fields,
  isNew: boolean,
): Configured | undefined {
  const section = all[kind].get(parent);
  const name = String(part.name);
  if (section === undefined || section.parts.has(name) === isNew) return undefined;
  return withSection(all, kind, { ...section, parts: new Map([...section.parts, [name, part]]) });
}

export function withoutPart(all: Configured, kind: Kind, parent: string, name: string): Configured | undefined {
  const section = all[kind].get(parent);
  if (section?.parts.has(name) !== true) return undefined;
  return withSection(all, kind, { ...section, parts: new Map([...section.parts].filter(([each]) => each !== name)) });
}

export const withSection = (all: Configured, kind: Kind, section: Section): Configured => ({
  ...all,
  [kind]: new Map([...all[kind], [String(section.settings.name), section]]),
});
