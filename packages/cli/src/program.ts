import { resolve } from 'node:path';
import { type AgentFilter, isUnreachable } from '@muster/control';
import { printable } from '@muster/render';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { agentId, agentStatus, groupName } from './agent-arguments.ts';
import { showAgent, showAgents } from './agents.ts';
import { drainNode, showBalance } from './balance.ts';
import {
  type CommandDeps,
  checkConfig,
  explainNode,
  forgetNode,
  type Output,
  printKey,
  setLogLevel,
  showHealth,
  showNodes,
  showTree,
  startNode,
  stopNode,
} from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { addLb } from './lb-arguments.ts';
import { showMetrics } from './metrics.ts';
import { addUser } from './user-arguments.ts';

const footer = `
R is the directory of the Wazuh manager: --root, or the environment's MUSTER_ROOT, or /var/ossec.

Exit codes
  0  fine
  1  a fault: wrong usage, wrong configuration, a request that the node refused
  2  nodes, health, balance: the node answered, and not everything is in sync, or balanced
  3  the node could not be reached: it does not run, may not be asked, or did not answer in time
  start ends with the codes of the daemon: 75 where one runs already; and with -f 70 after too many crashes.`;

const levels = ['critical', 'error', 'warning', 'info', 'debug', 'debug2'] as const;

/**
 * Runs one command line (without `node` and the script) and says how the process should end.
 * Never rejects: a fault is one line on `output.error`.
 */
export async function runProgram(
  argv: readonly string[],
  deps: CommandDeps,
  output: Output,
  environment: Readonly<Record<string, string | undefined>>,
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
  return isUnreachable(error) ? exitCodes.notReachable : exitCodes.fault;
}

function buildProgram(
  deps: CommandDeps,
  output: Output,
  environment: Readonly<Record<string, string | undefined>>,
  version: string,
  finish: (code: ExitCode) => void,
): Command {
  const defaultRoot = resolve(environment.MUSTER_ROOT || '/var/ossec');
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
  const withRoot = (added: Command): Command =>
    added.addOption(
      new Option('--root <R>', 'directory of the manager')
        .argParser(resolveRoot)
        .default(defaultRoot, environment.MUSTER_ROOT ? `${defaultRoot}, by MUSTER_ROOT` : defaultRoot),
    );
  const command = (usage: string, about: string): Command => withRoot(program.command(usage).description(about));

  addStart(command('start', 'start the node of R'), deps, output, finish);
  command('stop', 'stop the node of R, and wait until it has ended').action(async ({ root }: Root) =>
    finish(await stopNode(deps, output, root)),
  );
  command('check-config', 'check ossec.conf and muster.yaml of R, and show what they come to').action(
    async ({ root }: Root) => finish(await checkConfig(deps, output, root)),
  );
  program
    .command('key')
    .description('print a new random key for <key> of ossec.conf')
    .action(async () => finish(await printKey(deps, output)));
  command('nodes', 'show every node of the cluster, how far it is, and since when')
    .option('--json', 'as JSON')
    .action(async ({ root, json }: Root & Json) => finish(await showNodes(deps, output, root, json === true)));
  command('health', 'show how this node does')
    .option('--json', 'as JSON')
    .action(async ({ root, json }: Root & Json) => finish(await showHealth(deps, output, root, json === true)));
  command('why', 'explain in plain words why NODE is not in sync')
    .argument('<node>', 'its name, as muster nodes shows it', nodeName)
    .action(async (node: string, { root }: Root) => finish(await explainNode(deps, output, root, node)));
  command('forget', 'on the master: list a worker that is gone for good no more')
    .argument('<node>', 'its name, as muster nodes shows it', nodeName)
    .action(async (node: string, { root }: Root) => finish(await forgetNode(deps, output, root, node)));
  addAgents(command, deps, output, finish);
  addBalance(command, deps, output, finish);
  addLb(program, withRoot, deps, output, finish);
  addUser(program, withRoot, deps, output, finish);
  command('metrics', 'print the metrics of the node, as Prometheus reads them')
    .option('--node <name>', 'of this node of the cluster instead')
    .action(async ({ root, node }: Root & { readonly node?: string }) =>
      finish(await showMetrics(deps, output, root, node)),
    );
  command('tree', 'show the living actors, their mailboxes and restarts')
    .option('--json', 'as JSON')
    .action(async ({ root, json }: Root & Json) => finish(await showTree(deps, output, root, json === true)));
  command('inspect', 'look at the actors of any node from inside: a prompt with completion, or commands of a script')
    .option('--node <node>', 'the node to look at first; otherwise this one', nodeName)
    .option('--operate', 'allow what changes a node: ask, tell, crash, restart, log')
    .option('--json', 'one JSON value for each command')
    .option('--eval <commands>', 'do these, separated by ;, in place of what is typed or piped: "tree; links"')
    .action(async ({ root, node, operate, json, eval: commands }: Root & Json & InspectFlags) =>
      finish(
        await deps.inspect(root, { node, operate: operate === true, json: json === true, eval: commands }, output),
      ),
    );
  command('log-level', 'change how much the node logs, until its next start or reload')
    .addArgument(new Argument('<level>', 'how much').choices(levels))
    .action(async (level: (typeof levels)[number], { root }: Root) =>
      finish(await setLogLevel(deps, output, root, level)),
    );
  return program;
}

const resolveRoot = (root: string): string => resolve(root);

/** `muster --root R nodes` is `muster nodes --root R`. */
function takeRootBefore(program: Command, command: Command): void {
  const { root } = program.opts<Partial<Root>>();
  if (root !== undefined && command.getOptionValueSource('root') !== 'cli') command.setOptionValue('root', root);
}

function addStart(start: Command, deps: CommandDeps, output: Output, finish: (code: ExitCode) => void): void {
  start
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

function addAgents(
  command: (usage: string, about: string) => Command,
  deps: CommandDeps,
  output: Output,
  finish: (code: ExitCode) => void,
): void {
  command('agents', 'list the agents: where they report, and whether they live')
    .option('--node <node>', 'only those that last reported to it', nodeName)
    .option('--status <status>', 'only those: active, disconnected, pending, never_connected', agentStatus)
    .option('--group <group>', 'only its members', groupName)
    .option('--json', 'as JSON')
    .action(async ({ root, json, ...filter }: Root & Json & AgentFilter) =>
      finish(await showAgents(deps, output, root, filter, json === true)),
    );
  command('agent', 'show everything that is known of agent ID, and where it reported')
    .argument('<id>', 'its number, as 12 or 012', agentId)
    .option('--json', 'as JSON')
    .action(async (id: number, { root, json }: Root & Json) =>
      finish(await showAgent(deps, output, root, id, json === true)),
    );
}

function addBalance(
  command: (usage: string, about: string) => Command,
  deps: CommandDeps,
  output: Output,
  finish: (code: ExitCode) => void,
): void {
  command('balance', "on the master: show the agents' backend of each HAProxy, and what is done to it")
    .option('--plan', 'what a plan made now would move; nothing is moved by asking')
    .option('--json', 'as JSON')
    .action(async ({ root, json, plan }: Root & Json & { readonly plan?: true }) =>
      finish(await showBalance(deps, output, root, { plan: plan === true, json: json === true })),
    );
  const drains = [
    ['drain', 'on the master: move the agents of NODE to the others through HAProxy, and give it no new ones', true],
    ['undrain', 'on the master: give NODE agents again', false],
  ] as const;
  for (const [name, about, drained] of drains) {
    command(name, about)
      .argument('<node>', 'its name, as muster nodes shows it', nodeName)
      .action(async (node: string, { root }: Root) => finish(await drainNode(deps, output, root, node, drained)));
  }
}

/** `[A-Za-z0-9_-]{1,64}` (`reference/links.md` 2, error 3060). */
function nodeName(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('A node has a name of 1 to 64 letters, digits, - and _: muster nodes lists them.');
}

interface Root {
  readonly root: string;
}
interface Json {
  readonly json?: true;
}
interface InspectFlags {
  readonly node?: string;
  readonly operate?: true;
  readonly eval?: string;
}
interface StartFlags {
  readonly foreground?: true;
  readonly debug: number;
  readonly logFormat?: 'plain' | 'json';
  readonly stayRoot?: true;
}
