/**
 * Whom a master has once seen up is missed, not forgotten: a row in every later view, also of later master
 * processes, until it says goodbye, an operator forgets it, or the file of known workers is harmed.
 */
import type { ClusterView, Envelope, NodeView } from '@muster/protocol';
import type { FileChange, LogLine, ProcessChange } from '../happenings.ts';
import type { World } from '../world/world.ts';
import { seconds } from './contents.ts';
import type { Ends } from './sniffer.ts';
import { statePath } from './transactions.ts';

export interface KnownWorkers {
  file(change: FileChange): void;
  process(change: ProcessChange): void;
  log(line: LogLine): void;
  envelope(said: Envelope, ends: Ends): void;
  seen(view: ClusterView): void;
}

type Liveness = NodeView['liveness'];

/** A worker that a master has seen up. */
interface Known {
  /** When a view first showed it up. */
  readonly upAt: number;
  /** Since when the file names it; undefined: it does not. */
  listedAt: number | undefined;
  /** As the last view had it. */
  liveness: Liveness;
  missingSince: number | undefined;
}

/** A view may still show who said goodbye, and who is let in anew may still be of before, ms. */
const settleMs = 10_000;
/** A file is written and durable within this, where the disk is in order, ms. */
const writtenWithinMs = 5_000;
/** Who is forgotten is out of the view at once, and out of the file within this, ms. */
const forgottenWithinMs = 5_000;
/** A disk with such latencies may take longer than that for a file, ms. */
const slowMs = 100;

const left = /^(\S+) is left: /;
const notKept = 'The list of known workers cannot be kept';

export function openKnownWorkers({ master, workers, timeline, violate }: World): KnownWorkers {
  const path = `${master.root}/${statePath}/workers`;
  const names = new Set(workers.map(({ name }) => name));
  const known = new Map<string, Known>();
  /** When each worker last said or was said to be gone. */
  const leftAt = new Map<string, number>();
  /** Of the master's process. */
  let isFailing = false;
  let isSlow = false;
  let isStopping = false;
  let standsUntil = 0;

  const gone = (name: string): void => {
    if (!names.has(name)) return;
    known.delete(name);
    leftAt.set(name, timeline.now());
  };
  const listed = (): ReadonlySet<string> => new Set(namesIn(master.files.read(path)));

  const stored = (): void => {
    const inFile = listed();
    for (const [name, one] of known) {
      if (inFile.has(name)) one.listedAt ??= timeline.now();
      // What it had stored it took out again: an operator asked to forget one that was not up.
      else if (one.listedAt !== undefined && one.liveness !== 'up') known.delete(name);
      else one.listedAt = undefined;
    }
  };
  /** What was on its way to the disk may be lost. */
  const died = (what: ProcessChange['what']): void => {
    const surely = timeline.now() - writtenWithinMs;
    for (const [name, { upAt, listedAt }] of known) {
      const isLate = listedAt === undefined && (isSlow || Math.max(upAt, standsUntil) > surely);
      if (isLate || (what === 'power-lost' && listedAt !== undefined && listedAt > surely)) known.delete(name);
    }
    isFailing = isSlow = isStopping = false;
    for (const one of known.values()) one.missingSince = undefined;
  };
  const shown = (name: string, liveness: Liveness): void => {
    const before = known.get(name);
    if (before !== undefined) {
      before.liveness = liveness;
      before.missingSince = undefined;
    }
    if (liveness === 'left') return gone(name);
    if (before !== undefined || liveness !== 'up' || isFailing) return;
    if (!names.has(name) || timeline.now() - (leftAt.get(name) ?? Number.NEGATIVE_INFINITY) < settleMs) return;
    const listedAt = listed().has(name) ? timeline.now() : undefined;
    known.set(name, { upAt: timeline.now(), listedAt, liveness, missingSince: undefined });
  };
  const missing = (name: string, one: Known): void => {
    one.missingSince ??= timeline.now();
    if (one.listedAt !== undefined && (isSlow || timeline.now() - one.missingSince < forgottenWithinMs)) return;
    const file = one.listedAt === undefined ? 'never stored it' : 'has it in its file';
    violate(
      'known-workers',
      `the master shows no row for ${name}, which it saw up at ${seconds(one.upAt)}, and ${file}`,
    );
  };

  return {
    file: ({ node, by, path: changed, from }) => {
      if (node !== master.name) return;
      if (by === 'node') {
        if (changed === path) stored();
      } else if (by !== 'power' && [changed, from].some((one) => one === path || path.startsWith(`${one}/`)))
        known.clear();
    },
    process: ({ node, what }) => {
      if (node !== master.name) {
        if (what === 'stopping') gone(node);
        return;
      }
      if (what === 'paused') standsUntil = Math.max(standsUntil, master.host()?.pausedUntil() ?? 0);
      else if (what === 'stopping') isStopping = true;
      else if (what !== 'started') died(what);
    },
    log: ({ node, text }) => {
      if (node !== master.name) return;
      if (text.startsWith(notKept)) {
        isFailing = true;
        known.clear();
      }
      const name = text.includes(' is left: ') ? left.exec(text)?.[1] : undefined;
      if (name !== undefined) gone(name);
    },
    // What links end with when the master stops is no goodbye.
    envelope: (said, { from }) => {
      if (said.kind === 'goodbye' && !isStopping) gone(from);
    },
    seen: ({ nodes }) => {
      if (isStopping) return;
      isSlow ||= master.files.faults.latency.maxMs > slowMs;
      for (const { name, liveness } of nodes) shown(name, liveness);
      const rows = new Set<string>(nodes.map(({ name }) => name));
      for (const [name, one] of known) if (!rows.has(name)) missing(name, one);
    },
  };
}

function namesIn(bytes: Uint8Array | undefined): readonly string[] {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
