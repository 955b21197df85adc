/** What a double does at run time: HAProxy's own answers as the Data Plane API passes them on. */
import { type DoubleAnswer, type DoubleCall, failed, fieldsIn, told } from './answers.ts';
import type { Machine, Operations } from './machine.ts';
import { addedOf, type Fields, type RunningServer, set } from './world.ts';

/** In what older versions differ. */
export interface Ways {
  /**
   * A server of the configuration is only added with a reload; of one that is added at run time only `check` is passed
   * on; the statistics have names in small letters, and no weight is shown elsewhere.
   */
  readonly isOld: boolean;
}

const shown = ({ name, address, port, admin, status, weight }: RunningServer, { isOld }: Ways): Fields => ({
  id: name,
  name,
  address,
  port,
  admin_state: admin,
  operational_state: status.startsWith('DOWN') ? 'down' : 'up',
  ...(isOld ? {} : { uweight: weight }),
});

const found = (machine: Machine, { parent, id }: DoubleCall): RunningServer | undefined =>
  machine.process.backends.get(parent)?.get(id);

const unknown = ({ parent, id }: DoubleCall): DoubleAnswer =>
  failed(404, `Runtime server ${id} not found in backend ${parent}`);

/** HAProxy's word for it. Drain and maintenance hide the health, but not that it is down. */
function statusOf({ admin, status }: RunningServer): string {
  if (admin === 'maint') return 'MAINT';
  return admin === 'drain' && !status.startsWith('DOWN') ? 'DRAIN' : status;
}

const statOf = (backend: string, server: RunningServer, { isOld }: Ways): Fields => ({
  backend_name: backend,
  name: isOld ? server.name.toLowerCase() : server.name,
  type: 'server',
  stats: {
    addr: `${server.address}:${server.port}`,
    ...(server.admin === 'maint' || server.checkStatus === '' ? {} : { check_status: server.checkStatus }),
    lastchg: server.lastChange,
    mode: 'tcp',
    scur: server.sessions,
    status: statusOf(server),
    weight: server.shownWeight,
  },
});

const seconds = (): number => Math.floor(Date.now() / 1_000);

function add(machine: Machine, call: DoubleCall, { isOld }: Ways): DoubleAnswer {
  const running = machine.process.backends.get(call.parent);
  const server = fieldsIn(call);
  if (running === undefined) return failed(404, `[3]: No such backend. [add server ${call.parent}/${server.name}]`);
  if (running.has(`${server.name}`))
    return failed(409, `[3]: Already exists a server with the same name in backend. [add server]`);
  const balance = machine.configured.backends.get(call.parent)?.settings.balance as Fields | undefined;
  if (balance?.algorithm === 'source' || balance?.algorithm === 'static-rr')
    return failed(500, '[3]: Backend must use a dynamic load balancing to support dynamic servers. [add server]');
  const { name, address, port, check } = server;
  running.set(`${name}`, addedOf(isOld ? { name, address, port, check } : server));
  return told(server, 201);
}

function remove(machine: Machine, call: DoubleCall): DoubleAnswer {
  const server = found(machine, call);
  if (server === undefined) return unknown(call);
  if (server.pinned)
    return failed(
      500,
      '[3]: This server cannot be removed at runtime due to other configuration elements pointing to it.',
    );
  server.admin = 'maint';
  if (server.sessions > 0)
    return failed(500, '[3]: Server still has connections attached to it, cannot remove it. [del server]');
  machine.process.backends.get(call.parent)!.delete(call.id);
  return { status: 204 };
}

export const runtimeOperations = (ways: Ways): Operations => ({
  'GET runtime/info': ({ process: { pid, startedAt } }) =>
    told({ runtimeAPI: '/run/haproxy.sock', info: { pid, uptime: seconds() - startedAt, version: '2.8.9-test' } }),
  'GET runtime/servers': (machine, { parent }) =>
    told([...(machine.process.backends.get(parent)?.values() ?? [])].map((server) => shown(server, ways))),
  'GET runtime/servers/{name}': (machine, call) => {
    const server = found(machine, call);
    return server === undefined ? unknown(call) : told(shown(server, ways));
  },
  'POST runtime/servers': (machine, call) => add(machine, call, ways),
  'PUT runtime/servers/{name}': (machine, call) => {
    const server = found(machine, call);
    if (server === undefined) return unknown(call);
    const { admin_state } = fieldsIn(call);
    if (admin_state !== undefined) set(server, { admin: admin_state as RunningServer['admin'] });
    return told(shown(server, ways));
  },
  'DELETE runtime/servers/{name}': remove,
  'GET stats/native': ({ process: { backends } }, { query }) => {
    const parent = query.get('parent') ?? '';
    const servers = [...(backends.get(parent)?.values() ?? [])];
    return told({ runtimeAPI: '/run/haproxy.sock', stats: servers.map((server) => statOf(parent, server, ways)) });
  },
});
