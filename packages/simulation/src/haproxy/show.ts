/** What `show …` prints, in the columns of 2.6.12. */
import type { Process } from './process.ts';
import { type ModelServer, statusOf } from './server.ts';

const line = (text: string): string => `${text}\n\n`;
const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1_000));

const statColumns =
  'pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,uweight'.split(
    ',',
  );

type Row = Readonly<Record<string, string | number>>;

const row = (values: Row): string => `${statColumns.map((name) => values[name] ?? '').join(',')},`;

/** Only with `4` for servers, and with any number for all that is asked for. */
export function showStat(process: Process, [backend, types = '-1']: readonly string[]): string {
  const { settings, servers } = process;
  if (backend !== undefined && backend !== settings.backend && backend !== '-1') return line('No such proxy.');
  const mask = Number(types);
  const rows = [
    ...(backend === undefined && (mask & 1) !== 0 ? [frontendRow(process)] : []),
    ...((mask & 4) !== 0 ? servers.map((server) => serverRow(process, server)) : []),
    ...((mask & 2) !== 0 ? [backendRow(process)] : []),
  ];
  return line([`# ${statColumns.join(',')},`, ...rows].join('\n'));
}

function serverRow({ settings, ports }: Process, server: ModelServer): string {
  const { checks } = server;
  // The weight by which balancing goes; what was set is in `uweight`.
  const common = {
    ...{ pxname: settings.backend, svname: server.name, scur: server.sessions, smax: server.mostSessions },
    ...{ stot: server.total, status: statusOf(server), weight: server.effective, uweight: server.weight },
    ...{ act: 1, bck: 0, qcur: 0, qmax: 0, lastchg: seconds(ports.now() - server.changedAt), pid: 1, iid: 3 },
    ...{ sid: server.id, lbtot: server.total, type: 2, addr: `${server.address}:${server.port}`, mode: 'tcp' },
  };
  if (checks?.enabled !== true) return row(common);
  if (checks.paused) return row({ ...common, chkfail: checks.failed });
  return row({ ...common, chkfail: checks.failed, ...checkColumns(checks) });
}

const checkColumns = ({ status, health, settings: { rise, fall } }: NonNullable<ModelServer['checks']>): Row => ({
  check_status: status,
  check_rise: rise,
  check_fall: fall,
  check_health: health,
  ...(status === 'L4OK' ? { check_desc: 'Layer4 check passed' } : {}),
  ...(status === 'L4CON' ? { last_chk: 'Connection refused', check_desc: 'Layer4 connection problem' } : {}),
  ...(status === 'L4TOUT' ? { check_desc: 'Layer4 timeout' } : {}),
});

const frontendRow = ({ settings, sessions }: Process): string =>
  row({
    pxname: settings.frontend,
    svname: 'FRONTEND',
    scur: sessions.list().length,
    status: 'OPEN',
    type: 0,
    mode: 'tcp',
  });

const backendRow = ({ settings, sessions }: Process): string =>
  row({
    ...{ pxname: settings.backend, svname: 'BACKEND', scur: sessions.list().length, status: 'UP' },
    ...{ type: 1, mode: 'tcp', algo: 'leastconn' },
  });

const stateColumns =
  'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port';

const adminFlags = { ready: 0, maint: 1, drain: 8 } as const;

/** Configured, enabled, paused. */
const checkState = ({ checks }: ModelServer): number =>
  checks === undefined ? 0 : 2 + (checks.enabled ? 4 : 0) + (checks.paused ? 8 : 0);

/** `show servers state`. */
export function showServersState({ settings, servers, ports }: Process, [what, backend]: readonly string[]): string {
  if (what !== 'state') return line('Unknown command');
  if (backend !== undefined && backend !== settings.backend) return line("Can't find backend.");
  const rows = servers.map((server) =>
    [
      ...[3, settings.backend, server.id, server.name, server.address, server.running ? 2 : 0],
      ...[adminFlags[server.admin], server.weight, server.firstWeight, seconds(ports.now() - server.changedAt)],
      ...[6, 3, server.checks?.health ?? 0, checkState(server), 0, 0, 0, '-', server.port, '-', 0, 0, '-', '-', 0],
    ].join(' '),
  );
  return line(['1', `# ${stateColumns}`, ...rows].join('\n'));
}

/** The session that asks is in its list too. */
export function showSessions({ settings, sessions, ports }: Process): string {
  const rows = sessions
    .list()
    .map(
      ({ id, client, server, since }) =>
        `${id}: proto=tcpv4 src=${client.source} fe=${settings.frontend} be=${settings.backend} srv=${server.name} ts=00 epoch=0 age=${seconds(ports.now() - since)}s calls=2 rate=2 cpu=0 lat=0 rq[f=808000h,i=0,an=00h,rx=59s,wx=,ax=] rp[f=80008000h,i=0,an=00h,rx=59s,wx=,ax=] scf=[8,0h,fd=11] scb=[8,1h,fd=12] exp=0s rc=0 c_exp=`,
    );
  const own =
    '0x7f00000000f0: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s calls=1 rate=0 cpu=0 lat=0 rq[f=c08000h,i=0,an=00h,rx=,wx=,ax=] rp[f=80008002h,i=0,an=00h,rx=,wx=,ax=] scf=[8,200h,fd=23] scb=[8,1h,fd=-1] exp= rc=0 c_exp=';
  return line([...rows, own].join('\n'));
}

export function showInfo({ settings, sessions, ports, startedMs }: Process): string {
  const uptime = seconds(ports.now() - startedMs);
  return line(
    [
      'Name: HAProxy',
      `Version: ${settings.version}`,
      'Release_date: 2026/10/17',
      'Nbthread: 1',
      'Nbproc: 1',
      'Process_num: 1',
      `Pid: ${settings.pid}`,
      `Uptime_sec: ${uptime}`,
      'Ulimit-n: 19999',
      'Maxconn: 9985',
      `CurrConns: ${sessions.list().length}`,
      'Stopping: 0',
      `Start_time_sec: ${settings.startedAt}`,
    ].join('\n'),
  );
}

export const showBackends = ({ settings }: Process): string => line(`# name\n${settings.backend}`);
