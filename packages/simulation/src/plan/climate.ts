/** How a seed's machines are when nothing is wrong with them. */
import type { Dice } from '../dice.ts';
import { type Climate, type DiskClimate, type NetworkClimate, nodeNames, type WorkerStart } from './plan.ts';
import type { Settings } from './settings.ts';

export function drawClimate(dice: Dice, names: readonly string[]): Climate {
  return {
    disk: drawDisk(dice.fork('disk')),
    network: drawNetwork(dice.fork('network')),
    driftMs: someOf(dice.fork('drift'), names, 0.2, (own) => own.int(-5, 5)),
  };
}

const drawDisk = (dice: Dice): DiskClimate => {
  const minMs = dice.pick([0.01, 0.05, 0.2, 1]);
  return {
    latency: { minMs, maxMs: minMs * dice.pick([1, 3, 20]), perFileMs: dice.pick([0, 0.001, 0.01, 0.05]) },
    yieldAfterStep: dice.pick([0, 0, 0.05, 0.5]),
    hints: { maxLateMs: dice.pick([0, 0, 5, 100]), lost: 0, twice: dice.pick([0, 0, 0.1]), queued: 16_384 },
  };
};

/** At the worst a handshake takes 0.7 s: less than any seed allows for it. */
const drawNetwork = (dice: Dice): NetworkClimate => {
  const minMs = dice.pick([0.05, 0.2, 1, 10, 60]);
  return {
    latency: { minMs, maxMs: minMs * dice.pick([1, 2, 3]) },
    bandwidth: dice.pick([1_000_000, 100_000, 10_000, 1_000]),
    handshake: { minMs, maxMs: minMs * 2 + 5 },
    split: dice.pick([0, 0, 0.1, 0.5]),
  };
};

/** Minutes off at most: more is told by the daemon, and changes nothing else. */
export const drawSkew = (dice: Dice, names: readonly string[]): Settings['skewMs'] =>
  someOf(dice, names, 0.3, (own) => own.int(-1, 1) * own.int(1, 300_000));

export const drawLateTurns = (dice: Dice): Settings['lateTurns'] => {
  const chance = dice.pick([0, 0, 0.01, 0.1]);
  return { chance, maxMs: chance === 0 ? 0 : dice.pick([1, 20, 200]) };
};

export function drawStarts(dice: Dice, workers: number): Readonly<Record<string, WorkerStart>> {
  const common = dice.pick<readonly WorkerStart[]>([['empty'], ['copy'], ['empty', 'copy', 'stale']]);
  return Object.fromEntries(
    nodeNames({ workers })
      .slice(1)
      .map((name) => [name, dice.fork(name).pick(common)]),
  );
}

/** In some seeds nobody has it, in the others each with probability one half. */
function someOf(
  dice: Dice,
  names: readonly string[],
  seeds: number,
  draw: (own: Dice) => number,
): Readonly<Record<string, number>> {
  if (!dice.chance(seeds)) return {};
  const rows = names.map((name) => [name, dice.fork(name)] as const).filter(([, own]) => own.chance(0.5));
  return Object.fromEntries(rows.map(([name, own]) => [name, draw(own)]));
}
