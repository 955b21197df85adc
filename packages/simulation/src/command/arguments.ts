/** The words after `npm run simulate --`. */
import { parseArgs } from 'node:util';
import type { Cut } from './cut.ts';
import type { PlanOptions } from './simulator.ts';

export interface Common {
  readonly jobs: number;
  readonly shrink: boolean;
  /** Gets `seed-N.json` of every shrunk run. */
  readonly save: string | undefined;
  readonly planted: string | undefined;
}

/** What is asked for. */
export type Wish =
  | { readonly type: 'help' }
  | { readonly type: 'list' }
  | { readonly type: 'wrong'; readonly text: string }
  | ({ readonly type: 'seeds' } & Seeds & Common)
  /** Until one fails. `planted` is a name, or `all`. */
  | ({ readonly type: 'planted' } & Seeds & Common & { readonly planted: string })
  | ({ readonly type: 'hashes' } & Seeds & Common & { readonly binaries: readonly string[] })
  | ({ readonly type: 'one' } & Source & { readonly cut: Cut; readonly trace: string | undefined } & Common);

export interface Seeds {
  readonly from: number;
  readonly count: number;
  readonly options: PlanOptions;
}

export type Source =
  | { readonly seed: number; readonly options: PlanOptions; readonly file?: never }
  | { readonly file: string; readonly seed?: never; readonly options?: never };

/** `plain`: names of `Simulator.plain`. */
export const help = (plain: readonly string[]): string => `npm run simulate -- [OPTIONS]

Runs a whole cluster in one process, on one clock, once for each seed, and says which promises were broken.

  --seeds N            how many seeds (1000; 4000 with --planted)
  --from N             the first of them (1)
  --seed N             this one alone: its plan in words, and what came of it
  --plan FILE          the plan in FILE, as --save writes it
  --nodes N            nodes in all, 2 to 9 (each seed decides)
  --minutes M          simulated minutes before the healing (each seed decides)
  --jobs N             processes at work at the same time (one a core)
  --planted NAME       with this planted fault, until a seed finds it; all: each of them, one after the other
  --no-shrink          do not look for the smallest run that fails the same way
  --save DIR           write the plan of each shrunk run to DIR/seed-N.json
  --list               show the planted faults, the invariants and the situations
  --hashes             print each seed and the hash of its trace
  --node-binaries A,B  with --hashes: run each seed under each of these Nodes, and compare
  --help               show this

With --seed or --plan
  --trace FILE         write every step and every line of a log to FILE
  --only ID,ID         leave only these of its deeds; none: leave no deed
  --workers N          leave only its first N workers
  --stop-after MS      end its weather after so many simulated ms
  --plain NAME,NAME    leave these parts out: ${plain.join(', ')}

Exit codes: 0 all promises were kept, or the planted fault was found; 1 not so; 64 wrong usage; 130 ended by Ctrl-C
or SIGTERM before that was known.`;

const flags = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  seed: { type: 'string' },
  plan: { type: 'string' },
  nodes: { type: 'string' },
  minutes: { type: 'string' },
  jobs: { type: 'string' },
  planted: { type: 'string' },
  'no-shrink': { type: 'boolean' },
  save: { type: 'string' },
  list: { type: 'boolean' },
  hashes: { type: 'boolean' },
  'node-binaries': { type: 'string' },
  help: { type: 'boolean' },
  trace: { type: 'string' },
  only: { type: 'string' },
  workers: { type: 'string' },
  'stop-after': { type: 'string' },
  plain: { type: 'string' },
} as const;

type Values = {
  readonly [flag in keyof typeof flags]?: (typeof flags)[flag]['type'] extends 'string' ? string : boolean;
};

/** What the arguments are measured by. */
export interface Known {
  readonly planted: readonly string[];
  readonly plain: readonly string[];
  readonly cores: number;
}

/** Every fault is named at once, each with its cure. */
export function parseArguments(argv: readonly string[], known: Known): Wish {
  try {
    const args = withNegatives(argv);
    const { values, tokens } = parseArgs({ args, options: flags, strict: true, allowPositionals: false, tokens: true });
    if (values.help === true) return { type: 'help' };
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const faults = [...faultsOfRepeats(names), ...faultsOfValues(values, known), ...faultsOfPairs(values)];
    return faults.length > 0 ? wrong(faults) : wishOf(values, known);
  } catch (error) {
    return wrong([inOurWords((error as TypeError).message)]);
  }
}

/** `--seeds -1` as `--seeds=-1`: it is a wrong number, not an option that is called -1. */
function withNegatives(argv: readonly string[]): string[] {
  const args: string[] = [];
  for (const word of argv) {
    const flag = args.at(-1)?.replace(/^--/, '') ?? '';
    const wantsValue = Object.hasOwn(flags, flag) && flags[flag as keyof typeof flags].type === 'string';
    if (wantsValue && /^-\d/.test(word)) args.push(`${args.pop()}=${word}`);
    else args.push(word);
  }
  return args;
}

/** What Node says of one word, as this command says it. */
function inOurWords(text: string): string {
  const [, flag] = /^Option '(?:-\w, )?(--[\w-]+)/.exec(text) ?? [];
  if (flag !== undefined && /does not take an argument/.test(text)) return `${flag}: it takes no value; leave that out`;
  if (flag !== undefined) return `${flag}: it has no value; give it one`;
  // What follows the first sentence is on words without a flag, of which there are none here.
  return text.split(/\. To specify|\. This command/)[0]!;
}

const faultsOfRepeats = (names: readonly string[]): readonly string[] =>
  [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map(
    (name) => `--${name} is given more than once: leave the others out`,
  );

const wrong = (faults: readonly string[]): Wish => ({
  type: 'wrong',
  text: [...faults, '(npm run simulate -- --help lists the options)'].join('\n'),
});

const mostSeed = 2 ** 32 - 1;

/** Lowest and highest value, and what such a number is. */
const numbers: Readonly<Record<string, readonly [min: number, max: number]>> = {
  seeds: [1, 10_000_000],
  from: [0, mostSeed],
  seed: [0, mostSeed],
  nodes: [2, 9],
  minutes: [1, 10_000],
  jobs: [1, 256],
  workers: [1, 8],
  'stop-after': [0, 1_000_000_000],
};

function faultsOfValues(values: Values, { planted, plain }: Known): readonly string[] {
  const given = values as Readonly<Record<string, string | boolean | undefined>>;
  const faults = Object.entries(numbers).flatMap(([flag, [min, max]]) => {
    const value = given[flag];
    return typeof value !== 'string' || within(value, min, max)
      ? []
      : [`--${flag} ${value}: give a whole number from ${min} to ${max}`];
  });
  if (values.planted !== undefined && values.planted !== 'all' && !planted.includes(values.planted))
    faults.push(`--planted ${values.planted}: there is no such fault; give all or one of these:\n${inLines(planted)}`);
  for (const name of listOf(values.plain))
    if (!plain.includes(name)) faults.push(`--plain ${name}: there is no such part; give some of ${plain.join(', ')}`);
  for (const flag of ['plan', 'trace', 'save', 'node-binaries', 'only', 'plain'])
    if (given[flag] === '') faults.push(`--${flag}: it is empty; give it a value, or leave it out`);
  if (Number(values.from ?? 1) + Number(values.seeds ?? 0) - 1 > mostSeed)
    faults.push(`--from ${values.from}: the last seed is ${mostSeed}; begin earlier, or give fewer --seeds`);
  return faults;
}

/** Names in lines of a width that any terminal has. */
function inLines(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length < 76) lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(`  ${name}`);
  }
  return lines.join(',\n');
}

const within = (text: string, min: number, max: number): boolean =>
  /^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max;

/** [flags that go together with none of …, these]. */
const exclusive: readonly (readonly [keyof Values, readonly (keyof Values)[]])[] = [
  ['list', (Object.keys(flags) as (keyof Values)[]).filter((flag) => flag !== 'list')],
  ['seed', ['seeds', 'from', 'plan', 'hashes']],
  ['plan', ['seeds', 'from', 'nodes', 'minutes', 'hashes']],
  ['hashes', ['planted', 'save', 'no-shrink']],
];
const ofOneRun = ['trace', 'only', 'workers', 'stop-after', 'plain'] as const;

function faultsOfPairs(values: Values): readonly string[] {
  const faults = exclusive.flatMap(([flag, others]) =>
    values[flag] === undefined
      ? []
      : others
          .filter((other) => values[other] !== undefined)
          .map((other) => `--${flag} and --${other} exclude each other: leave one of them out`),
  );
  const one = values.seed !== undefined || values.plan !== undefined;
  for (const flag of ofOneRun)
    if (!one && values[flag] !== undefined) faults.push(`--${flag} is for one run: add --seed or --plan`);
  if (values.hashes === undefined && values['node-binaries'] !== undefined)
    faults.push('--node-binaries compares hashes: add --hashes');
  if (values['no-shrink'] && values.save !== undefined) faults.push('--save writes shrunk runs: leave --no-shrink out');
  if (values.planted === 'all' && values.save !== undefined)
    faults.push('--save writes shrunk runs, and --planted all shrinks none: give the name of one fault');
  if (values.planted === 'all' && one) faults.push('--planted all is for many seeds: give the name of one fault');
  return faults;
}

function wishOf(values: Values, { cores }: Known): Wish {
  if (values.list === true) return { type: 'list' };
  const { planted } = values;
  const common: Common = {
    jobs: number(values.jobs) ?? cores,
    shrink: values['no-shrink'] !== true,
    save: values.save,
    planted,
  };
  if (values.plan !== undefined) return { type: 'one', file: values.plan, ...ofRun(values), ...common };
  const options: PlanOptions = {
    ...(values.nodes === undefined ? {} : { nodes: Number(values.nodes) }),
    ...(values.minutes === undefined ? {} : { minutes: Number(values.minutes) }),
  };
  if (values.seed !== undefined)
    return { type: 'one', seed: Number(values.seed), options, ...ofRun(values), ...common };
  const count = number(values.seeds) ?? (planted === undefined ? 1_000 : 4_000);
  const seeds: Seeds = { from: number(values.from) ?? 1, count, options };
  if (planted !== undefined) return { type: 'planted', ...seeds, ...common, planted };
  if (values.hashes === true) return { type: 'hashes', ...seeds, ...common, binaries: listOf(values['node-binaries']) };
  return { type: 'seeds', ...seeds, ...common };
}

function ofRun(values: Values): { readonly cut: Cut; readonly trace: string | undefined } {
  const cut: Cut = {
    ...(values.only === undefined ? {} : { only: values.only === 'none' ? [] : listOf(values.only) }),
    ...(values.workers === undefined ? {} : { workers: Number(values.workers) }),
    ...(values['stop-after'] === undefined ? {} : { stopAfterMs: Number(values['stop-after']) }),
    ...(values.plain === undefined ? {} : { plain: listOf(values.plain) }),
  };
  return { cut, trace: values.trace };
}

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
