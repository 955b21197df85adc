import { help, parseArguments, type Wish } from './arguments.ts';
import { ChildStartError } from './child.ts';
import { type CommandDeps, exitCodes, print } from './deps.ts';
import { runHashes } from './hashes.ts';
import { runOne, UsageError } from './one.ts';
import { runPlanted } from './planted.ts';
import { runSeeds } from './seeds.ts';
import type { Named, SomePlan } from './simulator.ts';
import { columns } from './text.ts';

/** Runs one command line (without `node` and the script) and says with which code the process should end. */
export async function runCommand<P extends SomePlan>(deps: CommandDeps<P>, argv: readonly string[]): Promise<number> {
  const { simulator, cores, output } = deps;
  const wish = parseArguments(argv, {
    planted: simulator.planted.map(({ name }) => name),
    plain: Object.keys(simulator.plain),
    cores,
  });
  try {
    return await fulfil(deps, wish);
  } catch (error) {
    if (!(error instanceof ChildStartError) && !(error instanceof UsageError)) throw error;
    output.error(error.message);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
}

async function fulfil<P extends SomePlan>(deps: CommandDeps<P>, wish: Wish): Promise<number> {
  switch (wish.type) {
    case 'wrong':
      deps.output.error(wish.text);
      return exitCodes.usage;
    case 'help':
      deps.output.line(help(Object.keys(deps.simulator.plain)));
      return exitCodes.fine;
    case 'list':
      return showLists(deps);
    case 'seeds':
      return runSeeds(deps, wish);
    case 'planted':
      return runPlanted(deps, wish);
    case 'hashes':
      return runHashes(deps, wish);
    case 'one':
      return runOne(deps, wish);
  }
}

function showLists<P extends SomePlan>({ simulator, output }: CommandDeps<P>): number {
  const { planted, invariants, situations } = simulator;
  const part = (title: string, named: readonly Named[]): readonly string[] => [
    `${title}:`,
    ...columns(named.map(({ name, about }) => [`  ${name}`, about])),
  ];
  print(output, [
    ...part('Planted faults', planted),
    '',
    ...part('Invariants', [...invariants, ...ownInvariants]),
    '',
    ...part('Situations', situations),
  ]);
  return exitCodes.fine;
}

/** What the command itself holds of every run. */
export const ownInvariants: readonly Named[] = [
  { name: 'process-died', about: 'a run does not take its process down' },
  { name: 'no-progress', about: 'a run does not hang' },
  { name: 'run-rejected', about: 'a run ends with an outcome, not with an error' },
];
