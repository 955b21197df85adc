/**
 * A worker that says that it waits does wait: the files that it held back then, and that the master lacks ever
 * since, do not go before the guard's time is over, whatever came beside them meanwhile.
 */
import type { LogLine, ProcessChange } from '../happenings.ts';
import type { World } from '../world/world.ts';
import { type Content, seconds } from './contents.ts';
import type { MasterHistory } from './history.ts';
import type { PathChange } from './mirror.ts';
import { rowOf } from './rows.ts';
import { selectedBy } from './selection.ts';

export interface HeldBack {
  log(line: LogLine): void;
  /** A process that starts has forgotten what the one before held. */
  process(change: ProcessChange): void;
  /** By a worker's node, in a transaction that began at `at`. */
  deleted(change: PathChange, limits: Limits, at: number): void;
}

interface Limits {
  readonly percent: number;
  readonly files: number;
  readonly confirmAfterMs: number;
}

/** What one worker said of one directory of the table. */
interface Word {
  readonly at: number;
  /** Files there, as it said. */
  readonly of: number;
  /** Those of that time that went since. */
  readonly gone: Set<string>;
}

/** A line may come so much later than the hold that it tells of, ms. */
const lateMs = 2_000;
const holds = /generation (\d+) would (?:delete|empty) [^;]*? of (\d+) files below ([^\s,;]+)/g;
const published = /^Generation (\d+) of epoch /;
const isThere = (content: Content | undefined): boolean => content !== undefined && content.size > 0;

export function openHeldBack({ master, workers, timeline, violate }: World, history: MasterHistory): HeldBack {
  /** When the master published each number first, in whatever epoch: a hold began no earlier than the generation that it waits with. */
  const publishedAt = new Map<string, number>();
  const words = new Map(workers.map(({ name }) => [name, new Map<string, Word>()]));

  /** While it says so again and again the first time counts, until that is over. */
  const say = (of: Map<string, Word>, directory: string, files: number): void => {
    const before = of.get(directory);
    if (before !== undefined && before.of === files) return;
    of.set(directory, { at: timeline.now(), of: files, gone: new Set() });
  };
  return {
    log: ({ node, text }) => {
      const number = node === master.name ? published.exec(text)?.[1] : undefined;
      if (number !== undefined && !publishedAt.has(number)) publishedAt.set(number, timeline.now());
      // What its actor held, a crash takes along.
      if (text.startsWith('/file-sync crashed')) words.get(node)?.clear();
      const said = words.get(node);
      if (said === undefined || !text.includes('; waiting for a second generation')) return;
      for (const [, generation, files, directory] of text.matchAll(holds)) {
        // Said again of an older generation: it may have begun long before it could be said.
        if (timeline.now() - (publishedAt.get(generation!) ?? 0) <= lateMs) say(said, directory!, Number(files));
      }
    },
    process: ({ node, what }) => {
      if (what === 'started') words.get(node)?.clear();
    },
    deleted: ({ node, path, before }, { percent, files, confirmAfterMs }, at) => {
      const directory = selectedBy(path)!.directory;
      const word = rowOf(words, node.name, () => new Map<string, Word>()).get(directory);
      if (word === undefined || before === undefined || before.at > word.at - lateMs) return;
      if (at - word.at >= confirmAfterMs - lateMs) return;
      // It was back in between: that was another hold.
      if (history.was(path, isThere, word.at - lateMs, timeline.now())) return;
      word.gone.add(path);
      if (word.gone.size < files || word.gone.size * 100 <= percent * word.of) return;
      violate(
        'guarded-deletion',
        `${node.name} said at ${seconds(word.at)} that it waits before it deletes of ${word.of} files below ${directory}, and at ${seconds(timeline.now())} ${word.gone.size} of them are gone, ${path} the last`,
      );
    },
  };
}
