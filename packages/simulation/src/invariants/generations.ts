/**
 * What the master announces: ids that only grow, one root each, and the files of each generation as far as
 * announcements and manifests tell them.
 */
import {
  digestHex,
  type Envelope,
  entriesOf,
  type GenerationAnnounced,
  type GenerationId,
  type ManifestDecoder,
  manifestDecoder,
} from '@muster/protocol';
import type { World } from '../world/world.ts';
import { seconds } from './contents.ts';
import type { Ends } from './sniffer.ts';

/** One announced generation. */
export interface Announced {
  readonly id: GenerationId;
  readonly root: string;
  /** When it was first heard of. */
  readonly at: number;
  readonly held: ReadonlySet<string> | undefined;
  readonly step: Step | undefined;
}

/** What makes it of the generation before. */
export interface Step {
  readonly base: GenerationId;
  readonly put: readonly (readonly [path: string, digest: string])[];
  readonly remove: readonly string[];
}

/** The files of one generation: digests by path; held paths are in none. */
export interface Files {
  readonly digests: ReadonlyMap<string, string>;
  readonly held: ReadonlySet<string>;
}

export interface Generations {
  heard(envelope: Envelope, ends: Ends): Announced | undefined;
  data(stream: number, bytes: Uint8Array, ends: Ends): void;
  of(id: GenerationId): Announced | undefined;
  /** Known only when a manifest of it, or of one that steps lead from, was seen. */
  files(id: GenerationId): Files | undefined;
  /** The paths that the steps from `from` to `to` speak of; undefined when they are not all known. */
  between(from: GenerationId, to: GenerationId): ReadonlySet<string> | undefined;
  readonly newest: () => Announced | undefined;
  /** The master's stored epoch was taken from it: the next one may be anything. */
  epochHarmed(): void;
  /** What a new process of the master announces must be newer than all that the ones before announced. */
  masterStarted(): void;
}

export const wordsOf = ({ epoch, generation }: GenerationId): string => `(${epoch}, ${generation})`;
const keyOf = ({ epoch, generation }: GenerationId): string => `${epoch}.${generation}`;
export const sameId = (a: GenerationId, b: GenerationId): boolean =>
  a.epoch === b.epoch && a.generation === b.generation;
/** Said here anew: the product's own comparison may be what is wrong. */
export const isOlder = (a: GenerationId, b: GenerationId): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.generation < b.generation);

/** So many steps are followed back to a known list of files. */
const longestWay = 500;
/** Generations that are remembered: workers are never further behind for long. */
const remembered = 4_000;

export function openGenerations(world: World): Generations {
  const { violate, timeline } = world;
  const known = new Map<string, Announced>();
  const lists = new Map<string, Files>();
  const manifests = new Map<string, { readonly stream: number; readonly decoder: ManifestDecoder }>();
  let newest: Announced | undefined;
  /** The newest that an earlier process of the master announced. */
  let ofBefore: Announced | undefined;
  /** The last that was announced to each worker: each link has its own way through the node, and one may be slower. */
  const lastTo = new Map<string, Announced>();
  let harmed = false;

  const forget = (): void => {
    ofBefore = undefined;
    lastTo.clear();
    harmed = false;
  };
  const take = (message: GenerationAnnounced, { to }: Ends): Announced | undefined => {
    const root = digestHex(message.root);
    const { id } = message;
    const before = known.get(keyOf(id));
    if (before !== undefined && before.root !== root && !harmed)
      violate('generations-grow', `generation ${wordsOf(id)} was announced with two different roots`);
    if (before !== undefined) {
      lastTo.set(to, before);
      return before.step === undefined ? noteStep(before, message) : before;
    }
    for (const earlier of [ofBefore, lastTo.get(to)])
      if (earlier !== undefined && isOlder(id, earlier.id) && !harmed)
        violate(
          'generations-grow',
          `generation ${wordsOf(id)} was announced for the first time after ${wordsOf(earlier.id)} of ${seconds(earlier.at)}`,
        );
    const fresh = { id, root, at: timeline.now(), held: heldOf(message), step: stepOf(message) };
    if (harmed || newest === undefined || isOlder(newest.id, id)) newest = fresh;
    if (harmed) forget();
    lastTo.set(to, fresh);
    known.set(keyOf(id), fresh);
    if (known.size > remembered) known.delete(known.keys().next().value!);
    return fresh;
  };
  /** Announced again, this time to somebody who may have the generation before. */
  const noteStep = (before: Announced, message: GenerationAnnounced): Announced => {
    const step = stepOf(message);
    if (step === undefined) return before;
    const after = { ...before, step, held: heldOf(message) };
    known.set(keyOf(before.id), after);
    return after;
  };

  const files = (id: GenerationId): Files | undefined => {
    const way: Announced[] = [];
    for (let at = known.get(keyOf(id)); at !== undefined && way.length < longestWay; ) {
      const list = lists.get(at.root);
      if (list !== undefined) return walked(list, way);
      if (at.step === undefined) return undefined;
      way.push(at);
      at = known.get(keyOf(at.step.base));
    }
    return undefined;
  };
  /** The list after the steps of `way`, the last first; it is remembered. */
  const walked = (list: Files, way: readonly Announced[]): Files => {
    const newest = way[0];
    if (newest === undefined) return list;
    const digests = new Map(list.digests);
    for (const { step } of [...way].reverse()) {
      for (const path of step!.remove) digests.delete(path);
      for (const [path, digest] of step!.put) digests.set(path, digest);
    }
    for (const path of newest.held ?? []) digests.delete(path);
    const next: Files = { digests, held: newest.held ?? new Set() };
    remember(newest.root, next);
    return next;
  };
  const remember = (root: string, list: Files): void => {
    lists.set(root, list);
    if (lists.size > 32) lists.delete(lists.keys().next().value!);
  };

  const between = (from: GenerationId, to: GenerationId): ReadonlySet<string> | undefined => {
    const paths = new Set<string>();
    for (let at = known.get(keyOf(to)), n = 0; at !== undefined && n < longestWay; n++) {
      if (sameId(at.id, from)) return paths;
      if (at.step === undefined) return undefined;
      for (const [path] of at.step.put) paths.add(path);
      for (const path of at.step.remove) paths.add(path);
      at = known.get(keyOf(at.step.base));
    }
    return undefined;
  };

  /** The answer of a worker's request comes from the master over the same link. */
  const asked = (stream: number, { from, to }: Ends): void =>
    void manifests.set(`${to}>${from}`, { stream, decoder: manifestDecoder() });
  const ended = (stream: number, { from, to }: Ends): void => {
    const manifest = manifests.get(`${from}>${to}`);
    if (manifest?.stream !== stream) return;
    manifests.delete(`${from}>${to}`);
    const end = manifest.decoder.end();
    if (!end.ok) return;
    const { tree } = end.manifest;
    const digests = new Map<string, string>();
    for (const [path, { digest }] of entriesOf(tree)) digests.set(path, digest);
    remember(tree.root, { digests, held: tree.held });
  };
  return {
    heard: (envelope, ends) => {
      if (envelope.kind === 'open' && envelope.message.type === 'get-manifest') asked(envelope.stream, ends);
      else if (envelope.kind === 'end') ended(envelope.stream, ends);
      if (envelope.kind !== 'tell' || envelope.message.type !== 'generation') return undefined;
      return take(envelope.message, ends);
    },
    data: (stream, bytes, { from, to }) => {
      if (manifests.size === 0) return;
      const manifest = manifests.get(`${from}>${to}`);
      if (manifest?.stream === stream) manifest.decoder.push(bytes);
    },
    of: (id) => known.get(keyOf(id)),
    files,
    between,
    newest: () => newest,
    epochHarmed: () => {
      harmed = true;
    },
    masterStarted: () => {
      ofBefore = newest;
    },
  };
}

const heldOf = ({ delta }: GenerationAnnounced): ReadonlySet<string> | undefined =>
  delta === undefined ? undefined : new Set(delta.held);

const stepOf = ({ delta }: GenerationAnnounced): Step | undefined =>
  delta === undefined
    ? undefined
    : {
        base: delta.base,
        put: delta.put.map(([path, , digest]) => [path, digestHex(digest)] as const),
        remove: delta.remove,
      };
