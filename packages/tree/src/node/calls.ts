/** The messages between the event loop and its system-call threads. Plain data; buffers are transferred, not copied. */
import type { DiskFailure } from '../disk.ts';
import type { Joined } from './joined.ts';

export type Call =
  | { readonly op: 'list'; readonly directories: readonly string[] }
  | { readonly op: 'stat'; readonly paths: readonly string[] }
  | { readonly op: 'realpath'; readonly paths: readonly string[] }
  | { readonly op: 'digest'; readonly paths: Joined }
  | { readonly op: 'read'; readonly paths: Joined; readonly maxBytes: readonly number[] }
  | { readonly op: 'replace'; readonly path: string; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly op: 'steps'; readonly steps: Joined }
  | {
      readonly op: 'sync';
      readonly files: Joined;
      readonly directories: Joined;
      readonly few: number;
    }
  | { readonly op: 'open'; readonly handle: number; readonly path: string }
  | { readonly op: 'pull'; readonly handle: number; readonly maxBytes: number }
  | { readonly op: 'close'; readonly handle: number }
  | {
      readonly op: 'stage';
      readonly handle: number;
      /** The files begun, in order. */
      readonly files: Joined;
      /** `beginNext` ends a file and begins the next of `files`; n above 0: the next n of `bytes` belong to the file begun last. */
      readonly commands: readonly number[];
      readonly bytes: Uint8Array;
    }
  | { readonly op: 'staged'; readonly handle: number }
  | { readonly op: 'unstage'; readonly handle: number };

export const beginNext = 0;

/** Names joined by NUL, which no name holds: one string is cheaper to hand over than thousands. */
export interface RawListing {
  readonly names: string;
  readonly notUtf8: readonly string[];
  readonly packed: BigInt64Array;
  readonly failure?: DiskFailure;
}

/** By index. */
export type RawFailures = ReadonlyMap<number, string>;

/** Raw digests, 64 bytes each, and packed stats, a row for each path; meaningless in the rows of failures. */
export interface RawDigests {
  readonly digests: Uint8Array;
  readonly packed: BigInt64Array;
  readonly failures: RawFailures;
}

/** Packed stats of what the steps left, all zero where they left nothing. */
export interface RawSteps {
  readonly packed: BigInt64Array;
  readonly failures: ReadonlyMap<number, DiskFailure>;
}

/** The contents one after the other. A size of -1: there is no such file. */
export interface RawContents {
  readonly bytes: Uint8Array;
  readonly sizes: readonly number[];
  readonly failures: RawFailures;
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly path: string; readonly bug?: string };
