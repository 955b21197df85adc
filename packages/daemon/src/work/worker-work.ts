/**
 * Notes when a worker last did each kind of work, for `cluster_control -i` and the healthcheck. It is told by those who
 * do the work and changes nothing of it. Since the start of the node: restarts of actors lose nothing.
 */
import { compareGenerations, type FileTree, type GenerationId, type Standing } from '@muster/protocol';
import type { Replication, ReplicationResult } from '@muster/tree';
import * as agents from './agents-done.ts';
import * as files from './files-done.ts';
import * as groups from './groups-done.ts';
import { ageOf, type Span } from './span.ts';

export interface WorkerWork {
  /** Around each scan of this node's files. */
  scanning<T>(scan: () => Promise<T>): Promise<T>;
  /** Around the fetching of a generation's list of files. */
  listing<T>(fetch: () => Promise<T>): Promise<T>;
  /** Around each replication; `before`: the tree that the disk holds. */
  replicating(
    plan: Replication,
    before: FileTree | undefined,
    replicate: () => Promise<ReplicationResult>,
  ): Promise<ReplicationResult>;
  /** The master announced this. One that is older than what it announced before on the link is ignored. */
  announced(id: GenerationId): void;
  /** The disk as last scanned was compared with the newest generation. */
  compared(): void;
  /** Around each batch of `count` statuses, until the master's answer. */
  sending<T>(count: number, send: () => Promise<T>): Promise<T>;
  /** Changes of groups came that end at `version`; `held`: the version that this node has. */
  groupsPushed(version: number, held: number): void;
  groupsHeld(version: number): void;
  /** Around each ask for the master's groups. */
  groupsAsked<T>(ask: () => Promise<T>): Promise<T>;
  groupsRepaired(version: number): void;
  /** The link to the master opened or closed: what it announced and was asked before is void. */
  linkChanged(): void;
  read(): Standing;
}

export function noteWork(now: () => number): WorkerWork {
  let done = files.noFilesDone;
  let run: agents.SentRun | undefined;
  let grouped = groups.noGroupsDone;
  let newest: GenerationId | undefined;
  const busy = { reading: 0, syncing: 0, sending: 0 };
  /** Resolves as `work` does, once `ended` was told of it. */
  const around = async <T>(
    what: keyof typeof busy,
    work: () => Promise<T>,
    ended: (span: Span, result: T) => void,
  ): Promise<T> => {
    const startAt = now();
    busy[what] += 1;
    try {
      const result = await work();
      ended({ startAt, endAt: now() }, result);
      return result;
    } finally {
      busy[what] -= 1;
    }
  };
  return {
    scanning: (scan) =>
      around('reading', scan, (span) => {
        done = files.scanned(done, span);
      }),
    listing: (fetch) => around('syncing', fetch, () => {}),
    replicating: (plan, before, replicate) => {
      done = files.writing(done);
      return around('syncing', replicate, (span, result) => {
        done = files.replicated(done, { ...span, plan, before, result });
      });
    },
    announced: (id) => {
      if (newest !== undefined && compareGenerations(id, newest) <= 0) return;
      newest = id;
      done = files.announced(done, now());
    },
    compared: () => {
      done = files.compared(done, now());
    },
    sending: (count, send) =>
      around('sending', send, (span) => {
        run = agents.confirmed(run, { ...span, agents: count });
      }),
    groupsPushed: (version, held) => {
      if (version > held) grouped = groups.pushed(grouped, version, now());
    },
    groupsHeld: (version) => {
      grouped = groups.held(grouped, version, now());
    },
    groupsAsked: async (ask) => {
      grouped = groups.asked(grouped, now());
      try {
        return await ask();
      } catch (error) {
        grouped = groups.gaveUp(grouped);
        throw error;
      }
    },
    groupsRepaired: (version) => {
      grouped = groups.repaired(grouped, version, now());
    },
    linkChanged: () => {
      newest = undefined;
      done = files.unlinked(done);
      grouped = groups.unlinked(grouped);
    },
    read: () => ({
      type: 'standing',
      ...shown('checked', done.checked, now(), []),
      ...shown('synced', done.synced, now(), ['missing', 'shared', 'extra']),
      syncing: busy.syncing > 0,
      ...shown('agentInfo', run, now(), ['chunks', 'agents']),
      sendingAgents: busy.sending > 0,
      ...shown('agentGroups', grouped.changes, now(), ['chunks']),
      ...shown('agentGroupsFull', grouped.full, now(), ['chunks']),
    }),
  };
}

/** `work` under `name` as the wire has it; nothing where it was never done. */
function shown<Name extends string, Counts extends string>(
  name: Name,
  work: (Span & Readonly<Record<Counts, number>>) | undefined,
  now: number,
  counts: readonly Counts[],
) {
  type Shown = ReturnType<typeof ageOf> & Readonly<Record<Counts, number>>;
  if (work === undefined) return {};
  const numbers = Object.fromEntries(counts.map((count) => [count, work[count]]));
  return { [name]: { ...ageOf(work, now), ...numbers } } as { readonly [Key in Name]?: Shown };
}
