/** What each operation of a double does. Those of v2 and v3 are the same but for their paths and how answers are wrapped. */
import { type DoubleAnswer, type DoubleCall, failed, fieldsIn, told } from './answers.ts';
import type { Machine, Operations } from './machine.ts';
import { parseText, textOf } from './raw-text.ts';
import { runtimeOperations, type Ways } from './runtime-operations.ts';
import { addedOf, type Configured, type Fields, type Kind, set, withoutPart, withPart, withSection } from './world.ts';

const configuredIn = (machine: Machine, { query }: DoubleCall): Configured =>
  machine.transactions.get(query.get('transaction_id') ?? '')?.configured ?? machine.configured;

/** After a change: in a transaction nothing happens yet, else a reload is due. */
function accepted(machine: Machine, { query }: DoubleCall, body: unknown, forced: number): DoubleAnswer {
  if (query.has('transaction_id')) return { status: 202, body };
  if (query.get('force_reload') !== 'true') return { status: 202, body, reloadId: machine.dueReload() };
  machine.restart();
  return { status: forced, body };
}

const addPart = (machine: Machine, call: DoubleCall, kind: Kind): DoubleAnswer | undefined => {
  const name = `${fieldsIn(call).name}`;
  if (!configuredIn(machine, call)[kind].has(call.parent)) return failed(400, `${call.parent} does not exist`);
  return machine.edit(call, `${name} already exists in ${call.parent}`, (now) =>
    withPart(now, kind, call.parent, fieldsIn(call), true),
  );
};

function addSection(machine: Machine, call: DoubleCall, kind: Kind): DoubleAnswer {
  const settings = fieldsIn(call);
  const refusal = machine.edit(call, `${settings.name} already exists`, (now) =>
    now[kind].has(`${settings.name}`) ? undefined : withSection(now, kind, { settings, parts: new Map() }),
  );
  return refusal ?? accepted(machine, call, settings, 201);
}

const parts = (machine: Machine, call: DoubleCall, kind: Kind): readonly Fields[] => [
  ...(configuredIn(machine, call)[kind].get(call.parent)?.parts.values() ?? []),
];

export const configurationOperations = ({ isOld }: Ways): Operations => ({
  'GET configuration/version': (machine) => told(machine.version),
  'GET configuration/defaults': (machine) => told(machine.configured.defaults),
  'GET configuration/backends/{name}': (machine, call) => {
    const found = configuredIn(machine, call).backends.get(call.id);
    return found === undefined ? failed(404, `backend ${call.id} does not exist`) : told(found.settings);
  },
  'POST configuration/backends': (machine, call) => addSection(machine, call, 'backends'),
  'GET configuration/frontends': (machine, call) =>
    told([...configuredIn(machine, call).frontends.values()].map(({ settings }) => settings)),
  'POST configuration/frontends': (machine, call) => addSection(machine, call, 'frontends'),
  'GET configuration/binds': (machine, call) => told(parts(machine, call, 'frontends')),
  'POST configuration/binds': (machine, call) =>
    addPart(machine, call, 'frontends') ?? accepted(machine, call, call.body, 201),
  'GET configuration/servers': (machine, call) => told(parts(machine, call, 'backends')),
  'GET configuration/servers/{name}': (machine, call) => {
    const found = configuredIn(machine, call).backends.get(call.parent)?.parts.get(call.id);
    return found === undefined ? failed(404, `server ${call.id} does not exist`) : told(found);
  },
  'POST configuration/servers': (machine, call) => {
    const refusal = addPart(machine, call, 'backends');
    if (refusal !== undefined) return refusal;
    const server = fieldsIn(call);
    const running = machine.process.backends.get(call.parent);
    const section = machine.configured.backends.get(call.parent);
    const isPlain = section?.settings.default_server === undefined && !('resolvers' in server);
    if (isOld || !isPlain || running === undefined || call.query.has('transaction_id'))
      return accepted(machine, call, server, 201);
    running.set(`${server.name}`, addedOf(server));
    return told(server, 201);
  },
  'PUT configuration/servers/{name}': (machine, call) => {
    const before = configuredIn(machine, call).backends.get(call.parent)?.parts.get(call.id);
    const server = fieldsIn(call);
    const refusal = machine.edit(call, `server ${call.id} is unknown`, (now) =>
      withPart(now, 'backends', call.parent, server, false),
    );
    if (refusal !== undefined) return refusal;
    const others = (fields: Fields | undefined): string => JSON.stringify({ ...fields, weight: 0 });
    const running = machine.process.backends.get(call.parent)?.get(call.id);
    if (others(before) !== others(server) || running === undefined) return accepted(machine, call, server, 200);
    set(running, { weight: Number(server.weight ?? 1) });
    return told(server);
  },
  'DELETE configuration/servers/{name}': (machine, call) =>
    machine.edit(call, `server ${call.id} is unknown`, (now) => withoutPart(now, 'backends', call.parent, call.id)) ??
    accepted(machine, call, undefined, 204),
  'GET configuration/raw': (machine) => told(textOf(machine.configured)),
  'POST configuration/raw': (machine, call) => {
    const parsed = parseText(String(call.body), machine.configured);
    if (typeof parsed === 'string') return failed(400, `validation error: ${parsed}`);
    const refusal = machine.edit(call, '', () => parsed);
    if (refusal !== undefined) return refusal;
    if (call.query.get('skip_reload') === 'true') return told(call.body, 201);
    return accepted(machine, call, call.body, 201);
  },
});

/** Open transactions that a Data Plane API has at most. */
const mostTransactions = 20;

const transactionOperations: Operations = {
  'POST transactions': (machine, { query }) => {
    if (machine.transactions.size >= mostTransactions)
      return failed(429, `cannot start a new transaction, ${mostTransactions} are active`);
    const version = Number(query.get('version'));
    if (version !== machine.version) return failed(409, 'version mismatch');
    const id = `00000000-0000-4000-8000-${String(++machine.begun).padStart(12, '0')}`;
    machine.transactions.set(id, { version, configured: machine.configured });
    return told({ _version: version, id, status: 'in_progress' }, 201);
  },
  'PUT transactions/{id}': (machine, { id }) => {
    const transaction = machine.transactions.get(id);
    if (transaction === undefined) return failed(404, `transaction ${id} does not exist`);
    if (transaction.version !== machine.version) return failed(406, `transaction ${id} is outdated`);
    machine.transactions.delete(id);
    machine.configured = transaction.configured;
    machine.version += 1;
    return { status: 202, body: { _version: machine.version, id, status: 'success' }, reloadId: machine.dueReload() };
  },
  'DELETE transactions/{id}': (machine, { id }) =>
    machine.transactions.delete(id) ? { status: 204 } : failed(404, `transaction ${id} does not exist`),
  'GET reloads/{id}': (machine, { id }) => {
    const reload = machine.lookAtReload(id);
    return reload === undefined ? failed(404, `reload ${id} does not exist`) : told({ id, ...reload });
  },
};

/** All of them, by names that are the same in both versions. */
export const operationsOf = (ways: Ways): Operations => ({
  ...configurationOperations(ways),
  ...transactionOperations,
  ...runtimeOperations(ways),
});
