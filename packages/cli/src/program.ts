import { resolve } from 'node:path';
import { isAway } from '@muster/control';
import { printable } from '@muster/render';
import { Argument, Command, CommanderError, Option } from 'commander';
import { type Adding, type Json, type Node, nodeName, type Root, withJson, withNode } from './arguments.ts';
import { drainNode } from './balance.ts';
import { addCare } from './care-arguments.ts';
import {
  type CommandDeps,
  checkConfig,
  forgetNode,
  type Output,
  printKey,
  setLogLevel,
  startNode,
  stopNode,
} from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { addLb } from './lb-arguments.ts';
import { addUser } from './user-arguments.ts';
import { addViews } from './view-arguments.ts';

const footer = `
R is the directory of the Wazuh manager: --root, or the environment's MUSTER_ROOT, or /var/ossec.

Exit codes
  0  fine
  1  a fault: wrong usage, wrong configuration, a request that the node refused
  2  nodes, health, balance: the node answered, and not everything is in sync, or balanced
     doctor: a check failed
  3  the node could not be reached: it does not run, may not be asked, or did not answer in time;
     or one behind it, its master or that of --node, could not
  start ends with the codes of the daemon: 75 where one runs already; and with -f 70 after too many crashes.`;

const levels = ['critical', 'error', 'warning', 'info', 'debug', 'debug2'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs one command line (without `node` and the script) and says how the process should end.
 * Never rejects: a fault is one line on `output.error`.
 */
export async function runProgram(
  argv: readonly string[],
  deps: CommandDeps,
  output: Output,
  environment: Environment,
  version: string,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.fine;
  const finish = (result: ExitCode): void => {
    code = result;
  };
  try {
    await buildProgram(deps, output, environment, version, finish).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return faultOf(error, output);
  }
}

function faultOf(error: unknown, output: Output): ExitCode {
  // Commander has printed its own words already; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.fault;
  // It may be a peer's words; only line ends of our own are kept.
  const words = error instanceof Error ? error.message : String(error);
  output.error(words.split('\n').map(printable).join('\n'));
  return isAway(error) ? exitCodes.notReachable : exitCodes.fault;
}

/** Every command with its options; `finish` is told how the one that is run ends. */
export function buildProgram(
  deps: CommandDeps,
  output: Output,
  environment: Environment,
  version: string,
  finish: (code: ExitCode) => void,
): Command {
  const program = new Command('muster')
    .description('The cluster daemon for Wazuh managers: keeps their files identical, and shows what it does.')
    .version(version, '-V, --version')
    .addOption(new Option('--root <R>', 'directory of the manager').argParser(resolveRoot).hideHelp())
    .enablePositionalOptions()
    .hook('preAction', takeRootBefore)
    .addHelpText('after', footer)
    .showHelpAfterError('(muster --help lists the commands)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.error(text.trimEnd()),
    });
  const withRoot = rootOption(environment);
  const command = (usage: string, about: string): Command => withRoot(program.command(usage).description(about));
  const group: Adding['group'] = (usage, about) => {
    const parent = program.command(usage).description(about);
    return (name, text) => withRoot(parent.command(name).description(text));
  };
  const adding: Adding = { command, group, deps, output, finish };

  addStart(adding);
  command('stop', 'stop the node of R, and wait until it has ended').action(async ({ root }: Root) =>
    finish(await stopNode(deps, output, root)),
  );
  withJson(command('check-config', 'check ossec.conf and muster.yaml of R, and show what they come to')).action(
    async ({ root, json }: Root & Json) => finish(await checkConfig(deps, output, root, json === true)),
  );
  program
    .command('key')
    .description('print a new random key for <key> of ossec.conf')
    .action(async () => finish(await printKey(deps, output)));
  addViews(adding);
  addOrders(adding);
  addLb(adding);
  addUser(adding);
  addInspect(adding);
  addCare(adding);
  return program;
}

function rootOption(environment: Environment): (command: Command) => Command {
  const defaultRoot = resolve(environment.MUSTER_ROOT || '/var/ossec');
  const words = environment.MUSTER_ROOT ? `${defaultRoot}, by MUSTER_ROOT` : defaultRoot;
  return (command) =>
    command.addOption(
      new Option('--root <R>', 'directory of the manager').argParser(resolveRoot).default(defaultRoot, words),
    );
}

const resolveRoot = (root: string): string => resolve(root);

/** `muster --root R nodes` is `muster nodes --root R`. */
function takeRootBefore(program: Command, command: Command): void {
  const { root } = program.opts<Partial<Root>>();
  if (root !== undefined && command.getOptionValueSource('root') !== 'cli') command.setOptionValue('root', root);
}

function addStart({ command, deps, output, finish }: Adding): void {
  command('start', 'start the node of R')
    .option('-f, --foreground', 'stay in the foreground and log to stdout')
    .option('-d, --debug', 'log more; twice for more still', (_value: string, times: number) => times + 1, 0)
    .option('-r, --stay-root', 'keep running as root')
    .addOption(
      new Option('--log-format <format>', 'layout of the log lines, instead of what muster.yaml says').choices([
        'plain',
        'json',
      ]),
    )
    .action(async (options: Root & StartFlags) =>
      finish(
        await startNode(deps, output, {
          root: options.root,
          foreground: options.foreground === true,
          debug: Math.min(2, options.debug),
          logFormat: options.logFormat,
          stayRoot: options.stayRoot === true,
        }),
      ),
    );
}

/** What changes something. */
function addOrders({ command, deps, output, finish }: Adding): void {
  command('forget', 'on the master: list a worker that is gone for good no more')
    .argument('<node>', 'its name, as muster nodes shows it', nodeName)
    .action(async (node: string, { root }: Root) => finish(await forgetNode(deps, output, root, node)));
  const drains = [
    ['drain', 'on the master: move the agents of NODE to the others through HAProxy, and give it no new ones', true],
    ['undrain', 'on the master: give NODE agents again', false],
  ] as const;
  for (const [name, about, drained] of drains) {
    command(name, about)
      .argument('<node>', 'its name, as muster nodes shows it', nodeName)
      .action(async (node: string, { root }: Root) => finish(await drainNode(deps, output, root, node, drained)));
  }
  withNode(command('log-level', 'change how much the node logs, until its next start or reload'))
    .addArgument(new Argument('<level>', 'how much').choices(levels))
    .action(async (level: (typeof levels)[number], { root, node }: Root & Node) =>
      finish(await setLogLevel(deps, output, { root, node, level })),
    );
}

function addInspect({ command, deps, output, finish }: Adding): void {
  command('inspect', 'look at the actors of any node from inside: a prompt with completion, or commands of a script')
    .option('--node <node>', 'the node to look at first; otherwise this one', nodeName)
    .option('--operate', 'allow what changes a node: ask, tell, crash, restart, log')
    .option('--json', 'one JSON value for each command')
    .option('--eval <commands>', 'do these, separated by ;, in place of what is typed or piped: "tree; links"')
    .action(async ({ root, node, operate, json, eval: commands }: Root & Json & Node & InspectFlags) =>
      finish(
        await deps.inspect(root, { node, operate: operate === true, json: json === true, eval: commands }, output),
      ),
    );
}

interface InspectFlags {
  readonly operate?: true;
  readonly eval?: string;
}
interface StartFlags {
  readonly foreground?: true;
  readonly debug: number;
  readonly logFormat?: 'plain' | 'json';
  readonly stayRoot?: true;
}
