/** What exactly an operator does: the fields of a deed, from its own dice. */
import type { Dice } from '../dice.ts';
import type { FieldsOf, WorkloadKind } from './deed.ts';
import { type fileDeeds, workedDirectories } from './workload-deeds.ts';

/** What a seed has decided already. */
export interface Shape {
  /** The master first. */
  readonly names: readonly string[];
  readonly chaosMs: number;
  /** `integrity.max_file_size`, bytes. */
  readonly maxFileBytes: number;
  /** Probability that a person edits files on a worker rather than on the master. */
  readonly drift: number;
  /** Wall clocks of this seed jump. */
  readonly clocksJump: boolean;
}

type Draws<K extends keyof never> = {
  readonly [P in K]: (dice: Dice, shape: Shape) => P extends WorkloadKind ? FieldsOf<P> : never;
};

/** Where: mostly on the master. */
function site(dice: Dice, { names, drift }: Shape) {
  const within = dice.pick(workedDirectories);
  const worker = dice.pick(names.slice(1));
  return { node: dice.chance(drift) ? worker : names[0]!, within };
}

/** Small mostly: 0 to 2 KiB. Seldom one file of up to 2 MiB: each costs its bytes again on every worker. */
function sized(dice: Dice, { maxFileBytes }: Shape): { readonly count: number; readonly bytes: number } {
  const count = few(dice);
  const small = dice.int(0, 2_048);
  const large = dice.int(100_000, 2_000_000);
  return dice.chance(0.03) ? { count: 1, bytes: Math.min(large, maxFileBytes) } : { count, bytes: small };
}

/** 1 mostly. */
const few = (dice: Dice): number => dice.pick([1, 1, 1, 2, 3, 8]);
const some = (dice: Dice, shape: Shape) => ({ ...site(dice, shape), count: few(dice) });
const someSized = (dice: Dice, shape: Shape) => ({ ...site(dice, shape), ...sized(dice, shape) });
const anyNode = (dice: Dice, { names }: Shape): string => dice.pick(names);

const files: Draws<keyof typeof fileDeeds> = {
  create: someSized,
  write: someSized,
  replace: someSized,
  'large-file': (dice, shape) => ({
    ...site(dice, shape),
    bytes: Math.min(dice.int(1_200_000, 4_000_000), shape.maxFileBytes),
  }),
  append: (dice, shape) => ({ ...some(dice, shape), bytes: dice.int(1, 2_048) }),
  delete: some,
  rename: some,
  'rename-directory': site,
  chmod: (dice, shape) => ({ ...some(dice, shape), mode: dice.pick([0o600, 0o640, 0o660, 0o664, 0o777, 0o400]) }),
  'add-directory': (dice, shape) => ({
    ...site(dice, shape),
    count: dice.int(1, 20),
    bytes: dice.int(0, 1_024),
    deep: dice.int(1, 3),
  }),
  'remove-directory': site,
  checkout: (dice, shape) => ({
    ...site(dice, shape),
    change: dice.int(0, 20),
    add: dice.int(0, 20),
    remove: dice.int(0, 10),
    bytes: dice.int(0, 2_048),
  }),
  'delete-many': (dice, shape) => ({ ...site(dice, shape), percent: dice.pick([40, 51, 60, 90, 100]) }),
  'delete-everything': (dice, shape) => ({ node: site(dice, shape).node, percent: dice.pick([60, 90, 100]) }),
  keys: (dice, shape) => ({
    node: site(dice, shape).node,
    change: dice.pick(['grow', 'grow', 'edit', 'shrink', 'empty', 'remove']),
    lines: dice.pick([1, 1, 2, 10, 50]),
  }),
  'empty-file': some,
  oversize: (dice, shape) => ({ ...site(dice, shape), bytes: oversizeOf(dice, shape) }),
  'excluded-name': (dice, shape) => ({
    ...site(dice, shape),
    name: dice.pick(['ar.conf', 'ossec.conf', 'x~', 'x.tmp', 'x.lock', '.x.swp']),
  }),
  'broken-name': (dice, shape) => ({
    ...site(dice, shape),
    how: dice.pick(['newline', 'backslash', 'not-utf8', 'too-long', 'deep']),
  }),
  symlink: (dice, shape) => ({ ...site(dice, shape), to: dice.pick(['nowhere', 'outside', 'directory', 'file']) }),
  'slow-write': (dice, shape) => ({
    ...site(dice, shape),
    bytes: Math.min(dice.int(100, 20_000), shape.maxFileBytes),
    pieces: dice.pick([2, 3, 8, 20]),
    forMs: dice.pick([20, 200, 2_000, 8_000]),
  }),
  'write-unseen': some,
  'swap-kind': (dice, shape) => ({ ...site(dice, shape), to: dice.pick(['directory', 'file']) }),
};

/** Beyond the limit where that is small; with the default, a GiB, it is only a large file. */
const oversizeOf = (dice: Dice, { maxFileBytes }: Shape): number =>
  Math.min(maxFileBytes, 300_000) + dice.pick([1, 100, 5_000]);

const care: Draws<Exclude<WorkloadKind, keyof typeof fileDeeds>> = {
  ask: (dice, shape) => ({
    node: anyNode(dice, shape),
    request: dice.pick([
      'get-cluster',
      'get-health',
      'explain',
      'get-tree',
      'set-log-level',
      'crash-actor',
      'sync-now',
      'sync-now',
      'forget-node',
    ]),
  }),
  restart: (dice, shape) => ({ node: anyNode(dice, shape), downMs: dice.pick([0, 100, 1_000, 10_000]) }),
  'restart-all': (dice) => ({ downMs: dice.pick([0, 500, 5_000]) }),
};

export const drawWorkload: Draws<WorkloadKind> = { ...files, ...care };
