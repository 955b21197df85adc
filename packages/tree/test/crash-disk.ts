/** A disk whose process dies: at the `k`-th call nothing happens any more, now or later. */
import * as fs from 'node:fs';
import type { Disk, Stager } from '../src/index.ts';

export class Crashed extends Error {}

export interface CrashingDisk {
  readonly disk: Disk;
  /** Calls made so far: a batch of steps counts as so many. */
  calls(): number;
  /** What was asked at each, in order. */
  readonly log: string[];
  /** Waits until nothing of the dead process is on its way any more. */
  settle(): Promise<void>;
}

/**
 * `inner`, up to and without call number `crashAt` (from 0). A call of several steps is made one by
 * one, so that the crash also falls between them; a `replace` dies with half of its file written.
 */
export function crashingDisk(inner: Disk, crashAt = Number.POSITIVE_INFINITY): CrashingDisk {
  const log: string[] = [];
  const stagers: Stager[] = [];
  let dead = false;
  const step = (what: string, dying: () => void = () => {}): void => {
    if (!dead && log.length === crashAt) {
      dead = true;
      dying();
    }
    if (dead) throw new Crashed(what);
    log.push(what);
  };
  const one =
    <A extends unknown[], R>(what: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      step(what);
      return call(...args);
    };
  const openStager = async (): Promise<Stager> => {
    step('openStager');
    const stager = await inner.openStager();
    stagers.push(stager);
    return {
      begin: (file) => {
        step(`begin ${file.path}`);
        stager.begin(file);
      },
      write: one('write', stager.write),
      finish: one('finish', stager.finish),
      abort: one('abort', stager.abort),
    };
  };
  const disk: Disk = {
    list: one('list', inner.list),
    stat: one('stat', inner.stat),
    realpath: one('realpath', inner.realpath),
    digest: one('digest', inner.digest),
    read: one('read', inner.read),
    replace: async (path, bytes, mode) => {
      step(`replace ${path}`, () => fs.writeFileSync(`${path}.new`, bytes.subarray(0, bytes.length / 2)));
      await inner.replace(path, bytes, mode);
    },
    openReader: one('openReader', inner.openReader),
    openStager,
    steps: async (steps) => {
      const outcomes = [];
      for (const each of steps) {
        step(`${each.do} ${'path' in each ? each.path : each.to}`);
        outcomes.push(...(await inner.steps([each])));
      }
      return outcomes;
    },
    sync: one('sync', inner.sync),
    watch: inner.watch,
    turn: inner.turn,
  };
  // What was staged stays as it is, as after a kill; only threads and descriptors are given back.
  const settle = async (): Promise<void> => {
    await Promise.allSettled(stagers.map((stager) => stager.finish()));
  };
  return { disk, calls: () => log.length, log, settle };
}
