import type { Ref } from '@muster/actor';
import type { FileTree, GenerationId } from '@muster/protocol';
import type { IntegrityEvent, IntegrityStatus, IntegrityView } from './messages.ts';
import type { Extent, Problem, ScanResult } from './shapes.ts';

export interface IntegrityConfig {
  readonly role: 'master' | 'worker';
  /** Milliseconds that hints are gathered before a scan, counted from the first. */
  readonly coalesceMs: number;
  /** Milliseconds between two scans of everything: the truth, where a hint is only a hint. At least 1,000. */
  readonly reconcileEveryMs: number;
  /** The same once there are no watches. At least 1,000. */
  readonly pollEveryMs: number;
  /** Milliseconds after which a tree that could not be read whole is scanned again. At most 5,000. */
  readonly heldRetryMs: number;
  /** Milliseconds from a guard's question to the scan that answers it: time for a mount to come back. */
  readonly confirmAfterMs: number;
  /** Milliseconds between two writes of the digest cache, at least. */
  readonly saveEveryMs: number;
}

/** A lost hint costs five minutes at most; a full scan of 10,000 unchanged files costs about 0.2 s of CPU. */
export const integrityDefaults = {
  coalesceMs: 50,
  reconcileEveryMs: 300_000,
  pollEveryMs: 5_000,
  heldRetryMs: 3_000,
  confirmAfterMs: 5_000,
  saveEveryMs: 30_000,
} as const;

export interface State {
  /** Master: the epoch, once it is known; nothing is scanned before. Worker: 0. */
  readonly epoch?: number | undefined;
  readonly epochTrouble?: Trouble | undefined;
  /** Numbers given in this epoch. */
  readonly generation: number;
  /** The tree last published (master) or told (worker), with its generation on a master. */
  readonly known?: { readonly tree: FileTree; readonly id?: GenerationId | undefined } | undefined;
  readonly last?: ScanResult | undefined;
  readonly lastScanMs?: number | undefined;
  /** What the next scan is to cover, and since when it is due. */
  readonly dirty?: { readonly extent: Extent; readonly dueAt: number } | undefined;
  readonly marks: readonly number[];
  readonly scan?: Running | undefined;
  readonly scanTrouble?: Trouble | undefined;
  /** When everything is scanned without a hint. */
  readonly fullAt: number;
  readonly watched: ReadonlySet<string>;
  readonly polling: boolean;
  /** A guard's question. */
  readonly confirm?: { readonly id: GenerationId; readonly dueAt: number } | undefined;
  readonly unsaved: boolean;
  readonly saveAt: number;
  readonly reported?: IntegrityStatus | undefined;
  readonly wakeAt?: number | undefined;
}

/** The scan in flight. */
export interface Running {
  readonly extent: Extent;
  readonly startedAt: number;
  readonly marks: readonly number[];
  /** It answers the guard's question: it covers all and began when the question was due. */
  readonly confirms: boolean;
}

export interface Trouble {
  readonly attempts: number;
  readonly until: number;
  readonly text: string;
}

/** 1 s, doubling, at most 30 s. */
export const backOffMs = (attempts: number): number => Math.min(30_000, 1_000 * 2 ** Math.min(attempts - 1, 10));

/** What only the actor sends itself. */
export type Own =
  | { readonly type: 'begin' }
  | { readonly type: 'wake' }
  | { readonly type: 'epoch-known'; readonly epoch: number }
  | { readonly type: 'epoch-failed'; readonly text: string }
  | { readonly type: 'scanned'; readonly result: ScanResult }
  | { readonly type: 'scan-failed'; readonly text: string };

export type Effect =
  | { readonly type: 'learn-epoch' }
  | { readonly type: 'scan'; readonly extent: Extent }
  | { readonly type: 'watch'; readonly directories: readonly string[] }
  | { readonly type: 'save-cache' }
  | { readonly type: 'report'; readonly event: IntegrityEvent }
  | { readonly type: 'reply'; readonly to: Ref<IntegrityView>; readonly value: IntegrityView }
  | { readonly type: 'wake'; readonly delayMs: number };

/** Knows nothing: everything is due now. */
export const initialState = (role: IntegrityConfig['role'], now: number): State => ({
  ...(role === 'worker' ? { epoch: 0 } : {}),
  generation: 0,
  dirty: { extent: 'all', dueAt: now },
  marks: [],
  fullAt: now,
  watched: new Set(),
  polling: false,
  unsaved: false,
  saveAt: now,
});

export const blockingOf = (problems: readonly Problem[]): readonly Problem[] =>
  problems.filter(({ effect }) => effect === 'blocking');
