/** The messages between the event loop and its system-call threads. Plain data; buffers are transferred, not copied. */
import type { DiskFailure, DiskStep, StagedWrite } from '../disk.ts';

export type Call =
  | { readonly op: 'list'; readonly directories: readonly string[] }
  | { readonly op: 'stat'; readonly paths: readonly string[] }
  | { readonly op: 'realpath'; readonly paths: readonly string[] }
  | { readonly op: 'digest'; readonly paths: readonly string[] }
  | { readonly op: 'read'; readonly paths: readonly string[]; readonly maxBytes: readonly number[] }
  | { readonly op: 'replace'; readonly path: string; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly op: 'steps'; readonly steps: readonly DiskStep[] }
  | {
      readonly op: 'sync';
      readonly files: readonly string[];
      readonly directories: readonly string[];
      readonly few: number;
    }
  | { readonly op: 'open'; readonly handle: number; readonly path: string }
  | { readonly op: 'pull'; readonly handle: number; readonly maxBytes: number }
  | { readonly op: 'close'; readonly handle: number }
  | {
      readonly op: 'stage';
      readonly handle: number;
      readonly commands: readonly StageCommand[];
      readonly bytes: Uint8Array;
    }
  | { readonly op: 'staged'; readonly handle: number }
  | { readonly op: 'unstage'; readonly handle: number };

/** The next `take` bytes of the message belong to the file begun last; `begin` ends that and starts another. */
export type StageCommand = { readonly begin: StagedWrite } | { readonly take: number };

/** Names joined by NUL, which no name holds: one string is cheaper to hand over than thousands. */
export interface RawListing {
  readonly names: string;
  readonly notUtf8: readonly string[];
  readonly packed: BigInt64Array;
  readonly failure?: DiskFailure;
}

/** Digest in hex, or the failure's code, for each path; the stats are packed. */
export interface RawDigests {
  readonly digests: readonly string[];
  readonly codes: readonly string[];
  readonly packed: BigInt64Array;
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly path: string; readonly bug?: string };
