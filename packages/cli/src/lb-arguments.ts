/** What a person writes for `muster lb` on the command line. */
import { siteDefaults } from '@muster/haproxy';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Adding } from './arguments.ts';
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

/** Of this machine's own: an address or a host name. */
export function addressArgument(text: string): string {
  if (/^[A-Za-z0-9.:_-]{1,253}$/.test(text)) return text;
  throw new InvalidArgumentError('An address is wanted, as 10.0.0.2, or a host name.');
}

/** `10.0.0.2:9999`, `[2001:db8::2]:9999`. */
export function placeArgument(text: string): string {
  const port = Number(/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]{2,45}\]):(\d{1,5})$/.exec(text)?.[1] ?? Number.NaN);
  if (port >= 1 && port <= 65_535) return text;
  throw new InvalidArgumentError('Write ADDRESS:PORT, as 10.0.0.2:9999 or [2001:db8::2]:9999.');
}

/** A path that can stand in a file that is read by words. */
export function pathArgument(text: string): string {
  if (/^\/[A-Za-z0-9._/-]{1,200}$/.test(text)) return text;
  throw new InvalidArgumentError('An absolute path is wanted, of letters, digits and . _ - /.');
}

type Optionally<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;
const absent = { agentsFile: undefined, service: undefined, bind: undefined, socket: undefined, runtime: undefined };

/** Adds `muster lb haproxy` and `muster lb nginx`. */
export function addLb({ group, deps, output, finish }: Adding): void {
  const lb = group('lb', 'print a configuration for a load balancer in front of the cluster');
  const child = (name: string, about: string): Command =>
    lb(name, about)
      .addOption(
        new Option('--agents <count>', 'agents that there may be').argParser(agentCount).default(siteDefaults.agents),
      )
      .addOption(
        new Option(
          '--bind <address>',
          'the load balancer listens there only; by default on all its addresses',
        ).argParser(addressArgument),
      )
      .addOption(
        new Option('--node <name=address[:port]>', 'a node, in place of what is known of it; may be repeated')
          .argParser<readonly NamedNode[]>(namedNode)
          .default([], 'none'),
      );
  child('haproxy', 'for HAProxy, which Muster keeps in step with the cluster')
    .addOption(
      new Option(
        '--socket <path>',
        'where its Runtime API is to listen; by default what haproxy.instances says, else /run/haproxy/admin.sock',
      ).argParser(pathArgument),
    )
    .addOption(
      new Option('--runtime <address:port>', 'where it is to listen too, for a Muster on another machine').argParser(
        placeArgument,
      ),
    )
    .addOption(
      new Option('--agents-file <path>', 'the file that Muster keeps; by default what haproxy.persist says').argParser(
        pathArgument,
      ),
    )
    .addOption(new Option('--part <part>', 'which of the files').choices(['main', 'agents']).default('main'))
    .addOption(new Option('--service <kind>', 'how it is started, in place of the files').choices(['systemd', 'init']))
    .action(async (options: Optionally<HaproxyPrint, keyof typeof absent>) =>
      finish(await printHaproxyFor(deps, output, { ...absent, ...options })),
    );
  child('nginx', 'for nginx (module stream), which Muster does not change').action(
    async (options: Optionally<LbOptions, 'bind'>) =>
      finish(await printNginxFor(deps, output, { bind: undefined, ...options })),
  );
}
