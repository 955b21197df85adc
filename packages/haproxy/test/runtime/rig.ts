import { type Driver, type HaproxyPorts, openRuntimeDriver, type RuntimeSettings } from '@muster/haproxy';

export const never: AbortSignal = new AbortController().signal;

/** What is asked of the Runtime API, in order, and what it answers. */
export interface Scripted {
  readonly driver: Driver;
  readonly lines: string[];
  readonly files: { path: string; text: string; program: string | undefined }[];
}

/** A driver on a Runtime API that says what `answer` says to a line, or throws it. */
export function scripted(
  answer: (line: string) => string | Error,
  settings: Partial<RuntimeSettings> = {},
  hosts: Readonly<Record<string, readonly string[]>> = {},
): Scripted {
  const lines: string[] = [];
  const files: Scripted['files'] = [];
  const ports: HaproxyPorts = {
    runtime: async (_endpoint, line, _limits, signal) => {
      signal.throwIfAborted();
      lines.push(line);
      const said = answer(line);
      if (said instanceof Error) throw said;
      return said;
    },
    http: () => Promise.reject(new Error('no HTTP here')),
    resolve: async (host) => hosts[host] ?? [],
    replaceFile: async (path, text, check) => void files.push({ path, text, program: check?.program }),
    wait: async () => undefined,
  };
  const endpoint = { kind: 'unix', path: '/run/admin.sock' } as const;
  return { driver: openRuntimeDriver({ endpoint, backend: 'be', ...settings }, ports), lines, files };
}

/** A server as HAProxy tells of it; what is left out is as a ready and healthy one has it. */
export interface Told {
  readonly name: string;
  readonly address?: string;
  readonly port?: number;
  readonly host?: string;
  readonly admin?: number;
  readonly weight?: number;
  readonly checks?: number;
  readonly status?: string;
  readonly check?: string;
  readonly sessions?: number;
  readonly lastchg?: number;
  readonly slim?: string;
  readonly throttle?: string;
}

/** `show servers state be`, with columns of 2.6 and one of the future. */
export const stateAnswer = (servers: readonly Told[]): string =>
  [
    '1',
    '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_new srv_check_state srv_fqdn srv_port',
    ...servers.map(({ name, address = '10.0.0.1', port = 1514, host = '-', admin = 0, weight = 100, checks = 6 }) =>
      ['4', 'be', '1', name, address, '2', admin, weight, 'x', checks, host, port].join(' '),
    ),
    '',
    '',
  ].join('\n');

/** `show stat be 4 -1` */
export const statAnswer = (servers: readonly Told[]): string =>
  [
    '# pxname,svname,scur,slim,new,status,weight,lastchg,throttle,check_status,last_chk,',
    ...servers.map(
      ({ name, sessions = 0, slim = '', status = 'UP', lastchg = 7, throttle = '', check = 'L4OK' }) =>
        `be,${name},${sessions},${slim},x,${status},100,${lastchg},${throttle},${check},"said ""so"", twice",`,
    ),
    '',
    '',
  ].join('\n');

/** Both in one answer, as to `show servers state be;show stat be 4 -1`. */
export const serversAnswer = (servers: readonly Told[]): string => stateAnswer(servers) + statAnswer(servers);
