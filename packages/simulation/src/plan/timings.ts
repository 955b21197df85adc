/** The options of a seed: real ones within their real bounds, mostly the defaults. */
import { musterTable, type OptionPath } from '@muster/config';
import type { Dice } from '../dice.ts';
import type { Deed } from './deed.ts';
import type { NetworkClimate } from './plan.ts';

/** Options that are not at their default: durations in ms, sizes in bytes, numbers. */
export type Timings = Readonly<Partial<Record<NumericOption, number>>>;
type NumericOption = Exclude<OptionPath, 'files.owner' | 'files.group' | 'log.format' | 'log.level'>;

const second = 1_000;

/** Each group is drawn or left at its defaults as a whole: its options must go together. */
const groups: Readonly<Record<string, (dice: Dice) => Timings>> = {
  reconcile: (dice) => ({
    'integrity.reconcile_every': dice.pick([5, 5, 10, 15, 30, 60, 120]) * second,
    'integrity.poll_every': dice.pick([0.5, 2, 10]) * second,
  }),
  coalesce: (dice) => ({ 'integrity.coalesce': dice.pick([0, 0, 10, 200, 1_000, 5_000]) }),
  guard: (dice) => ({
    'integrity.guard.percent': dice.pick([1, 10, 30, 50, 80, 100]),
    'integrity.guard.files': dice.pick([0, 1, 2, 4, 10]),
    'integrity.guard.confirm_after': dice.pick([1, 3, 5, 10, 30]) * second,
  }),
  'small-files': (dice) => ({ 'integrity.max_file_size': dice.pick([8, 16, 64, 256]) * 1_024 }),
  retry: (dice) => ({
    'link.retry_min': dice.pick([10, 50, 200, 1_000]),
    'link.retry_max': dice.pick([1, 2, 5, 10]) * second,
  }),
  connections: (dice) => ({
    'link.handshake_timeout': dice.pick([1, 2, 5]) * second,
    'link.connections_per_address': dice.pick([1, 2, 5, 10]),
    'link.connections': dice.pick([8, 16, 64, 1_024]),
  }),
  'keep-alive': (dice) => {
    const interval = dice.pick([300, 500, 1_000, 3_000]);
    return {
      'keep_alive.interval': interval,
      'keep_alive.suspect_after': Math.round(interval * dice.pick([2, 2.5, 3])),
      'keep_alive.down_after': Math.round(interval * dice.pick([4, 5, 8])),
    };
  },
  restarts: (dice) => ({
    'restarts.max': dice.pick([0, 1, 2, 3, 5, 20]),
    'restarts.within': dice.pick([5, 30, 60]) * second,
    'restarts.back_off_min': dice.pick([0, 10, 100, 500]),
    'restarts.back_off_max': dice.pick([0.5, 2, 10]) * second,
  }),
};

/** Most seeds look for changes more often than the default, which is 5 minutes; the rest is mostly as it comes. */
export function drawTimings(dice: Dice): Timings {
  const appetite = dice.pick([0, 0.1, 0.3, 0.6]);
  const drawn: Timings[] = [];
  for (const [name, draw] of Object.entries(groups)) {
    const own = dice.fork(name);
    if (dice.chance(name === 'reconcile' ? 0.85 : appetite)) drawn.push(draw(own));
  }
  return Object.assign({}, ...drawn);
}

/** One way of each: the first packet, its answer, the two greetings. The dialer's last step costs it no more time. */
const handshakeFlights = 4;

/** The same options, with as much time for a handshake as one takes on this network when nothing is wrong with it. */
export function fitTo({ latency, handshake }: NetworkClimate, timings: Timings): Timings {
  const option = 'link.handshake_timeout';
  const least = Math.ceil(handshakeFlights * latency.maxMs + handshake.maxMs);
  return (timings[option] ?? least) >= least ? timings : { ...timings, [option]: least };
}

/** The text of `etc/muster.yaml`; empty when every option is at its default. */
export function yamlOf(timings: Timings): string {
  const sections = new Map<string, string[]>();
  for (const [path, value] of Object.entries(timings) as [NumericOption, number][]) {
    const [section, ...rest] = path.split('.') as [string, ...string[]];
    const lines = sections.get(section) ?? [];
    sections.set(section, lines);
    if (rest.length > 1 && !lines.includes(`  ${rest[0]}:`)) lines.push(`  ${rest[0]}:`);
    lines.push(`${'  '.repeat(rest.length)}${rest.at(-1)}: ${value}${unitOf(path)}`);
  }
  return [...sections].map(([section, lines]) => `${section}:\n${lines.join('\n')}\n`).join('');
}

function unitOf(path: NumericOption): string {
  const { kind } = musterTable[path];
  return kind === 'duration' ? 'ms' : kind === 'size' ? 'B' : '';
}

/** For handshakes that hang, actors that wait for their restart, and the work itself. */
const slackMs = 60 * second;
/** A deletion beyond the guard may have to be said again this often: on the master, on the worker, and once more when one more came between. */
const confirmations = 4;

/** What was on its way when the chaos ended may have to come once more. */
const transfers = 2;

/** How long all that these deeds write is on its way to one worker, ms: more than all that is ever there. */
export function contentMs(deeds: readonly Deed[], { bandwidth }: NetworkClimate): number {
  const bytes = deeds.reduce(
    (sum, deed) => sum + ('bytes' in deed ? deed.bytes * ('count' in deed ? deed.count : 1) : 0),
    0,
  );
  return Math.ceil((transfers * bytes) / bandwidth);
}

/**
 * The longest time in which a healed cluster is in sync, ms: each thing that it may have to wait for, one after
 * the other. A hint that was lost costs a whole `reconcile_every`, on the master and then on the worker.
 */
export function healWithin(timings: Timings, transferMs: number): number {
  const of = (path: NumericOption): number => timings[path] ?? (musterTable[path].default as number);
  return (
    2 * of('integrity.reconcile_every') +
    2 * of('integrity.poll_every') +
    of('integrity.coalesce') +
    confirmations * of('integrity.guard.confirm_after') +
    of('keep_alive.down_after') +
    of('keep_alive.interval') +
    2 * of('link.retry_max') +
    2 * of('link.handshake_timeout') +
    3 * of('restarts.back_off_max') +
    transferMs +
    slackMs
  );
}
