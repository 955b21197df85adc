/**
 * What the master has acknowledged is in its store after any crash; and a worker takes for held what the master
 * has acknowledged, and nothing else. Both are read from the stores as they lie on the machines.
 */
import { allIds, type Envelope, unpackBatch } from '@muster/protocol';
import { openMasterAgents, openMemoryKv, openWorkerAgents } from '@muster/store';
import { keysOf, populationOf } from '../../agents/index.ts';
import type { FileChange, ProcessChange } from '../../happenings.ts';
import { keysPath, stateFolder } from '../../workload/paths.ts';
import type { SimNode, World } from '../../world/world.ts';
import { rowOf } from '../rows.ts';
import type { Ends } from '../sniffer.ts';

export interface Acknowledged {
  envelope(envelope: Envelope, ends: Ends): void;
  file(change: FileChange): void;
  process(change: ProcessChange): void;
}

interface Batch {
  readonly rows: readonly { readonly id: number; readonly revision: number }[];
}

/** What one worker was told. */
interface Told {
  /** Batches that are not answered, by the number of the ask. */
  readonly asks: Map<number, Batch>;
  /** The newest revision that was acknowledged, by id: as long as the agent exists, and the master's store was not lost. */
  readonly held: Map<number, number>;
  /** The same, whatever became of it. */
  readonly ever: Map<number, number>;
}

const readOnly = { maxBytes: Number.MAX_SAFE_INTEGER };

export function openAcknowledged(world: World): Acknowledged {
  const { master, violate } = world;
  const workers = new Map<string, Told>();
  const toldTo = (worker: string): Told =>
    rowOf(workers, worker, (): Told => ({ asks: new Map(), held: new Map(), ever: new Map() }));
  master.store.hear((what) => {
    if (what !== 'commit failed') for (const { held } of workers.values()) held.clear();
  });
  const storeOf = (node: SimNode) => {
    const file = node.store.files.get(`${node.root}/${stateFolder}/agents`);
    return file === undefined || file.harmed !== undefined ? undefined : openMemoryKv(file.disk, readOnly);
  };

  /** Right after the end of a process of the master. */
  const checkMaster = async (): Promise<void> => {
    const kv = storeOf(master);
    if (kv === undefined) return;
    const agents = await openMasterAgents(kv);
    for (const [worker, { held }] of workers)
      for (const [id, revision] of held) {
        const known = agents.one(id);
        // Another node's is newer, and of the same node a greater revision is.
        if (known !== undefined && (known.node !== worker || known.revision >= revision)) continue;
        const has = known === undefined ? 'nothing of it' : `revision ${known.revision} of ${known.node}`;
        violate(
          'acknowledged-kept',
          `the master acknowledged revision ${revision} of agent ${id} to ${worker}, and its store has ${has}`,
        );
      }
  };
  const checkWorker = async (worker: SimNode): Promise<void> => {
    const kv = storeOf(worker);
    if (kv === undefined) return;
    const own = await openWorkerAgents(kv, { leastRevision: 0 });
    const { ever } = toldTo(worker.name);
    for (const [id, revision] of own.held(allIds))
      if ((ever.get(id) ?? 0) < revision)
        violate(
          'clean-when-acknowledged',
          `${worker.name} takes revision ${revision} of agent ${id} for held, and the master acknowledged ${ever.get(id) ?? 'none'}`,
        );
  };

  const answered = (told: Told, ask: number, gone: ReadonlySet<number>): void => {
    const batch = told.asks.get(ask);
    told.asks.delete(ask);
    for (const { id, revision } of batch?.rows ?? []) {
      if (gone.has(id)) continue;
      told.ever.set(id, Math.max(revision, told.ever.get(id) ?? 0));
      if (keysOf(master).has(id)) told.held.set(id, Math.max(revision, told.held.get(id) ?? 0));
    }
  };
  return {
    envelope: (envelope, { from, to }) => {
      if (envelope.kind === 'hello') toldTo(from).asks.clear();
      if (envelope.kind === 'ask' && from !== master.name && envelope.message.type === 'agent-statuses') {
        const unpacked = unpackBatch(envelope.message);
        if (unpacked.ok) toldTo(from).asks.set(envelope.id, { rows: unpacked.rows });
      }
      if (envelope.kind !== 'reply' || from !== master.name || envelope.message.type !== 'agents-taken') return;
      const { lost, unknown } = envelope.message;
      answered(toldTo(to), envelope.id, new Set([...lost, ...unknown]));
    },
    file: ({ node, path, from }) => {
      const keys = `${master.root}/${keysPath}`;
      if (node !== master.name || (path !== keys && from !== keys)) return;
      const exist = keysOf(master);
      for (const { held } of workers.values()) for (const id of [...held.keys()]) if (!exist.has(id)) held.delete(id);
    },
    process: ({ node: name, what }) => {
      if (what === 'started' || what === 'paused' || what === 'stopping' || populationOf(world) === undefined) return;
      const node = world.nodes.find((one) => one.name === name);
      if (node !== undefined) void (node === master ? checkMaster() : checkWorker(node));
    },
  };
}
