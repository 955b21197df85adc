/**
 * Statuses out of wazuh-db. Reading them resets their flags there, so what was read is held here until it
 * is remembered, and a request that has begun is not broken off. What a crash of this process, or of
 * wazuh-db amid its answer, takes with it was read and not remembered, and no flag tells of it any more: that
 * an agent lives comes again with its next keep-alive, what it says of itself when that changes or it starts.
 */
import type { ManagerFault, Seen, SeenAgent } from '../manager.ts';
import { capped, ManagerError } from '../manager-error.ts';
import { type LocalSockets, SocketError, socketFault } from '../sockets.ts';
import { heardWhen } from './heard-times.ts';
import { openJsonRows } from './json-rows.ts';
import type { OwnRows } from './own-rows.ts';
import { isMember, type Member, readRow } from './rows.ts';
import { type AskWdb, badAnswer, socketFailed } from './wdb.ts';

export const httpSocket = 'queue/sockets/wdb-http.sock';
export const syncUrl = '/v1/agents/sync';
/** 256 MiB: what the reference lets one string be. */
export const syncLimits = { maxBytes: 256 * 1024 * 1024, timeoutMs: 40_000 };
const maxSeen = 5_000;
/** Some milliseconds of work. */
const bytesATurn = 256 * 1024;
/** Who reads so often knows when agents were heard of whom a row tells only that they live; a reading is due every half a second. */
const lateMs = 2_000;

export interface HeldRows {
  /** By id. */
  readonly held: Map<number, SeenAgent>;
  /** Newer than what is held of that agent. */
  hold(agent: SeenAgent): void;
  seen(signal: AbortSignal): Promise<Seen>;
}

export interface SeenRowsOptions {
  readonly sockets: LocalSockets;
  readonly ask: AskWdb;
  readonly root: string;
  /** ms since 1970 */
  readonly wallNow: () => number;
  readonly turn: () => Promise<void>;
  /** The manager is closed: only then is a reading that has begun given up. */
  readonly ended: AbortSignal;
}

/** `own`: on a master, where no flag tells of its agents. */
export function openSeenRows(options: SeenRowsOptions, own: OwnRows | undefined): HeldRows {
  const held = new Map<number, SeenAgent>();
  let faults: ManagerFault[] = [];
  let reading: Promise<void> | undefined;
  /** When the last reading began that was whole: what came before it was read. */
  let readMs = Number.NEGATIVE_INFINITY;

  const hold = (agent: SeenAgent): void => {
    const before = held.get(agent.id);
    // The shorter kinds say nothing of what is known of the agent.
    const info = agent.info ?? before?.info;
    held.set(agent.id, info === undefined ? agent : { ...agent, info });
  };
  const read = async (): Promise<void> => {
    if (own === undefined) return readFlagged();
    faults.push(...(await own.read(hold, () => held.size >= maxSeen)));
  };
  const readFlagged = async (): Promise<void> => {
    const undated: SeenAgent[] = [];
    const beganMs = options.wallNow();
    const isLate = (): boolean => Math.abs(options.wallNow() - readMs) > lateMs;
    try {
      faults.push(...(await readSync(options, hold, (agent) => undated.push(agent))));
    } finally {
      const heard = isLate() ? await heardWhen(options.ask, undated, options.ended) : { agents: undated, faults: [] };
      heard.agents.forEach(hold);
      faults.push(...heard.faults);
    }
    readMs = beganMs;
  };

  return {
    held,
    hold,
    seen: async (signal) => {
      signal.throwIfAborted();
      if (held.size === 0) {
        reading ??= read().finally(() => {
          reading = undefined;
        });
        await raced(reading, signal).catch((error: unknown) => {
          if (held.size === 0 || signal.aborted || !(error instanceof ManagerError)) throw error;
          const { at, code, message: text } = error;
          faults.push({ at, code, text });
        });
      }
      const agents = firstOf(held);
      const told = faults;
      faults = [];
      return {
        agents,
        faults: capped(told),
        remembered: () => {
          for (const agent of agents) if (held.get(agent.id) === agent) held.delete(agent.id);
          return Promise.resolve();
        },
        more: held.size > agents.length || own?.goesOn() === true,
      };
    },
  };
}

function firstOf(held: ReadonlyMap<number, SeenAgent>): SeenAgent[] {
  const agents: SeenAgent[] = [];
  for (const agent of held.values()) {
    if (agents.length === maxSeen) break;
    agents.push(agent);
  }
  return agents;
}

/** Rejects with the signal's reason as soon as it fires; the promise goes on. */
function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

/** Each row as it comes. Rejects with a `ManagerError` after the rows that came. */
async function readSync(
  { sockets, root, wallNow, turn, ended }: SeenRowsOptions,
  hold: (agent: SeenAgent) => void,
  holdUndated: (agent: SeenAgent) => void,
): Promise<ManagerFault[]> {
  const rows = openJsonRows();
  const faults: ManagerFault[] = [];
  let sinceTurn = 0;
  const piece = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length; at += bytesATurn) {
      const part = bytes.subarray(at, at + bytesATurn);
      for (const { member, text } of rows.push(part)) {
        const one = isMember(member) ? readRow(member as Member, text, wallNow(), httpSocket) : 'nothing';
        if (one === 'nothing') continue;
        if (one.agent !== undefined) (one.undated === true ? holdUndated : hold)(one.agent);
        if (one.fault !== undefined) faults.push(one.fault);
      }
      sinceTurn += part.length;
      if (sinceTurn < bytesATurn) continue;
      sinceTurn = 0;
      await turn();
    }
  };
  const answer = await sockets
    .http(`${root}/${httpSocket}`, { method: 'GET', url: syncUrl }, syncLimits, ended, piece)
    .catch((error: unknown) => {
      throw socketFailed(httpSocket, error);
    });
  checkStatus(answer);
  if (rows.fault() !== undefined) throw badAnswer(httpSocket);
  if (!rows.isWhole()) throw socketFailed(httpSocket, new SocketError('cut-short', httpSocket));
  return faults;
}

/** Rejects what is not a success. */
export function checkStatus({ status }: { readonly status: number }): void {
  if (status >= 200 && status < 300) return;
  const why = status === 404 ? socketFault('bad-answer') : 'wazuh-db refused; look into its log';
  throw new ManagerError(httpSocket, `http-${status}`, why);
}
