/** The state of a double: versions, transactions, reloads and the process, and how they change. */
import { type DoubleAnswer, type DoubleCall, failed } from './answers.ts';
import { type Configured, emptyConfiguration, type Process, startProcess } from './world.ts';

export interface Machine {
  version: number;
  configured: Configured;
  process: Process;
  readonly transactions: Map<string, { readonly version: number; configured: Configured }>;
  /** Transactions begun so far. */
  begun: number;
  /** Looks at a reload until it has ended. */
  reloadLooks: number;
  /** The next reload fails with this text. */
  reloadFault: string | undefined;
  /** Reloads and restarts so far. */
  starts: number;
  readonly reloads: Map<string, { looks: number; outcome: 'in_progress' | 'succeeded' | 'failed'; fault?: string }>;
  /** A new process with what is written down. */
  restart(): void;
  /** The id of the reload that is due: changes are batched into it. */
  dueReload(): string;
  lookAtReload(id: string): { readonly status: string; readonly response?: string } | undefined;
  /** Changes the configuration, in its transaction or by itself. `make`: undefined means that it cannot be. */
  edit(call: DoubleCall, refused: string, make: (now: Configured) => Configured | undefined): DoubleAnswer | undefined;
}

/** What a double does, by names that are the same in both versions: `PUT runtime/servers/{name}`. */
export type Operations = Readonly<Record<string, (machine: Machine, call: DoubleCall) => DoubleAnswer>>;

export function openMachine(now: () => number): Machine {
  const machine: Machine = {
    version: 1,
    configured: emptyConfiguration,
    process: startProcess(emptyConfiguration, 100, now()),
    transactions: new Map(),
    begun: 0,
    reloadLooks: 2,
    reloadFault: undefined,
    starts: 0,
    reloads: new Map(),
    restart: () => {
      machine.starts += 1;
      machine.process = startProcess(machine.configured, 100 + machine.starts, now());
    },
    dueReload: () => {
      const due = [...machine.reloads].find(([, { outcome }]) => outcome === 'in_progress');
      if (due !== undefined) return due[0];
      const id = `2026-11-22-${machine.reloads.size}`;
      machine.reloads.set(id, { looks: machine.reloadLooks, outcome: 'in_progress' });
      return id;
    },
    lookAtReload: (id) => {
      const reload = machine.reloads.get(id);
      if (reload === undefined) return undefined;
      if (reload.outcome === 'in_progress' && --reload.looks < 0) endReload(machine, id);
      return { status: reload.outcome, ...(reload.fault === undefined ? {} : { response: reload.fault }) };
    },
    edit: (call, refused, make) => edit(machine, call, refused, make),
  };
  return machine;
}

function endReload(machine: Machine, id: string): void {
  const reload = machine.reloads.get(id)!;
  reload.outcome = machine.reloadFault === undefined ? 'succeeded' : 'failed';
  if (machine.reloadFault === undefined) machine.restart();
  else reload.fault = machine.reloadFault;
  machine.reloadFault = undefined;
}

/** What it is refused with; undefined: it is done. */
function edit(
  machine: Machine,
  { query }: DoubleCall,
  refused: string,
  make: (now: Configured) => Configured | undefined,
): DoubleAnswer | undefined {
  const [version, id] = [query.get('version'), query.get('transaction_id')];
  if ((version === null) === (id === null)) return failed(400, 'specify either a version or a transaction');
  if (id !== null && query.get('force_reload') === 'true')
    return failed(400, 'Both force_reload and transaction specified, specify only one');
  const transaction = id === null ? undefined : machine.transactions.get(id);
  if (id !== null && transaction === undefined) return failed(404, `transaction ${id} does not exist`);
  if (version !== null && Number(version) !== machine.version) return failed(409, 'version mismatch');
  const made = make(transaction?.configured ?? machine.configured);
  if (made === undefined) return failed(refused.includes('exists') ? 409 : 404, refused);
  if (transaction !== undefined) transaction.configured = made;
  else {
    machine.configured = made;
    machine.version += 1;
  }
  return undefined;
}
