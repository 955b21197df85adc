/**
 * A worker that says it holds a generation has its files: at the first word of it each synchronised path is
 * compared; after that, whatever the node itself does to its disk.
 */
import type { Beat, GenerationId } from '@muster/protocol';
import type { SimNode, World } from '../world/world.ts';
import { seconds } from './contents.ts';
import { type Announced, type Files, type Generations, sameId, wordsOf } from './generations.ts';
import type { MasterHistory } from './history.ts';
import type { Mirror, PathChange, Place } from './mirror.ts';
import type { Order } from './order.ts';
import { promptMs } from './prompt.ts';
import { rowOf } from './rows.ts';
import { isPlain } from './selection.ts';

export interface Claims {
  beat(worker: SimNode, beat: Beat): void;
  /** On a worker's disk. */
  changed(change: PathChange): void;
}

/** Beyond the period of the full scan: for a slow one, and the hints that are gathered before. */
const slackMs = 60_000;
/** Wall clocks show whole milliseconds. */
const clockStepMs = 1;
/** Reconciles without a configuration to ask, ms. */
const usualReconcileMs = 300_000;

interface Claim {
  readonly id: GenerationId;
  readonly since: number;
  readonly files: Files | undefined;
  readonly announced: Announced | undefined;
}

interface Knowledge {
  readonly generations: Generations;
  readonly history: MasterHistory;
  readonly mirrorOf: (node: string) => Mirror;
  /** When the process that runs there had started: its first scan reads everything. */
  readonly startedAt: (node: string) => number;
  readonly order: Order;
  /** The largest file that is synchronised there, bytes. */
  readonly maxBytes: (node: string) => number;
}

/** Whether the node changed the path after it made the word that is looked at. */
type IsNewer = (path: string) => boolean;

/** What is known of one worker. */
interface Worker {
  claim: Claim | undefined;
  /** The last claim that was compared. */
  compared: GenerationId | undefined;
  /** Changed since then, or different and excused. */
  readonly open: Set<string>;
}

export function openClaims(world: World, knowledge: Knowledge): Claims {
  const { timeline, violate } = world;
  const { generations, history, mirrorOf, startedAt, order, maxBytes } = knowledge;
  const workers = new Map<string, Worker>();
  const workerOf = (name: string): Worker =>
    rowOf(workers, name, () => ({ claim: undefined, compared: undefined, open: new Set() }));

  /** Somebody else's change that no scan need have seen yet. */
  const isExcused = (node: SimNode, place: Place | undefined): boolean =>
    place !== undefined &&
    place.by !== 'node' &&
    place.at >= startedAt(node.name) &&
    timeline.now() - place.at < seenWithinMs(node, place);
  /** A hint is enough where nothing is wrong with the machine. */
  const seenWithinMs = (node: SimNode, { at, hinted }: Place): number => {
    const integrity = node.config()?.muster.integrity;
    if (integrity === undefined) return usualReconcileMs + slackMs;
    const { coalesceMs, pollEveryMs, reconcileEveryMs } = integrity;
    if (!hinted || order.since(node.name) > at) return Math.max(reconcileEveryMs, pollEveryMs) + slackMs;
    return promptMs + coalesceMs + (order.polls(node.name) ? pollEveryMs : 0);
  };

  /** Whether the path is as the claim says. */
  const judge = (node: SimNode, path: string, claim: Claim): boolean => {
    const place = mirrorOf(node.name).at(path);
    const wrong =
      claim.files === undefined ? loosely(node, path, place, claim) : strictly(node, path, place, claim.files);
    if (wrong === undefined || place?.odd === true || !isPlain(path)) return true;
    if (isExcused(node, place)) return false;
    const last = place === undefined ? 'never written' : `last changed by the ${place.by} at ${seconds(place.at)}`;
    violate(
      'generation-held',
      `${node.name} says since ${seconds(claim.since)} that it holds generation ${wordsOf(claim.id)}, but at ${seconds(timeline.now())} ${path} ${wrong} (${last})`,
    );
    return false;
  };
  const strictly = (node: SimNode, path: string, place: Place | undefined, files: Files): string | undefined => {
    const expected = files.digests.get(path);
    const there = place?.content;
    if (there?.digest === expected || files.held.has(path)) return undefined;
    // Left out of the synchronisation by this node.
    if (expected === undefined && there!.size > maxBytes(node.name)) return undefined;
    return `is ${there?.digest.slice(0, 8) ?? 'absent'} where the generation has ${expected?.slice(0, 8) ?? 'no such file'}`;
  };
  /** Without the list of files: something that the master had there not long before it announced. */
  const loosely = (node: SimNode, path: string, place: Place | undefined, { announced }: Claim): string | undefined => {
    if (announced === undefined) return undefined;
    const from = announced.at - usualReconcileMs - slackMs;
    const { digest, size = 0 } = place?.content ?? {};
    if (history.hadWithin(path, digest, from, announced.at)) return undefined;
    if (size > maxBytes(node.name) && history.hadWithin(path, undefined, from, announced.at)) return undefined;
    // What was too large for the master is left out of its list: whatever a worker has there is its own.
    const tooLarge = maxBytes(world.master.name);
    if (history.was(path, (content) => (content?.size ?? 0) > tooLarge, from, announced.at)) return undefined;
    return `is ${digest?.slice(0, 8) ?? 'absent'}, which the master's was not between ${seconds(Math.max(0, from))} and ${seconds(announced.at)}`;
  };

  /** What may differ from the claim that was compared last; everything, when that is not known. */
  const suspects = (node: SimNode, { compared, open }: Worker, { id, files }: Claim): Iterable<string> => {
    const steps = compared === undefined || files === undefined ? undefined : generations.between(compared, id);
    if (steps !== undefined) return new Set([...open, ...steps]);
    return new Set([...mirrorOf(node.name).places.keys(), ...(files?.digests.keys() ?? [])]);
  };
  const begin = (node: SimNode, worker: Worker, id: GenerationId, isNewer: IsNewer): void => {
    const announced = generations.of(id);
    if (announced === undefined)
      violate(
        'generation-held',
        `${node.name} says that it holds generation ${wordsOf(id)}, which no master announced`,
      );
    const claim = { id, since: timeline.now(), files: generations.files(id), announced };
    const differs = [...suspects(node, worker, claim)].filter((path) => isNewer(path) || !judge(node, path, claim));
    worker.claim = claim;
    worker.compared = claim.files === undefined ? undefined : id;
    worker.open.clear();
    for (const path of differs) worker.open.add(path);
  };

  const again = (node: SimNode, { open }: Worker, claim: Claim, isNewer: IsNewer): void => {
    for (const path of [...open]) if (!isNewer(path) && judge(node, path, claim)) open.delete(path);
  };

  /** What the node itself did after it made the word, which then waited in a mailbox: the next word counts. */
  const newerThan = (node: SimNode, { wallMs }: Beat): IsNewer => {
    const ageMs = node.wall.now() - wallMs;
    // A wall clock that was set back meanwhile tells nothing.
    const madeAt = ageMs < 0 ? Number.NEGATIVE_INFINITY : timeline.now() - ageMs - clockStepMs;
    return (path) => {
      const place = mirrorOf(node.name).at(path);
      return place?.by === 'node' && place.at >= madeAt;
    };
  };

  return {
    beat: (node, beat) => {
      const { holds } = beat;
      const worker = workerOf(node.name);
      const { claim } = worker;
      const isNewer = newerThan(node, beat);
      if (holds === undefined) worker.claim = undefined;
      else if (claim === undefined || !sameId(claim.id, holds)) begin(node, worker, holds, isNewer);
      else again(node, worker, claim, isNewer);
    },
    changed: ({ node, path }) => void workerOf(node.name).open.add(path),
  };
}
