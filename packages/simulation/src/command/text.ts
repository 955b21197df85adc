/** What is shown of runs. */
import type { Outcome } from '../world/outcome.ts';
import type { PlanOptions, Simulator, SomePlan } from './simulator.ts';
import type { Tally } from './tally.ts';

/** `1,234`, on every machine. */
export const grouped = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;

/** `1 seed`, `2 seeds`. */
export const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;

/** Of a number of seeds, while they run and at the end. Of a size that a terminal has room for. */
export function progressLine(tally: Tally, wanted: number, situations: readonly string[], elapsedMs: number): string {
  const wall = Math.max(1, elapsedMs) / 1_000;
  return [
    `${grouped(tally.seeds())}/${grouped(wanted)} seeds`,
    `${grouped(tally.failed())} failed`,
    `${(tally.seeds() / wall).toFixed(1)} seeds/s`,
    `${grouped(tally.simulatedMs() / 1_000 / wall)} x real time`,
    `${situations.filter((name) => tally.met().has(name)).length}/${situations.length} situations`,
  ].join(', ');
}

/** Of what was not finished because it was asked to stop. */
export const interruptedAfter = (done: number, wanted: number): string =>
  `Interrupted after ${grouped(done)} of ${counted(wanted, 'seed')}.`;

/** In columns as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
}

/** How many seeds met each of the situations, those that none met first. Also those that are met but not listed: that is a fault too. */
export function situationTable(listed: readonly string[], met: ReadonlyMap<string, number>): readonly string[] {
  const all = [...new Set([...listed, ...met.keys()])].map((name) => ({ name, seeds: met.get(name) ?? 0 }));
  all.sort((a, b) => a.seeds - b.seeds || (a.name < b.name ? -1 : 1));
  const unlisted = (name: string): string => (listed.includes(name) ? '' : 'not in the list of situations');
  return columns([
    ['SITUATION', 'SEEDS', ''],
    ...all.map(({ name, seeds }) => [name, seeds === 0 ? 'none' : grouped(seeds), unlisted(name)]),
  ]);
}

/** The failed seeds of each invariant, at most so many of each by number. */
const seedsNamed = 20;

export function failureTable(tally: Tally): readonly string[] {
  return columns([
    ['INVARIANT', 'FAILED', 'SEEDS'],
    ...[...tally.failures()].map(([invariant, outcomes]) => [
      invariant,
      grouped(outcomes.length),
      outcomes
        .slice(0, seedsNamed)
        .map(({ seed }) => seed)
        .join(' ') + (outcomes.length > seedsNamed ? ' …' : ''),
    ]),
  ]);
}

/** What is shown of the steps and of the log before a failure. */
const linesShown = 40;

/** Deeds among the steps stand out: they are what a seed did. */
const marked = (step: string): string => `  ${/ deed /.test(step) ? '>' : ' '} ${step}`;

/** The probes crash and are asked in vain on purpose, and all the time. */
const ofProbes = (line: string): boolean => line.includes('/probes/');

/** A failed run: the seed, the promise, and what came before. */
export function failureText({ seed, violation, steps, lastSteps, logTail }: Outcome): readonly string[] {
  // A process that died could not say when.
  const when = violation === undefined || steps === 0 ? '' : ` at ${seconds(violation.atMs)}`;
  return [
    `Seed ${seed}: ${violation?.invariant ?? 'failed'}${when}`,
    ...indented((violation?.text ?? '').split('\n')),
    ...part('The last steps', lastSteps.slice(-linesShown).map(marked)),
    ...part('The end of the log', indented(logTail.filter((line) => !ofProbes(line)).slice(-linesShown))),
  ];
}

const part = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines];

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

/** A plan in words: its cluster, what else was decided about it, then its deeds. */
export function planText<P extends SomePlan>(plan: P, words: Simulator<P>['words']): readonly string[] {
  const { settings, deeds, ...more } = plan;
  const { seed, workers, files, musterYaml, ...others } = settings;
  const options = musterYaml.split('\n').filter((line) => line.trim() !== '');
  return [
    `Seed ${seed}: a master and ${counted(workers, 'worker')}, ${counted(files, 'file')}`,
    ...(options.length === 0 ? [] : ['muster.yaml:', ...options.map((line) => `  ${line}`)]),
    ...Object.entries({ ...others, ...more }).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    deeds.length === 0 ? 'Nothing is done to it.' : `${counted(deeds.length, 'deed')}:`,
    ...deeds.map((deed: P['deeds'][number]) => `  ${words(deed)}`),
  ];
}

/** How a run went, in one line. */
export function outcomeLine({ ok, violation, simulatedMs, steps, hash, met }: Outcome, elapsedMs: number): string {
  const wall = Math.max(1, elapsedMs) / 1_000;
  return [
    ok ? 'kept every promise' : `broke ${violation?.invariant}`,
    `${seconds(simulatedMs)} simulated in ${wall.toFixed(2)} s (${grouped(simulatedMs / 1_000 / wall)} per s)`,
    counted(steps, 'step'),
    `${counted(met.length, 'situation')} met`,
    `hash ${hash}`,
  ].join(', ');
}

/** A command that does the same again. */
export const commandOf = (words: readonly string[]): string =>
  ['npm run simulate --', ...words.map((word) => (/^[\w.,:/=@+-]+$/.test(word) ? word : `'${word}'`))].join(' ');

/** The flags of plan options. */
export const optionFlags = ({ nodes, minutes }: PlanOptions): readonly string[] => [
  ...(nodes === undefined ? [] : ['--nodes', String(nodes)]),
  ...(minutes === undefined ? [] : ['--minutes', String(minutes)]),
];
