/** An HAProxy in memory that answers the lines of its Runtime API, with agents that connect again when they are cut. */
import { HaproxyError, type HaproxyPorts } from '@muster/haproxy';

interface SpokenServer {
  readonly address: string;
  readonly port: number;
  weight: number;
  admin: 'ready' | 'drain' | 'maint';
}

export interface SpokenHaproxy {
  readonly ports: HaproxyPorts;
  /** Every line that changed something, in order. */
  readonly changes: readonly string[];
  readonly servers: ReadonlyMap<string, SpokenServer>;
  /** Agents on each server. */
  counts(): Readonly<Record<string, number>>;
  connect(agents: number): void;
  /** Another process of it begins with these servers only. */
  restart(): void;
  /** While false, nobody answers. */
  reachable: boolean;
}

const backend = 'wazuh_reporting';
const adminBits = { ready: 0, drain: 8, maint: 1 } as const;

export function spokenHaproxy(): SpokenHaproxy {
  const servers = new Map<string, SpokenServer>();
  const changes: string[] = [];
  /** By id: the server and the source of each agent. */
  let sessions = new Map<string, { readonly server: string; readonly source: string }>();
  let pid = 100;
  let ports = 1_000;

  const counts = (): Record<string, number> => {
    const found = Object.fromEntries([...servers.keys()].map((name) => [name, 0]));
    for (const { server } of sessions.values()) found[server] = (found[server] ?? 0) + 1;
    return found;
  };
  const connectOne = (): void => {
    const now = counts();
    const load = ([name, { weight }]: readonly [string, SpokenServer]): number => (now[name] ?? 0) / weight;
    const open = [...servers]
      .filter(([, { admin }]) => admin === 'ready')
      .sort((one, other) => load(one) - load(other));
    const least = open[0]?.[0];
    ports += 1;
    if (least !== undefined) sessions.set(`0x${ports.toString(16)}`, { server: least, source: `10.1.0.1:${ports}` });
  };

  const show = (): string => {
    const now = counts();
    const states = [...servers].map(
      ([name, { address, admin, weight, port }]) =>
        `3 ${backend} 1 ${name} ${address} 2 ${adminBits[admin]} ${weight} ${weight} 5 6 3 4 6 0 0 0 - ${port} - 0 0 - - 0`,
    );
    const stats = [...servers].map(([name, { admin }]) => {
      const status = admin === 'ready' ? 'UP' : admin === 'drain' ? 'DRAIN' : 'MAINT';
      return `${backend},${name},${now[name]},,${status},5,,L4OK,`;
    });
    const head =
      '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port';
    return `1\n${[head, ...states].join('\n')}\n\n${['# pxname,svname,scur,slim,status,lastchg,throttle,check_status,', ...stats].join('\n')}\n\n`;
  };

  const change = (command: string): string => {
    changes.push(command);
    const [verb, what = '', word = '', key = '', value = ''] = command.split(' ');
    const name = word.split('/')[1] ?? '';
    if (verb === 'add') {
      const [address = '', port = '0'] = key.split(':');
      servers.set(name, { address, port: Number(port), weight: 100, admin: 'maint' });
      return 'New server registered.\n';
    }
    if (verb === 'del') {
      if ((counts()[name] ?? 0) > 0) return 'Server still has connections attached to it, cannot remove it.\n';
      return servers.delete(name) ? 'Server deleted.\n' : 'No such server.\n';
    }
    const server = servers.get(name);
    if (verb === 'shutdown') {
      if (sessions.delete(word)) connectOne();
    } else if (server !== undefined && what === 'server' && key === 'state') server.admin = value as 'ready';
    else if (server !== undefined && what === 'server' && key === 'weight') server.weight = Number(value);
    return '\n';
  };

  const answer = (command: string): string => {
    if (command === 'show cli level') return 'admin\n';
    if (command === 'show info') return `Name: HAProxy\nVersion: 2.6.12\nPid: ${pid}\nStart_time_sec: ${pid}\n\n`;
    if (command === 'show sess') {
      const rows = [...sessions].map(
        ([id, { server, source }]) => `${id}: proto=tcpv4 src=${source} fe=agents be=${backend} srv=${server} age=1s`,
      );
      return `${rows.join('\n')}\n\n`;
    }
    if (command === `show stat ${backend} 2 -1`)
      return `# pxname,svname,mode,algo,\n${backend},BACKEND,tcp,leastconn,\n\n`;
    return change(command);
  };

  const spoken: SpokenHaproxy = {
    changes,
    servers,
    counts,
    connect: (agents) => {
      for (let at = 0; at < agents; at++) connectOne();
    },
    restart: () => {
      pid += 1;
      servers.clear();
      sessions = new Map();
    },
    reachable: true,
    ports: {
      runtime: async (_endpoint, line) => {
        if (!spoken.reachable) throw new HaproxyError('spoken', 'unreachable', 'nobody listens there');
        if (line.startsWith('show servers state')) return show();
        return line.split(';').map(answer).join('');
      },
      http: () => Promise.reject(new Error('no HTTP here')),
      resolve: async () => ['10.0.0.1'],
      replaceFile: async () => {},
      wait: () => Promise.reject(new Error('nobody waits here')),
    },
  };
  return spoken;
}
