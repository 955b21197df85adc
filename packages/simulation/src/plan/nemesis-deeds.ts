/** What the nemesis may do. Each kind of fault with its fields; one with a duration (`forMs`, `downMs`) heals itself. */
import { amount, flag, list, text, whole, word } from './field.ts';

const node = text;
const duration = amount(0, 3_600_000);
const probability = amount(0, 1);
const how = word(['kill', 'power']);

export const processFaults = {
  kill: { node, downMs: duration },
  /** Right before the n-th effect from then on. */
  'kill-at-effect': { node, effects: whole(1, 1_000_000), downMs: duration },
  'lose-power': { node, downMs: duration },
  'lose-power-at-effect': { node, effects: whole(1, 1_000_000), downMs: duration },
  /** Right before the n-th effect after it wrote such a file; and then, so many times, soon after its next start. */
  'die-in-transaction': {
    node,
    after: word(['journal', 'staged', 'trash', 'epoch', 'digest-cache']),
    effects: whole(1, 1_000_000),
    how,
    again: whole(0, 100),
    downMs: duration,
  },
  /** It is killed, and its next processes die before their n-th effect. */
  'die-while-starting': { node, effects: whole(1, 1_000_000), how, again: whole(1, 100), downMs: duration },
  /** It is killed, and its next processes cannot use the folder of their own. */
  'bad-start': { node, code: word(['ENOSPC', 'EIO', 'EACCES']), forMs: duration },
  /** Everybody at the same time. */
  blackout: { downMs: duration },
  pause: { node, forMs: duration },
  /** Actors at random, so often: beyond the budget of restarts the process gives up. */
  'crash-actors': { node, times: whole(1, 1_000), everyMs: duration },
  /** The process is killed; what it had stored is not what it finds at its next start. */
  damage: {
    node,
    file: word(['digest-cache', 'journal', 'epoch', 'workers', 'staged', 'trash']),
    how: word(['removed', 'empty', 'truncated', 'garbage', 'older']),
    downMs: duration,
  },
} as const;

export const intruders = [
  'wrong-key',
  'other-cluster',
  'name-taken',
  'masters-name',
  'liar',
  'garbage-first',
  'garbage-later',
  'silent',
  'crowd',
] as const;

export const networkFaults = {
  partition: { left: list(node), right: list(node), forMs: duration },
  'one-way': { from: node, to: node, forMs: duration },
  reset: { one: node, other: node },
  'slow-network': { minMs: duration, maxMs: duration, forMs: duration },
  'narrow-network': { bytesPerMs: amount(0.001, 1e9), forMs: duration },
  stalls: { probability, stallMs: duration, forMs: duration },
  'split-pieces': { probability, forMs: duration },
  /** Dials that are refused, and dials that nobody answers. */
  'bad-dials': { refuse: probability, silent: probability, forMs: duration },
  'slow-handshakes': { minMs: duration, maxMs: duration, forMs: duration },
  intruder: {
    /** One after the other, in turn. At least one. */
    as: list(word(intruders)),
    /** The worker whose name is taken, where one is. */
    name: text,
    times: whole(1, 1_000),
    everyMs: duration,
  },
} as const;

export const diskFaults = {
  'failing-disk': {
    node,
    /** Relative to R; empty: all of it. */
    below: text,
    operations: list(word(['list', 'stat', 'digest', 'read', 'write', 'rename', 'unlink', 'mkdir', 'chmod', 'sync'])),
    code: word(['ENOSPC', 'EIO', 'EACCES']),
    probability,
    forMs: duration,
  },
  'full-disk': { node, freeBytes: whole(0, 1e12), forMs: duration },
  'slow-disk': { node, minMs: duration, maxMs: duration, perFileMs: duration, forMs: duration },
  /** More than `queued` that wait are lost too. */
  hints: {
    node,
    maxLateMs: duration,
    lost: probability,
    twice: probability,
    queued: whole(0, 1_000_000),
    forMs: duration,
  },
  'few-watches': { node, watches: whole(0, 1_000_000), forMs: duration },
  /** `bare`: an empty directory stays in its place, as a mount point does. */
  unmount: { node, directory: text, bare: flag, forMs: duration },
} as const;

export const clockFaults = {
  'wall-jump': { node, byMs: amount(-1e11, 1e11) },
  'wall-drift': { node, msPerSecond: amount(-1_000, 1_000), forMs: duration },
} as const;

export const nemesisDeeds = { ...processFaults, ...networkFaults, ...diskFaults, ...clockFaults } as const;
