/** Adapter: collects staged bytes into pieces of 1 MiB for a system-call thread. */

import { dirname } from 'node:path';
import type { Staged, StagedWrite, Stager } from '../disk.ts';
import { digestBytes } from '../known.ts';
import { unpackStat } from '../packed.ts';
import { beginNext, type RawDigests } from './calls.ts';
import { joinFiles } from './joined.ts';
import type { Threads } from './threads.ts';

const pieceBytes = 1024 * 1024;
/** Files begun in one piece: bounds the commands when the files are empty. */
const pieceCommands = 2_000;
/** Pieces on their way to the disk before the writer must wait: with two stagers, 4 MiB bound the memory of any transfer. */
const inFlight = 2;

export function openNodeStager(thread: ReturnType<Threads['pin']>, handle: number): Stager {
  const files: StagedWrite[] = [];
  let begun = 0;
  const pending = new Set<Promise<unknown>>();
  let piece = new Uint8Array(pieceBytes);
  const spare: Uint8Array<ArrayBuffer>[] = [];
  let used = 0;
  let commands: number[] = [];
  let ended = false;

  const flush = (): void => {
    if (commands.length === 0) return;
    const bytes = piece.subarray(0, used);
    const sent = thread.run({ op: 'stage', handle, files: joinFiles(files.slice(begun)), commands, bytes }, [
      piece.buffer,
    ]);
    begun = files.length;
    const settled = sent
      .then((back) => void spare.push(new Uint8Array((back as Uint8Array<ArrayBuffer>).buffer)))
      .finally(() => pending.delete(settled));
    pending.add(settled);
    settled.catch(() => {});
    piece = spare.pop() ?? new Uint8Array(pieceBytes);
    used = 0;
    commands = [];
  };

  const take = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + pieceBytes - used);
      piece.set(part, used);
      if (part.length > 0) commands.push(part.length);
      used += part.length;
      at += part.length;
      if (used === pieceBytes) flush();
    }
  };

  const end = (): boolean => {
    if (ended) return false;
    ended = true;
    return true;
  };

  return {
    begin: (file) => {
      files.push(file);
      commands.push(beginNext);
      if (commands.length >= pieceCommands) flush();
    },
    write: async (bytes) => {
      take(bytes);
      while (pending.size >= inFlight) await Promise.race(pending);
    },
    finish: async () => {
      flush();
      await Promise.all(pending);
      const raw = (await thread.run({ op: 'staged', handle })) as RawDigests;
      if (end()) thread.release();
      return stagedOf(files, raw);
    },
    abort: async () => {
      if (!end()) return;
      await Promise.allSettled(pending);
      await thread.run({ op: 'unstage', handle });
      thread.release();
    },
  };
}

/** Files told of before others get their turn. */
const turnFiles = 2_000;

async function stagedOf(files: readonly StagedWrite[], { digests, packed, failures }: RawDigests): Promise<Staged[]> {
  const hex = Buffer.from(digests.buffer, digests.byteOffset, digests.byteLength);
  const all: Staged[] = [];
  for (const [index, { path }] of files.entries()) {
    const code = failures.get(index);
    if (code !== undefined) all.push({ ok: false, path, failure: { code, path } });
    else {
      const digest = hex.toString('hex', index * digestBytes, (index + 1) * digestBytes);
      all.push({ ok: true, path, digest, stat: unpackStat(packed, index) });
    }
    if (all.length % turnFiles === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return all;
}

/** One stager out of several: the files of one directory go to one lane, the next directory to the next. */
export function inLanes(count: number, open: () => Stager): Stager {
  const lanes: Stager[] = [];
  const laneOf: number[] = [];
  let directory: string | undefined;
  let lane = count - 1;
  const at = (index: number): Stager => {
    const known = lanes[index];
    if (known !== undefined) return known;
    lanes[index] = open();
    return lanes[index];
  };
  return {
    begin: (file) => {
      if (dirname(file.path) !== directory) lane = (lane + 1) % count;
      directory = dirname(file.path);
      laneOf.push(lane);
      at(lane).begin(file);
    },
    write: (bytes) => at(lane).write(bytes),
    finish: async () => {
      const staged = await Promise.all(lanes.map((one) => one.finish()));
      const next = lanes.map(() => 0);
      return laneOf.map((index) => staged[index]![next[index]!++]!);
    },
    abort: async () => {
      await Promise.all(lanes.map((one) => one.abort()));
    },
  };
}
