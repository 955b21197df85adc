import type { Ref } from '@muster/actor';
import type { BalancerView, NodeName } from '@muster/protocol';
import type { WantedServer } from './ports.ts';

/** A node as the cluster knows it, and as its server should be. */
export interface Member extends WantedServer {
  /**
   * `up`: takes agents. `suspect`: no new ones. `down`: no new ones, and removed after `removeAfterMs`. `left`: it
   * said goodbye, and is removed at once, gently. `drained`: an operator wants it empty. `excluded`: it is to have
   * no server.
   */
  readonly standing: 'up' | 'suspect' | 'down' | 'left' | 'drained' | 'excluded';
  /** An operator wants it empty, however it stands: for people. */
  readonly drained?: boolean;
  /** Since when, on the node's clock. */
  readonly since: number;
}

/** What the balancer accepts. One actor for each HAProxy. */
export type BalancerMessage =
  /**
   * All nodes, each time whole: what counts is how it is, not what changed. Told again at each `reached`, for a fresh
   * incarnation knows none and changes nothing before. Drained and excluded nodes are among them, linked or not.
   */
  | { readonly type: 'members'; readonly members: readonly Member[] }
  /** What HAProxy looks like, what is being done and what would be: for people. Never fails. */
  | { readonly type: 'get-balance'; readonly replyTo: Ref<BalancerView> };

/** What it tells the node, each once: the log, the metrics. */
export type BalancerEvent =
  | {
      readonly type: 'reached';
      readonly pid: number;
      readonly version: string;
      readonly before: 'none' | 'same' | 'other';
    }
  /** Told once until it is reached again. */
  | { readonly type: 'unreachable'; readonly text: string }
  | { readonly type: 'advice'; readonly code: string; readonly text: string }
  /** The cluster and the backend differ. */
  | { readonly type: 'membership'; readonly adding: readonly NodeName[]; readonly removing: readonly string[] }
  | { readonly type: 'joined' | 'leaving' | 'removed' | 'not-up'; readonly server: string }
  | { readonly type: 'state-changed'; readonly server: string; readonly to: AdminWord; readonly why: string }
  /** A server was found in a state that nobody here asked for, and is put right. */
  | { readonly type: 'mended'; readonly server: string; readonly found: string; readonly to: AdminWord }
  /** `mended`: this incarnation had seen it right before. If not, the configuration may be another one. */
  | {
      readonly type: 'weighed';
      readonly server: string;
      readonly found: number;
      readonly to: number;
      readonly mended: boolean;
    }
  | {
      readonly type: 'plan';
      readonly cuts: number;
      readonly of: number;
      readonly from: Readonly<Record<string, number>>;
    }
  | { readonly type: 'chunk-cut'; readonly cuts: number; readonly left: number }
  | { readonly type: 'settled'; readonly cuts: number; readonly tookMs: number; readonly inTime: boolean }
  | { readonly type: 'balanced'; readonly sessions: number }
  /** One step failed; it is tried again. */
  | { readonly type: 'failed'; readonly doing: string; readonly text: string };

type AdminWord = 'ready' | 'drain' | 'maint';

/** For `ask`. */
export const getBalance = (replyTo: Ref<BalancerView>): BalancerMessage => ({ type: 'get-balance', replyTo });
