/** Assignments as files `queue/agent-groups/<ID>` (`reference/agent-info.md` 6). */
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { agentIdText, isGroupName, MAX_AGENT_ID, MAX_GROUPS } from '@muster/protocol';
import { type Disk, DiskError, explain, type FileStat, type Owner } from '@muster/tree';
import type { AssignedGroups, Manager, ManagerFault } from '../manager.ts';
import { capped, ManagerError } from '../manager-error.ts';
import type { ManagerKeys } from '../manager-keys.ts';
import type { Forgotten } from './forgotten.ts';
import { stampOf } from './stamp.ts';
import { openStrangers } from './strangers.ts';
import type { ManagerClock } from './watched-names.ts';
import { type FileWriter, isLeftover, makeDirectory } from './write-files.ts';

export const groupsDirectory = 'queue/agent-groups';
const multigroups = 'var/multigroups';
/** 256 names of 255. */
const maxGroupsBytes = MAX_GROUPS * 256;
const pageAgents = 2_000;
const itemsATurn = 2_000;

/** The name of the directory of a multigroup: the first 8 hex digits of the SHA-256 of its text as stored. */
export const multigroupHash = (csv: string): string => hash('sha256', csv, 'hex').slice(0, 8);

export interface GroupFilesOptions {
  readonly disk: Disk;
  readonly clock: Pick<ManagerClock, 'now'>;
  readonly keys: Pick<ManagerKeys, 'has' | 'doubts' | 'version'>;
  /** What lies here of agents that client.keys does not have stays so long, ms. */
  readonly strangersMs: number;
  readonly root: string;
  readonly owner: Owner | undefined;
  /** The master alone makes the directories of multigroups. */
  readonly isMaster: boolean;
  readonly writer: FileWriter;
  /** Names of the files of agents that were removed. */
  readonly forgotten: Forgotten;
}

export type GroupFiles = Pick<Manager, 'groups' | 'assign'>;

/** A file as it was read last. */
interface Read {
  readonly stamp: number;
  readonly row?: AssignedGroups;
  readonly fault?: ManagerFault;
}

export function openGroupFiles(options: GroupFilesOptions): GroupFiles {
  const { disk, clock, keys, strangersMs, root, owner, isMaster, writer, forgotten } = options;
  const directory = `${root}/${groupsDirectory}`;
  const pathOf = (id: number): string => `${directory}/${agentIdText(id)}`;
  const reads = new Map<number, Read>();
  /** Of the listing that is being paged through. */
  let ids: number[] = [];
  const made = new Set<string>();
  /** Whoever gets such an id would get these groups with it. */
  const strangers = openStrangers({
    ...{ disk, clock, directory, keys, fault, staysMs: strangersMs },
    isSomebodys: (name) => keys.has(Number(name)),
    isAgents: (name) => idOf(name) !== undefined,
  });

  const list = async (): Promise<ManagerFault[]> => {
    const [listing] = await disk.list([directory]);
    if (listing?.ok !== true) return unlisted(listing?.failure.code ?? 'UNKNOWN');
    const faults = listing.notUtf8.map((name) => fault(name, 'not-utf8', strangeName));
    const found: number[] = [];
    for (const [index, name] of listing.names.entries()) {
      const id = idOf(name);
      if (id !== undefined) {
        found.push(id);
        if (keys.has(id)) strangers.drop(name);
        else strangers.met(name, stampOf(listing.stats.at(index)));
      }
      if (id === undefined && !isLeftover(name) && !name.startsWith('.'))
        faults.push(fault(name, 'bad-name', strangeName));
      if (index % itemsATurn === itemsATurn - 1) await disk.turn();
    }
    ids = found.sort((one, other) => one - other);
    const there = new Set(ids);
    for (const id of reads.keys()) if (!there.has(id)) reads.delete(id);
    for (const name of strangers.names()) if (!there.has(Number(name))) strangers.drop(name);
    return [...faults, ...(await strangers.sweep())];
  };

  const unlisted = (code: string): ManagerFault[] => {
    if (code !== 'ENOENT') throw new ManagerError(groupsDirectory, code, explain(code));
    ids = [];
    reads.clear();
    return [];
  };

  const page = async (wanted: readonly number[]): Promise<readonly Read[]> => {
    const stats = wanted.length === 0 ? [] : await disk.stat(wanted.map(pathOf));
    return Promise.all(
      wanted.map((id, index) => {
        const stat = stats[index]!;
        if (!('kind' in stat)) return { stamp: 0 };
        const before = reads.get(id);
        return before?.stamp === stampOf(stat) ? before : readOne(id, stat);
      }),
    );
  };

  const readOne = async (id: number, stat: FileStat): Promise<Read> => {
    const name = agentIdText(id);
    const bytes = await disk.read(pathOf(id), maxGroupsBytes).catch(failureOf);
    if (bytes === undefined) return { stamp: 0 };
    const parsed = bytes instanceof DiskError ? bytes.code : parseGroups(bytes);
    // One that is being written is read again, so it is not kept.
    const stamp = bytes instanceof DiskError || bytes.length === stat.size ? stampOf(stat) : 0;
    const read: Read =
      typeof parsed === 'string'
        ? { stamp, fault: fault(name, parsed, groupFaults[parsed] ?? explain(parsed)) }
        : { stamp, ...(parsed.length === 0 ? {} : { row: { id, groups: parsed } }) };
    if (stamp !== 0) reads.set(id, read);
    return read;
  };

  const groups: Manager['groups'] = async (after, signal) => {
    const faults = after <= 0 ? await list() : [];
    signal.throwIfAborted();
    const from = firstAbove(ids, after);
    const wanted = ids.slice(from, from + pageAgents);
    const late = new Set(wanted.filter(isLate));
    const read = await page(wanted.filter((id) => !late.has(id)));
    signal.throwIfAborted();
    if (late.size > 0) await clear([...late], faults, (id, code) => fault(agentIdText(id), code, staysText(code)));
    return {
      rows: read.flatMap(({ row }) => row ?? []),
      faults: capped([...faults, ...read.flatMap((one) => one.fault ?? [])]),
      next: from + pageAgents < ids.length ? wanted.at(-1) : undefined,
    };
  };

  /** A manager that has not read client.keys anew chooses groups for removed agents once more: they go again. */
  const isLate = (id: number): boolean => !keys.has(id) && forgotten.has(agentIdText(id));

  const assign: Manager['assign'] = async (rows, signal) => {
    const faults: ManagerFault[] = [];
    const good = rows.filter((row) => isAssignable(row, faults));
    await makeMultigroups(good);
    signal.throwIfAborted();
    const [set, cleared] = [good.filter((row) => row.groups.length > 0), good.filter((row) => row.groups.length === 0)];
    for (const { id } of set) forgotten.delete(agentIdText(id));
    if (set.length > 0) await write(set, faults);
    const goes = cleared.map(({ id }) => id);
    if (goes.length > 0) await clear(goes, faults, notWritten);
    return capped(faults);
  };

  const write = async (rows: readonly AssignedGroups[], faults: ManagerFault[]): Promise<void> => {
    const files = rows.map(({ id, groups: names }) => ({
      path: pathOf(id),
      bytes: Buffer.from(`${names.join(',')}\n`),
    }));
    const unchanged = await isUnchanged(rows);
    const changed = files.filter((_, index) => !unchanged[index]);
    const written = changed.length === 0 ? [] : await writer.write(directory, changed, true);
    const ids_ = rows.filter((_, index) => !unchanged[index]).map(({ id }) => id);
    for (const [index, outcome] of written.entries()) {
      const id = ids_[index]!;
      reads.delete(id);
      if (!outcome.ok) faults.push(notWritten(id, outcome.failure.code));
    }
  };

  const isUnchanged = async (rows: readonly AssignedGroups[]): Promise<readonly boolean[]> => {
    const read = await page(rows.map(({ id }) => id));
    return rows.map(({ groups: names }, index) => read[index]!.row?.groups.join() === names.join());
  };

  const clear = async (
    gone: readonly number[],
    faults: ManagerFault[],
    faultOf: (id: number, code: string) => ManagerFault,
  ): Promise<void> => {
    const outcomes = await disk.steps(gone.map((id) => ({ do: 'unlink', path: pathOf(id) })));
    let went = false;
    for (const [index, outcome] of outcomes.entries()) {
      const id = gone[index]!;
      reads.delete(id);
      went ||= outcome.ok;
      if (!outcome.ok && outcome.failure.code !== 'ENOENT') faults.push(faultOf(id, outcome.failure.code));
    }
    if (went) await disk.sync([], [directory]);
  };

  /** Remoted fills them; what no agent refers to any more it removes itself. */
  const makeMultigroups = async (rows: readonly AssignedGroups[]): Promise<void> => {
    if (!isMaster) return;
    const wanted = new Set(
      rows.filter(({ groups: names }) => names.length > 1).map(({ groups: names }) => names.join()),
    );
    for (const csv of wanted) {
      const path = `${root}/${multigroups}/${multigroupHash(csv)}`;
      if (made.has(path)) continue;
      await makeDirectory(disk, path, owner);
      made.add(path);
    }
  };

  return { groups, assign };
}

/** What any tool hands over in one call, bytes. */
const oneWrite = 4_096;

/** The groups in order; none for an empty file; a fault's code. Pure; never throws. */
export function parseGroups(bytes: Uint8Array): readonly string[] | string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (text === '' || text === '\n') return [];
  // The manager's own tools in Python end no line; what is written by one call of the system is whole.
  if (!text.endsWith('\n') && bytes.length >= oneWrite) return 'cut-short';
  const names = text.replace(/\r?\n$/, '').split(',');
  if (names.length > MAX_GROUPS) return 'too-many-groups';
  return names.every(isGroupName) ? names : 'bad-group';
}

/** Whether it can be set; otherwise why not is added to `faults`. */
export function isAssignable({ id, groups }: AssignedGroups, faults: ManagerFault[], max = MAX_GROUPS): boolean {
  const isId = Number.isInteger(id) && id >= 1 && id <= MAX_AGENT_ID;
  const code = !isId
    ? 'bad-id'
    : groups.length > max
      ? 'too-many-groups'
      : groups.every(isGroupName)
        ? ''
        : 'bad-group';
  if (code !== '') faults.push({ at: `agent ${isId ? agentIdText(id) : '?'}`, code, text: groupFaults[code]! });
  return code === '';
}

export const groupFaults: Readonly<Record<string, string>> = {
  'cut-short': 'it does not end with a line feed, as if it were being written; assign the groups of this agent again',
  'bad-group':
    'it names a group with other characters than letters, digits, ".", "_", "-", or of no or more than 255 of them; assign the groups of this agent again',
  'too-many-groups': 'it names more groups than the manager takes; assign fewer',
  'bad-id': `there is no such id: it is a whole number from 1 to ${MAX_AGENT_ID}`,
};

const strangeName = 'its name is no agent id; take it away';

/** As the manager writes it: at least three digits, no more zeros than needed. */
function idOf(name: string): number | undefined {
  if (!/^[0-9]{3,10}$/.test(name)) return undefined;
  const id = Number(name);
  return id >= 1 && id <= MAX_AGENT_ID && agentIdText(id) === name ? id : undefined;
}

/** The index of the first that is greater. */
function firstAbove(ids: readonly number[], after: number): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

const fault = (name: string, code: string, text: string): ManagerFault => ({
  at: `${groupsDirectory}/${name}`,
  code,
  text,
});
/** Of an entry of a removed agent that could not be removed. */
export const staysText = (code: string): string => `it is of a removed agent and stays: ${explain(code)}`;
const notWritten = (id: number, code: string): ManagerFault =>
  fault(agentIdText(id), code, `the groups of this agent were not written: ${explain(code)}`);

function failureOf(error: unknown): DiskError {
  if (error instanceof DiskError) return error;
  throw error;
}
