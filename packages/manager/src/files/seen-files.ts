/** Statuses out of `queue/agent-info`: a file's mtime is its agent's last keep-alive, its content says who that is. */
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import type { AgentStatus } from '@muster/protocol';
import { type Disk, DiskError, type DiskStep, explain, type FileStat } from '@muster/tree';
import type { KeyLine } from '../client-keys.ts';
import type { ManagerFault, Seen, SeenAgent } from '../manager.ts';
import { capped } from '../manager-error.ts';
import type { ManagerKeys } from '../manager-keys.ts';
import { isAgentIp } from '../registrar/valid.ts';
import type { Forgotten } from './forgotten.ts';
import { contentFaults, parseInfoContent } from './info-content.ts';
import { absent, mtimeMsOf, stampOf } from './stamp.ts';
import { minutes, openStrangers } from './strangers.ts';
import type { Dirty, ManagerClock, WatchedNames } from './watched-names.ts';

export const infoDirectory = 'queue/agent-info';
/** More than any agent says: 64 labels of 1,279 bytes. */
export const maxInfoBytes = 128 * 1024;
const maxSeen = 5_000;
/** Files of one slice of parsing: some milliseconds. */
const filesATurn = 250;

/** Between two nodes times are compared as well as a slow network lets them, ms. */
const doubtMs = 10_000;

/** What is remembered of the content of a file. */
export interface Remembered {
  readonly sum: string;
  readonly status: AgentStatus;
  /** It was given: its manager has written it. */
  readonly isOwn?: true;
}

export interface SeenFilesOptions {
  readonly disk: Disk;
  readonly clock: Pick<ManagerClock, 'now'>;
  /** Absolute path of `queue/agent-info`. */
  readonly directory: string;
  readonly names: WatchedNames;
  readonly keys: ManagerKeys;
  /** What lies here of agents that client.keys does not have stays so long, ms. */
  readonly strangersMs: number;
  readonly ownNode: string;
  /** What other nodes saw is written here, too. */
  readonly isMaster: boolean;
  /** Whether the agent is known to report to another node. */
  readonly isElsewhere: (id: number) => boolean;
  /** By file name. */
  readonly contents: Map<string, Remembered>;
  /** Files of agents that were removed. */
  readonly forgotten: Forgotten;
}

/** One file that was looked at: what it says, and how it is settled once that is remembered. */
interface Looked {
  readonly dirty: Dirty;
  readonly stamp: number;
  readonly content?: Remembered;
  readonly agent?: SeenAgent;
  readonly fault?: ManagerFault;
}

export const contentSum = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64').slice(0, 16);

export function openSeenFiles(options: SeenFilesOptions): { seen(signal: AbortSignal): Promise<Seen> } {
  const { disk, clock, directory, names, keys, strangersMs, contents } = options;
  /** Each is named once, and looked at again when client.keys changes. */
  const strangers = openStrangers({
    ...{ disk, clock, directory, keys, fault, isAgents, staysMs: strangersMs },
    isSomebodys: (name) => keys.byFileName(name) !== undefined,
    others: names.stamps,
  });
  let keysVersion = keys.version();

  const settle = ({ dirty, stamp, content }: Looked): void => {
    if (names.settle(dirty, stamp) && content !== undefined) contents.set(dirty.name, content);
  };

  const look = async (batch: readonly Dirty[]): Promise<readonly Looked[]> => {
    const stats = await disk.stat(batch.map(({ name }) => `${directory}/${name}`));
    const wanted: { dirty: Dirty; stat: FileStat; line: KeyLine }[] = [];
    const looked: Looked[] = [];
    const late: Dirty[] = [];
    for (const [index, dirty] of batch.entries()) {
      const outcome = firstLook(dirty, stats[index]!);
      if (outcome === undefined) continue;
      if (outcome === 'late') late.push(dirty);
      else if ('line' in outcome) wanted.push(outcome);
      else looked.push(outcome);
    }
    await removeAgain(late);
    return [...looked, ...(await readAll(wanted))];
  };

  /** A manager that has not read client.keys anew writes the files of removed agents once more: they go again. */
  const removeAgain = async (late: readonly Dirty[]): Promise<void> => {
    const steps = late.map(({ name }): DiskStep => ({ do: 'unlink', path: `${directory}/${name}` }));
    const outcomes = steps.length === 0 ? [] : await disk.steps(steps);
    for (const [index, outcome] of outcomes.entries()) if (outcome.ok) names.settle(late[index]!, absent);
  };

  /** `undefined`: nothing is to be said of it, now and until it changes. `late`: it is of an agent that was removed. */
  const firstLook = (
    dirty: Dirty,
    stat: FileStat | { readonly code: string },
  ): Looked | { dirty: Dirty; stat: FileStat; line: KeyLine } | 'late' | undefined => {
    const { name } = dirty;
    if (!('kind' in stat)) {
      strangers.drop(name);
      contents.delete(name);
      names.settle(dirty, absent);
      return stat.code === 'ENOENT'
        ? undefined
        : { dirty, stamp: absent, fault: fault(name, stat.code, explain(stat.code)) };
    }
    const stamp = stampOf(stat);
    if (stamp === names.knownStamp(name)) return void names.settle(dirty, stamp);
    if (stat.kind !== 'file')
      return { dirty, stamp, fault: fault(name, 'NOT_A_FILE', 'it is no regular file; take it away') };
    const line = keys.byFileName(name);
    if (line !== undefined) return { dirty, stat, line };
    if (options.forgotten.has(name)) return 'late';
    return strangers.met(name, stamp)
      ? { dirty, stamp, fault: fault(name, 'unknown-agent', unknownAgent(name, strangersMs)) }
      : void names.settle(dirty, stamp);
  };

  const readAll = async (
    wanted: readonly { dirty: Dirty; stat: FileStat; line: KeyLine }[],
  ): Promise<readonly Looked[]> => {
    const reads = await Promise.all(
      wanted.map(({ dirty }) => disk.read(`${directory}/${dirty.name}`, maxInfoBytes).catch(failureOf)),
    );
    const looked: Looked[] = [];
    for (const [index, one] of wanted.entries()) {
      const outcome = readOne(one, reads[index]);
      if (outcome !== undefined) looked.push(outcome);
      if (index % filesATurn === filesATurn - 1) await disk.turn();
    }
    return looked;
  };

  const readOne = (
    { dirty, stat, line }: { dirty: Dirty; stat: FileStat; line: KeyLine },
    bytes: Uint8Array | DiskError | undefined,
  ): Looked | undefined => {
    const stamp = stampOf(stat);
    if (bytes instanceof DiskError) return { dirty, stamp, fault: fault(dirty.name, bytes.code, explain(bytes.code)) };
    // It is being written, or went: the next look tells.
    if (bytes?.length !== stat.size) return undefined;
    const sum = contentSum(bytes);
    const seenMs = mtimeMsOf(stat);
    const before = contents.get(dirty.name);
    if (before?.sum === sum) {
      const agent = agentOf(line.id, seenMs, before.status);
      return { dirty, stamp, content: { ...before, isOwn: true }, agent };
    }
    const { status, node, info, fault: code } = parseInfoContent(bytes, line, options.ownNode);
    const content: Remembered = { sum, status, isOwn: true };
    // What this process, before it was started anew, wrote of another node's agent; its own manager touches it at the next keep-alive.
    // A loss of power may have taken the node's name, which comes last, and the time.
    const isForeign = node === '' ? options.isElsewhere(line.id) : node !== options.ownNode;
    const told = code === undefined ? {} : { fault: fault(dirty.name, code, contentFaults[code]) };
    if (isForeign && names.isFirstSight(dirty.name)) return { dirty, stamp, content: { sum, status }, ...told };
    // That of an agent that has only started names no node either; after a loss of the store nothing tells whose it is. Whoever says that it is his is believed.
    const isDoubtful = bytes.length === 0 && options.isMaster && names.isFirstSight(dirty.name);
    const agent = agentOf(line.id, isDoubtful ? seenMs - doubtMs : seenMs, status);
    return { dirty, stamp, content, agent: info === undefined ? agent : { ...agent, info }, ...told };
  };

  /** Whoever came into client.keys meanwhile is looked at again. */
  const meetStrangers = async (): Promise<void> => {
    keysVersion = keys.version();
    let left = maxSettled;
    for (const name of [...strangers.names()]) {
      if (keys.byFileName(name) !== undefined) {
        strangers.drop(name);
        names.touchAgain(name);
      }
      if (--left > 0) continue;
      left = maxSettled;
      await disk.turn();
    }
  };

  return {
    seen: async (signal) => {
      await names.look();
      signal.throwIfAborted();
      if (keysVersion !== keys.version()) await meetStrangers();
      const swept = await strangers.sweep();
      const batch = names.take(maxSeen);
      const looked = batch.length === 0 ? [] : await look(batch);
      signal.throwIfAborted();
      const unreadable = names
        .unreadableNames()
        .map((name) => fault(name, 'not-utf8', 'its name is not UTF-8; take it away'));
      return {
        agents: looked.flatMap(({ agent }) => agent ?? []),
        faults: capped([...swept, ...unreadable, ...looked.flatMap((one) => one.fault ?? [])]),
        remembered: async () => {
          for (const [index, one] of looked.entries()) {
            settle(one);
            if (index % maxSettled === maxSettled - 1) await disk.turn();
          }
        },
        more: names.waiting() > looked.length && batch.length === maxSeen,
      };
    },
  };
}

const maxSettled = 2_000;

const maxNameBytes = 128;

/** Whether remoted may have given a file this name: `<name>-<ip>`. */
function isAgents(fileName: string): boolean {
  const dash = fileName.lastIndexOf('-');
  const [name, ip] = [fileName.slice(0, Math.max(0, dash)), fileName.slice(dash + 1)];
  return name !== '' && Buffer.byteLength(name) <= maxNameBytes && isAgentIp(ip);
}

const unknownAgent = (name: string, staysMs: number): string =>
  `no agent in client.keys has this name and address; it counts when one has, ${
    isAgents(name) ? `and is taken away when it has not changed for ${minutes(staysMs)}` : 'else take it away'
  }`;

const agentOf = (id: number, seenMs: number, status: AgentStatus): SeenAgent => ({
  id,
  seenMs,
  status,
  code: 0,
  disconnectedMs: 0,
});

const fault = (name: string, code: string, text: string): ManagerFault => ({
  at: `${infoDirectory}/${name}`,
  code,
  text,
});

function failureOf(error: unknown): DiskError {
  if (error instanceof DiskError) return error;
  throw error;
}
