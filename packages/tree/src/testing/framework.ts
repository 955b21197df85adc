import { createHash } from 'node:crypto';
import type { Disk } from '../disk.ts';

/** What a suite needs of a test framework: it knows none itself. */
export interface TestFramework {
  readonly describe: (title: string, body: () => void) => void;
  readonly it: (title: string, body: () => Promise<void>) => void;
  /** Deep equality; throws when it does not hold. */
  readonly equal: (actual: unknown, expected: unknown) => void;
}

/** Gives a disk and the absolute path of an empty folder of it, new for each test. */
export type OpenDisk = () => Promise<{ readonly disk: Disk; readonly folder: string }>;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const blake = (content: Uint8Array): string => createHash('blake2b512').update(content).digest('hex');
export const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
