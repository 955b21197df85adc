/** What a person writes for `muster lb` on the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandDeps, Output } from './commands.ts';
import type { ExitCode } from './exit-codes.ts';
import { type HaproxyPrint, type LbOptions, printHaproxyFor, printNginxFor } from './lb.ts';
import type { NamedNode } from './lb-site.ts';

/** `worker1=10.0.0.5`, `worker1=10.0.0.5:1514`, `worker1=[2001:db8::5]:1514`. */
export function namedNode(text: string, before: readonly NamedNode[] = []): readonly NamedNode[] {
  const [, name, bracketed, plain, port] =
    /^([A-Za-z0-9_-]{1,64})=(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:\s]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))(?::([0-9]{1,5}))?$/.exec(
      text,
    ) ?? [];
  const address = bracketed ?? plain;
  const number = port === undefined ? undefined : Number(port);
  if (name === undefined || address === undefined || (number !== undefined && (number < 1 || number > 65_535)))
    throw new InvalidArgumentError(
      'Write NAME=ADDRESS or NAME=ADDRESS:PORT; an IPv6 address with a port as [::1]:1514.',
    );
  return [...before, { name, address, port: number }];
}

export function agentCount(text: string): number {
  const count = /^[0-9]{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= 1_000_000) return count;
  throw new InvalidArgumentError('Agents are a whole number from 1 to 1000000.');
}

/** A path that can stand in a file that is read by words. */
export function pathArgument(text: string): string {
  if (/^\/[A-Za-z0-9._/-]{1,200}$/.test(text)) return text;
  throw new InvalidArgumentError('An absolute path is wanted, of letters, digits and . _ - /.');
}

/** Adds `muster lb haproxy` and `muster lb nginx` to `parent`. `withRoot` gives a command its --root. */
export function addLb(
  parent: Command,
  withRoot: (command: Command) => Command,
  deps: CommandDeps,
  output: Output,
  finish: (code: ExitCode) => void,
): void {
  const lb = parent.command('lb').description('print a configuration for a load balancer in front of the cluster');
  const child = (name: string, about: string): Command =>
    withRoot(lb.command(name).description(about))
      .addOption(new Option('--agents <count>', 'agents that there may be').argParser(agentCount).default(10_000))
      .addOption(
        new Option('--node <name=address[:port]>', 'a node, in place of what is known of it; may be repeated')
          .argParser<readonly NamedNode[]>(namedNode)
          .default([], 'none'),
      );
  child('haproxy', 'for HAProxy, which Muster keeps in step with the cluster')
    .addOption(
      new Option('--socket <path>', 'where its Runtime API is to listen')
        .argParser(pathArgument)
        .default('/run/haproxy/admin.sock'),
    )
    .addOption(
      new Option('--agents-file <path>', 'the file that Muster keeps; by default what haproxy.persist says').argParser(
        pathArgument,
      ),
    )
    .addOption(new Option('--part <part>', 'which of the files').choices(['main', 'agents']).default('main'))
    .addOption(new Option('--service <kind>', 'how it is started, in place of the files').choices(['systemd', 'init']))
    .action(async (options: Partial<HaproxyPrint> & Omit<HaproxyPrint, 'agentsFile' | 'service'>) =>
      finish(await printHaproxyFor(deps, output, { agentsFile: undefined, service: undefined, ...options })),
    );
  child('nginx', 'for nginx (module stream), which Muster does not change').action(async (options: LbOptions) =>
    finish(await printNginxFor(deps, output, options)),
  );
}
