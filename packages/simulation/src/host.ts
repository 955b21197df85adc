/** A process of a node: it runs, it may stand still for a while, and it dies, between any two of its effects. */
import type { Cancel, Owner, Timeline } from './timeline.ts';

export interface Host extends Owner {
  /** Which process of this node it is: 1, 2, … */
  readonly incarnation: number;
  /** `run` happens in this process after `delayMs`, unless it died; while it stands still it waits. */
  after(delayMs: number, what: string, run: () => void): Cancel;
  /** `run` happens in this process at this time; among all that is ready the seed picks. */
  ready(what: string, run: () => void): void;
  /**
   * Called right before each elementary effect on the world (a rename, an unlink, a piece of a file
   * written, a sync, bytes given to a socket). False: the process is dead, or died just now; the
   * effect does not happen, and what was to follow it neither.
   */
  effect(what: string): boolean;
  /** It dies at the n-th effect from now on: 1 is the next. */
  dieAtEffect(n: number, died: () => void): void;
  kill(): void;
  /** Stands still for so long. */
  pause(forMs: number): void;
  /** Called once, at its death, in the order added. Also when it is dead already. */
  onDeath(run: () => void): void;
  /** Happenings asked for with `after` that neither came nor were cancelled: timers and work in flight. */
  pending(): number;
}

export function openHost(timeline: Timeline, node: string, incarnation: number): Host {
  const deathbed: (() => void)[] = [];
  let alive = true;
  let pausedUntil = 0;
  let pending = 0;
  let fatal: { left: number; readonly died: () => void } | undefined;
  const kill = (): void => {
    if (!alive) return;
    alive = false;
    for (const run of deathbed.splice(0)) run();
  };
  const host: Host = {
    node,
    incarnation,
    alive: () => alive,
    pausedUntil: () => pausedUntil,
    after: (delayMs, what, run) => {
      if (!alive) return () => {};
      let waits = true;
      pending += 1;
      const end = (): void => {
        if (waits) pending -= 1;
        waits = false;
      };
      const cancel = timeline.after(
        delayMs,
        what,
        () => {
          end();
          run();
        },
        host,
      );
      return () => {
        end();
        cancel();
      };
    },
    ready: (what, run) => {
      if (alive) timeline.ready(what, run, host);
    },
    effect: () => {
      if (!alive) return false;
      if (fatal === undefined) return true;
      fatal.left -= 1;
      if (fatal.left > 0) return true;
      const { died } = fatal;
      fatal = undefined;
      kill();
      died();
      return false;
    },
    dieAtEffect: (n, died) => {
      fatal = { left: n, died };
    },
    kill,
    pause: (forMs) => {
      pausedUntil = Math.max(pausedUntil, timeline.now() + forMs);
    },
    onDeath: (run) => {
      if (alive) deathbed.push(run);
      else run();
    },
    pending: () => pending,
  };
  return host;
}
