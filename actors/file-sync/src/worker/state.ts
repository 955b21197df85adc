import type { Ref } from '@muster/actor';
import type { FileTree, GenerationAnnounced, GenerationId } from '@muster/protocol';
import type { KnownTree } from '../announcement.ts';
import type { Deletions, Turnover } from '../deletions.ts';
import type { Holds } from '../guard.ts';
import type { LocalTree, PlanSize } from '../plan.ts';
import type { Repairs } from '../repairs.ts';
import type { FileFailure, Replication, ReplicationResult } from '../shapes.ts';
import type { ReplicaView } from '../view.ts';
import type { Waits } from '../waits.ts';
import type { FileReplicaEvent, ReplicaStatus } from './messages.ts';

/** What the replica is doing to its disk. */
export type Work =
  | { readonly type: 'idle' }
  | {
      readonly type: 'replicating';
      readonly id: GenerationId;
      readonly plan: Replication;
      readonly turnover: Turnover;
      readonly done: Progress;
    }
  /** Waits for a scan that began after `mark` was asked for: nothing older says what the disk holds. */
  | {
      readonly type: 'scanning';
      readonly mark: number;
      readonly directories: readonly string[] | 'all';
      readonly askedAt: number;
    };

export interface Progress {
  readonly files: number;
  readonly bytes: number;
}

/** What the disk lacks of a tree. */
export interface Lacks {
  readonly plan: Replication;
  readonly size: PlanSize;
  readonly of: LocalTree;
  readonly for: FileTree;
  /** The announcement for which this comparison was told. */
  readonly told?: GenerationAnnounced;
}

/** Something that failed as a whole and is tried again. */
export interface Trouble {
  readonly attempts: number;
  readonly until: number;
  readonly code: string;
  readonly text: string;
}

export interface State {
  readonly linked: boolean;
  /** The next announcement is the link's first: the master's word, even when it is older. */
  readonly freshLink: boolean;
  readonly announced?: GenerationAnnounced | undefined;
  readonly target?: KnownTree | undefined;
  readonly fetching?: GenerationId | undefined;
  readonly fetchTrouble?: Trouble | undefined;
  readonly local?: LocalTree | undefined;
  readonly work: Work;
  readonly nextMark: number;
  /** What the disk lacks of the target; `for` and `of` are the trees that it was found with. */
  readonly lacks?: Lacks | undefined;
  readonly holds?: GenerationId | undefined;
  readonly guard: Holds;
  /** When the master was asked to say generation `id` again. */
  readonly asked?: { readonly id: GenerationId; readonly at: number } | undefined;
  readonly trouble?: Trouble | undefined;
  readonly waits: Waits;
  readonly repairs: Repairs;
  readonly deletions: Deletions;
  readonly reported?: ReplicaStatus | undefined;
  readonly wakeAt?: number | undefined;
}

/** What only the replica sends itself. */
export type Own =
  | { readonly type: 'begin' }
  | { readonly type: 'wake' }
  | { readonly type: 'fetched'; readonly id: GenerationId; readonly root: string; readonly tree: FileTree }
  | { readonly type: 'fetch-failed'; readonly id: GenerationId; readonly code: string; readonly text: string }
  | { readonly type: 'progressed'; readonly done: Progress }
  | { readonly type: 'replicated'; readonly result: ReplicationResult }
  | { readonly type: 'replication-failed'; readonly code: string; readonly text: string };

export type Effect =
  | { readonly type: 'fetch-manifest'; readonly id: GenerationId; readonly root: string }
  | { readonly type: 'replicate'; readonly plan: Replication }
  | { readonly type: 'rescan'; readonly directories: readonly string[] | 'all'; readonly mark: number }
  | { readonly type: 'confirm-generation'; readonly id: GenerationId }
  | { readonly type: 'compared' }
  | { readonly type: 'report'; readonly event: FileReplicaEvent }
  | { readonly type: 'reply'; readonly to: Ref<ReplicaView>; readonly value: ReplicaView }
  | { readonly type: 'wake'; readonly delayMs: number };

/** Failure codes of our own, beside the system's. */
export const missingCode = 'CONTENT_MISSING';
/** Of `packages/tree`: the content that came is not the one that was asked for. */
export const changedCode = 'DIGEST_MISMATCH';

/** Failures of a file that changed on the master while it was sent: the next generation has it. */
export const contentCodes: ReadonlySet<string> = new Set([missingCode, changedCode, 'SIZE_MISMATCH']);

export const missingFailure = (path: string): FileFailure => ({
  path,
  code: missingCode,
  text: 'the master no longer has this content; a newer generation is expected',
});

/** What a fresh incarnation knows of the world. */
export interface Beginning {
  readonly linked: boolean;
  /** The last announcement of the present link. */
  readonly announced?: GenerationAnnounced | undefined;
  /** Above every mark that an earlier incarnation used. */
  readonly firstMark: number;
}

/** Of its own disk a fresh incarnation knows nothing until a scan that it asked for. */
export const initialState = ({ linked, announced, firstMark }: Beginning, now: number): State => ({
  linked,
  freshLink: announced === undefined,
  announced,
  work: { type: 'scanning', mark: firstMark, directories: 'all', askedAt: now },
  nextMark: firstMark + 1,
  guard: new Map(),
  waits: new Map(),
  repairs: new Map(),
  deletions: [],
});
