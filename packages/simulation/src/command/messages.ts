/** What the command and its children say to each other. */
import type { Outcome } from '../world/outcome.ts';
import type { PlanOptions } from './simulator.ts';

/** One run, for a child. */
export type Job =
  | { readonly type: 'seed'; readonly seed: number; readonly options: PlanOptions }
  /** `plan`: as `planToJson` writes it. `traceFile` gets every step. */
  | { readonly type: 'plan'; readonly seed: number; readonly plan: string; readonly traceFile?: string };

export type ChildMessage =
  /** Loaded, and waiting for its first job. */
  | { readonly type: 'ready' }
  /** Still at it: since the last such message its processor was busy. */
  | { readonly type: 'alive' }
  | { readonly type: 'outcome'; readonly outcome: Outcome; readonly rssBytes: number };
