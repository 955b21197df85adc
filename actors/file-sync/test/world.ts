/**
 * A worker's disk, its integrity actor and a master, in memory, as far as the replica can tell.
 * The replica's own `decide` runs against it; what it promises is checked at every step.
 */
import { compareGenerations, diffTrees, entryAt, type FileTree, type GenerationId, splitPath } from '@muster/protocol';
import { announcementOf, type Generation } from '../src/announcement.ts';
import { classOf } from '../src/classes.ts';
import type { FileFailure, Replication } from '../src/shapes.ts';
import { decide } from '../src/worker/decide.ts';
import type { FileReplicaMessage, ReplicaStatus } from '../src/worker/messages.ts';
import { type Effect, initialState, type Own, type State } from '../src/worker/state.ts';
import { type Files, pathsOf, treeOf } from './trees.ts';

export const limits = { classes: ['etc', 'etc/rules', 'etc/lists'], percent: 50, files: 4, confirmAfterMs: 0 };

interface Scan {
  readonly files: Files;
  readonly marks: readonly number[];
  /** Writes of the replica so far, when it began. */
  readonly writes: number;
}

/** How a replication ends. `part` of its paths, 0 to 1, are done. */
export type Outcome = 'done' | 'some-files-fail' | 'content-missing' | 'rejected';

export class WorldBroken extends Error {}

export function openWorld(start: Files) {
  const master = new Map(start);
  const generations: Generation[] = [];
  const contents = new Map<string, string>();
  const disk = new Map<string, string>();
  const heard: GenerationId[] = [];
  let now = 0;
  let linked = false;
  let queue: Generation[] = [];
  let marks: number[] = [];
  let scan: Scan | undefined;
  let seen: Scan | undefined;
  let writes = 0;
  let replicating: Replication | undefined;
  let fetching: { readonly id: GenerationId; readonly root: string } | undefined;
  let wakeAt: number | undefined;
  let status: ReplicaStatus | undefined;
  let state: State = initialState({ linked: false, firstMark: 1 }, now);

  const remember = (): void => {
    for (const [path, content] of master) contents.set(`${path}\0${entryAt(treeOf(master), path)!.digest}`, content);
  };

  const publish = (): void => {
    remember();
    const before = generations.at(-1);
    const tree = treeOf(master);
    const id = { epoch: 1, generation: generations.length + 1 };
    const since = before === undefined ? {} : { since: { base: before.id, changes: diffTrees(before.tree, tree) } };
    const generation = { id, tree, ...since };
    generations.push(generation);
    if (linked) queue.push(generation);
  };

  const send = (message: FileReplicaMessage | Own): void => {
    const next = decide(state, message, now, limits);
    state = next.state;
    next.effects.forEach(perform);
    check();
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'fetch-manifest':
        if (fetching !== undefined) throw new WorldBroken('two manifests are fetched at once');
        fetching = effect;
        break;
      case 'replicate':
        if (replicating !== undefined) throw new WorldBroken('two replications run at once');
        if (status?.holds !== undefined)
          throw new WorldBroken('a generation is said to be held while it is written over');
        checkDeletions(effect.plan);
        replicating = effect.plan;
        break;
      case 'rescan':
        marks.push(effect.mark);
        break;
      case 'confirm-generation':
        if (compareGenerations(effect.id, generations.at(-1)!.id) === 0) publish();
        break;
      case 'report':
        status = effect.event;
        break;
      case 'wake':
        wakeAt = now + effect.delayMs;
        break;
      case 'compared':
      case 'reply':
        break;
    }
  };

  /** What is said to be held is what the last scan saw, and nothing was written by us since it began. */
  const check = (): void => {
    const holds = status?.holds;
    if (holds === undefined) return;
    const tree = generations.find(({ id }) => compareGenerations(id, holds) === 0)!.tree;
    if (seen === undefined || treeOf(seen.files).root !== tree.root) throw new WorldBroken('holds what no scan saw');
    if (seen.writes !== writes) throw new WorldBroken('holds what was written over since it was seen');
  };

  /** Deletions of more than half of a class, or of all of it, were said by two generations that came to this worker. */
  const checkDeletions = ({ changes }: Replication): void => {
    const local = [...(seen?.files.keys() ?? [])];
    for (const key of limits.classes) {
      const below = (path: string): boolean => classOf(splitPath(path)[0], limits.classes) === key;
      const gone = changes.remove.filter(below);
      const of = local.filter(below).length;
      const wanted = pathsOf(state.target!.tree).filter(below).length;
      const mass = gone.length >= 4 && gone.length * 100 > 50 * of;
      if (mass || (of >= 2 && gone.length > 0 && wanted === 0)) gone.forEach(saidTwice);
    }
    const keys = 'etc/client.keys';
    const emptied = changes.put.some(({ path, entry }) => path === keys && entry.size === 0);
    if ((changes.remove.includes(keys) || emptied) && (seen?.files.get(keys) ?? '') !== '') saidTwice(keys);
  };

  const saidTwice = (path: string): void => {
    const without = heard.filter((id) => {
      const { tree } = generations.find((generation) => compareGenerations(generation.id, id) === 0)!;
      return (entryAt(tree, path)?.size ?? 0) === 0;
    });
    if (without.length < 2) throw new WorldBroken(`${path} is deleted on the word of one generation`);
  };

  const write = (plan: Replication, skip: (index: number) => boolean): readonly string[] => {
    let index = 0;
    const skipped: string[] = [];
    for (const { path, entry } of plan.changes.put) {
      if (skip(index++)) skipped.push(path);
      else disk.set(path, contents.get(`${path}\0${entry.digest}`)!);
    }
    for (const path of plan.changes.remove) {
      if (skip(index++)) skipped.push(path);
      else disk.delete(path);
    }
    writes += 1;
    return skipped;
  };

  const world = {
    link: (): void => {
      if (linked) return;
      linked = true;
      send({ type: 'linked' });
      const newest = generations.at(-1)!;
      queue = [{ id: newest.id, tree: newest.tree }];
    },
    unlink: (): void => {
      if (!linked) return;
      linked = false;
      queue = [];
      send({ type: 'unlinked' });
      if (fetching !== undefined) world.fetchFails();
    },
    /** The next announcement on the link arrives. */
    hear: (): void => {
      const generation = queue.shift();
      if (generation === undefined) return;
      heard.push(generation.id);
      send({ type: 'announced', generation: announcementOf(generation, true) });
    },
    /** An announcement on the link is lost. */
    lose: (): void => void queue.shift(),
    /** The server says the newest again, as it does every few seconds. */
    announceAgain: (): void => {
      const { id, tree } = generations.at(-1)!;
      if (linked) queue.push({ id, tree });
    },
    fetchEnds: (wrong: boolean): void => {
      if (fetching === undefined) return;
      const { id, root } = fetching;
      fetching = undefined;
      const { tree } = generations.find((generation) => compareGenerations(generation.id, id) === 0)!;
      send({ type: 'fetched', id, root, tree: wrong ? treeOf(new Map([['etc/rules/wrong', 'w']])) : tree });
    },
    fetchFails: (): void => {
      if (fetching === undefined) return;
      const { id } = fetching;
      fetching = undefined;
      send({ type: 'fetch-failed', id, code: 'LINK_CLOSED', text: 'the link closed' });
    },
    scanBegins: (): void => {
      if (scan !== undefined) return;
      scan = { files: new Map(disk), marks, writes };
      marks = [];
    },
    scanEnds: (): void => {
      if (scan === undefined) return;
      const tree = treeOf(scan.files);
      const message = {
        type: 'local-tree',
        tree,
        modeDrift: [],
        leftovers: [],
        problems: [],
        marks: scan.marks,
      } as const;
      // A replica that waits for a mark does not look at what came before it.
      const awaited =
        state.work.type === 'idle' || (state.work.type === 'scanning' && scan.marks.includes(state.work.mark));
      if (awaited) seen = scan;
      scan = undefined;
      send(message);
    },
    replicationEnds: (outcome: Outcome, seed: number): void => {
      if (replicating === undefined) return;
      const plan = replicating;
      replicating = undefined;
      const skipped = write(plan, (index) => outcome !== 'done' && (index + seed) % 3 === 0);
      if (outcome === 'rejected') {
        send({ type: 'replication-failed', code: 'ENOSPC', text: 'no space' });
        return;
      }
      const missing = outcome === 'content-missing' ? skipped : [];
      const failures: FileFailure[] =
        outcome === 'content-missing' ? [] : skipped.map((path) => ({ path, code: 'EACCES', text: 'not permitted' }));
      send({ type: 'replicated', result: { written: 0, removed: 0, bytes: 0, failures, missing } });
    },
    masterEdits: (path: string, content: string | undefined): void => {
      if (content === undefined) master.delete(path);
      else master.set(path, content);
    },
    masterLosesRules: (): void => {
      for (const path of master.keys()) if (path.startsWith('etc/rules/')) master.delete(path);
    },
    publish: (): void => {
      if (treeOf(master).root !== generations.at(-1)?.tree.root) publish();
    },
    workerEdits: (path: string, content: string | undefined): void => {
      if (content === undefined) disk.delete(path);
      else disk.set(path, content);
    },
    pass: (ms: number): void => {
      now += ms;
      if (wakeAt === undefined || wakeAt > now) return;
      wakeAt = undefined;
      send({ type: 'wake' });
    },
    /** Everything that is under way ends well. */
    heal: (): void => {
      world.publish();
      world.link();
      world.announceAgain();
      for (let left = queue.length; left > 0; left--) world.hear();
      world.fetchEnds(false);
      world.replicationEnds('done', 0);
      world.scanBegins();
      world.scanEnds();
      world.pass(1_000);
    },
    status: () => status,
    state: () => state,
    disk: (): FileTree => treeOf(disk),
    master: (): FileTree => treeOf(master),
    generations: (): number => generations.length,
    describe: (): string =>
      JSON.stringify({ status, work: state.work.type, disk: pathsOf(treeOf(disk)), master: pathsOf(treeOf(master)) }),
  };
  publish();
  send({ type: 'begin' });
  return world;
}

export type World = ReturnType<typeof openWorld>;
