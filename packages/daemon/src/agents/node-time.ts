/** The time by which a node orders what happened to agents (`docs/adr/0014`). */
import type { Platform } from '../platform.ts';

/** Milliseconds; never jumps and never goes back while the process runs. */
export type NodeTime = () => number;

export interface OpenNodeTime {
  readonly now: NodeTime;
  /** It is not before `ms`, for what is remembered from an earlier run was seen then: where the wall clock was set back meanwhile, that would lie in the future, and win against all that is new. Before anything is dated. */
  notBefore(ms: number): void;
}

/** The wall clock as it is now, carried on by the steady one. */
export function openNodeTime({ clock, wallNow }: Pick<Platform, 'clock' | 'wallNow'>): OpenNodeTime {
  let base = wallNow() - clock.now();
  return {
    now: () => base + clock.now(),
    notBefore: (ms) => {
      base = Math.max(base, ms - clock.now());
    },
  };
}

/**
 * When something happened, on node time, that the manager beside us dates by the machine's wall clock: as
 * long ago as that clock says now, and not in the future. 0 stays 0: never.
 */
export const atNodeTime = (wallMs: number, wallNowMs: number, now: number): number =>
  wallMs === 0 ? 0 : Math.max(1, now - Math.max(0, wallNowMs - wallMs));
