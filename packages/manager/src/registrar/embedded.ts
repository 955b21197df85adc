/** Registration where there is no authd: this node owns client.keys. */
import { Buffer } from 'node:buffer';
import { MAX_AGENT_ID } from '@muster/protocol';
import { type Disk, DiskError, explain, type FileStat, type Owner } from '@muster/tree';
import { openFileWriter } from '../files/write-files.ts';
import { openInTurn } from '../in-turn.ts';
import { clientKeysPath } from '../keys/parse.ts';
import type { AddedAgent, NewAgent, Refused, Registrar } from '../registrar.ts';
import { type KeysEntry, type KeysFile, keyHashOf, openKeysFile } from './keys-file.ts';
import { faultOf, isAgentId, refused } from './valid.ts';

export interface EmbeddedRegistrarOptions {
  readonly disk: Disk;
  readonly root: string;
  /** Random bytes, fit for secrets. May throw. */
  readonly random: (bytes: number) => Uint8Array;
  readonly groups: RegistrarGroups;
  /** Called after each change, before it is answered: `KeysView.refresh`. */
  readonly changed?: () => Promise<unknown>;
  /** More are refused; absent: as many as there are ids. */
  readonly maxAgents?: number;
}

/** Groups as the registrar needs them. */
export interface RegistrarGroups {
  readonly exists: (group: string) => Promise<boolean>;
  readonly of: (id: number) => readonly string[];
  readonly set: (id: number, groups: readonly string[]) => Promise<void>;
  /** Of an agent whose merged.mg has this MD5; undefined: none is known. */
  readonly guess?: (mergedSum: string) => Promise<string | undefined>;
}

const keyBytes = 32;
const maxKeysBytes = 256 * 1024 * 1024;
const keysMode = 0o640;
const defaultGroup = 'default';
/** Somebody else may edit the file at the same moment. */
const attempts = 3;

/** One request after the other. Rejects only for bugs and aborted signals: what fails here is code 9001. */
export function embeddedRegistrar(options: EmbeddedRegistrarOptions): Registrar {
  const { groups } = options;
  /** A purged line must not give its id away: late statuses would be taken for those of the next. */
  let highest = 0;
  const inTurn = openInTurn();
  const inOrder = <T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> =>
    inTurn(() => {
      signal.throwIfAborted();
      return run();
    });

  const add = async (agent: NewAgent): Promise<AddedAgent | Refused> => {
    const fault = faultOf(agent) ?? (await groupFault(groups, agent.groups));
    if (fault !== undefined) return fault;
    const added = await edited(options, (file) => {
      highest = Math.max(highest, file.highestId);
      const entry = entryOf(agent, file, highest, options);
      return 'code' in entry ? entry : { text: file.withAdded(entry), value: entry };
    });
    if ('code' in added) return added;
    highest = Math.max(highest, added.id);
    const { id, name, ip, key } = added;
    const unset = await setGroups(options, id, agent.groups ?? []);
    return unset ?? { id, name, ip, key };
  };

  const remove = (id: number, purge: boolean): Promise<{ readonly id: number } | Refused> => {
    if (!isAgentId(id)) return Promise.resolve(refused('noId', 'there is no such id'));
    return edited(options, (file) => {
      highest = Math.max(highest, file.highestId);
      const there = file.byId(id);
      if (there === undefined || (there.isRemoved && !purge))
        return refused('idNotFound', 'no agent has this id; look at the list of agents');
      return { text: file.withRemoved(id, purge), value: { id } };
    });
  };

  const assignGroup = async (id: number, mergedSum: string): Promise<{ readonly group: string } | Refused> => {
    if (!isAgentId(id)) return refused('noId', 'there is no such id');
    const text = await readKeys(options);
    const file = typeof text === 'string' ? undefined : await openKeysFile(text.bytes, options.disk.turn);
    if (file === undefined || file === 'cut-short') return unreadable(typeof text === 'string' ? text : 'cut-short');
    if (file.byId(id)?.isRemoved !== false) return refused('idNotFound', 'no agent has this id; register it first');
    const [has] = groups.of(id);
    if (has !== undefined) return { group: has };
    const group = (await groups.guess?.(mergedSum)) ?? defaultGroup;
    await groups.set(id, [group]);
    return { group };
  };

  return {
    kind: 'embedded',
    add: (agent, signal) => inOrder(signal, () => add(agent)),
    remove: (id, purge, signal) => inOrder(signal, () => remove(id, purge)),
    assignGroup: (id, mergedSum, signal) => inOrder(signal, () => assignGroup(id, mergedSum)),
  };
}

async function groupFault(groups: RegistrarGroups, names: readonly string[] = []): Promise<Refused | undefined> {
  for (const name of names)
    if (name !== defaultGroup && !(await groups.exists(name)))
      return refused('badGroups', `there is no group "${name}"; make it first`);
  return undefined;
}

/** An agent that did not get its groups is none: it would run with another policy than was asked for. */
async function setGroups(
  options: EmbeddedRegistrarOptions,
  id: number,
  names: readonly string[],
): Promise<Refused | undefined> {
  if (names.length === 0) return undefined;
  try {
    await options.groups.set(id, names);
    return undefined;
  } catch (error) {
    await edited(options, (file) => ({ text: file.withRemoved(id, true), value: { id } }));
    return refused('internal', `its groups could not be set, so it was not added: ${(error as Error).message}`);
  }
}

/** The line of the new agent, or why there is none. */
function entryOf(
  agent: NewAgent,
  file: KeysFile,
  highest: number,
  options: EmbeddedRegistrarOptions,
): KeysEntry | Refused {
  const { name, ip, keyHash } = agent;
  // An id of somebody's choosing may be the last there is; that is no reason to turn all others away.
  const id = agent.id ?? (highest < MAX_AGENT_ID ? highest + 1 : file.spareId());
  if (agent.id !== undefined && file.byId(agent.id) !== undefined)
    return refused('duplicateId', 'this id is taken, or was; choose none, and the next one is given');
  const same = file.byName(name);
  if (same !== undefined) return refused('duplicateName', duplicateText(same, keyHash));
  if (ip !== 'any' && file.byIp(ip) !== undefined)
    return refused('duplicateIp', 'another agent has this address; remove it first, or use "any"');
  if (file.living >= (options.maxAgents ?? MAX_AGENT_ID) || id === 0)
    return refused('maxAgents', 'there are as many agents as this manager takes; remove some');
  try {
    const key = agent.key ?? Buffer.from(options.random(keyBytes)).toString('hex');
    return { id, name, ip, key, isRemoved: false };
  } catch {
    return refused('keyGeneration', 'no key could be made; look into the log of this node');
  }
}

/** As authd, an agent that has its key already is not given it again: whoever knows the hash alone would get the key. */
function duplicateText(same: KeysEntry, keyHash: string | undefined): string {
  if (keyHash === undefined) return 'another agent has this name; remove it first, or choose another name';
  return keyHashOf(same) === keyHash
    ? 'this agent is registered with the key that it has; it need not register again'
    : 'an agent with this name has another key; remove it first';
}

type Edit<T> = (file: KeysFile) => { readonly text: Uint8Array; readonly value: T } | Refused;

/** Reads, edits and writes client.keys; begins anew when somebody else changed it meanwhile. */
async function edited<T>(options: EmbeddedRegistrarOptions, edit: Edit<T>): Promise<T | Refused> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const read = await readKeys(options);
    if (typeof read === 'string') return unreadable(read);
    const file = await openKeysFile(read.bytes, options.disk.turn);
    if (file === 'cut-short') return unreadable(file);
    const change = edit(file);
    if ('code' in change) return change;
    const written = await writeKeys(options, read.stat, change.text);
    if (written === 'changed') continue;
    if (written !== 'written')
      return refused('internal', `client.keys cannot be written: ${explain(written)} (${written})`);
    await options.changed?.();
    return change.value;
  }
  return refused('internal', 'client.keys is being changed by another program; try again');
}

const unreadable = (code: string): Refused =>
  code === 'cut-short'
    ? refused('internal', 'client.keys ends within a line; write it whole, then try again')
    : refused('internal', `client.keys cannot be read: ${explain(code)} (${code})`);

interface KeysText {
  readonly bytes: Uint8Array;
  /** Undefined: there is no file yet. */
  readonly stat: FileStat | undefined;
}

/** The code when it cannot be read. */
async function readKeys({ disk, root }: EmbeddedRegistrarOptions): Promise<KeysText | string> {
  const path = `${root}/${clientKeysPath}`;
  const [stat] = await disk.stat([path]);
  if (stat === undefined || !('kind' in stat))
    return stat?.code === 'ENOENT' ? { bytes: new Uint8Array(0), stat: undefined } : (stat?.code ?? 'UNKNOWN');
  try {
    const bytes = await disk.read(path, maxKeysBytes);
    return bytes === undefined || bytes.length !== stat.size ? 'CHANGED' : { bytes, stat };
  } catch (error) {
    if (error instanceof DiskError) return error.code;
    throw error;
  }
}

/** Written beside, synced, renamed over it, synced. It keeps its owner where this process may give it away. */
async function writeKeys(
  { disk, root }: EmbeddedRegistrarOptions,
  before: FileStat | undefined,
  bytes: Uint8Array,
): Promise<string> {
  const path = `${root}/${clientKeysPath}`;
  const [now] = await disk.stat([path]);
  if (!isSame(before, now !== undefined && 'kind' in now ? now : undefined)) return 'changed';
  const owners = before === undefined ? [undefined] : [{ uid: before.uid, gid: before.gid }, undefined];
  let code = 'UNKNOWN';
  for (const owner of owners) {
    const outcome = await writeAs(disk, `${root}/etc`, path, bytes, owner);
    if (outcome === undefined) return 'written';
    code = outcome;
    if (code !== 'EPERM') break;
  }
  return code;
}

async function writeAs(
  disk: Disk,
  directory: string,
  path: string,
  bytes: Uint8Array,
  owner: Owner | undefined,
): Promise<string | undefined> {
  const writer = openFileWriter(disk, owner, keysMode);
  const [written] = await writer.write(directory, [{ path, bytes }], true);
  return written?.ok === true ? undefined : (written?.failure.code ?? 'UNKNOWN');
}

const isSame = (one: FileStat | undefined, other: FileStat | undefined): boolean =>
  one === undefined || other === undefined
    ? one === other
    : one.inode === other.inode &&
      one.size === other.size &&
      one.mtimeNs === other.mtimeNs &&
      one.ctimeNs === other.ctimeNs;
