/** `muster lb`: a configuration for the load balancer in front of the cluster. */
import type { NodeConfig } from '@muster/config';
import {
  connectionsOf,
  ownServers,
  printAgentsFile,
  printHaproxy,
  printInitScript,
  printNginx,
  printUnit,
  type Site,
} from '@muster/haproxy';
import type { NodeView } from '@muster/protocol';
import type { CommandDeps, Output } from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type NamedNode, siteOf } from './lb-site.ts';

export interface LbOptions {
  readonly root: string;
  /** Agents that there may be. */
  readonly agents: number;
  readonly node: readonly NamedNode[];
  /** The load balancer's own address; undefined: all that it has. */
  readonly bind: string | undefined;
}

export interface HaproxyPrint extends LbOptions {
  /** The Runtime API's. Undefined: the first one of `haproxy.instances` on this machine, else HAProxy's usual one. */
  readonly socket: string | undefined;
  /** Where it listens over TCP, too. */
  readonly runtime: string | undefined;
  /** The file that Muster keeps. Undefined: what `haproxy.persist` says, else none. */
  readonly agentsFile: string | undefined;
  readonly part: 'main' | 'agents';
  /** How it is started, in place of the configuration. */
  readonly service: 'systemd' | 'init' | undefined;
}

export async function printHaproxyFor(deps: CommandDeps, output: Output, options: HaproxyPrint): Promise<ExitCode> {
  const { config, nodes } = await known(deps, output, options.root);
  const agentsFile = options.agentsFile ?? config?.muster.haproxy.persist;
  const site = siteFrom({ config, nodes }, options, output);
  const socket = options.socket ?? socketIn(config) ?? '/run/haproxy/admin.sock';
  const service = {
    configs: ['/etc/haproxy/haproxy.cfg', ...(agentsFile === undefined ? [] : [agentsFile])],
    files: connectionsOf(site) * 2 + 200,
  };
  if (options.service === 'systemd') output.out(printUnit(service).trimEnd());
  else if (options.service === 'init') output.out(printInitScript(service).trimEnd());
  else if (options.part === 'agents') output.out(printAgentsFile(site).trimEnd());
  else output.out(printHaproxy(site, { socket, agentsFile, runtime: options.runtime }).trimEnd());
  return exitCodes.fine;
}

export async function printNginxFor(deps: CommandDeps, output: Output, options: LbOptions): Promise<ExitCode> {
  const { config, nodes } = await known(deps, output, options.root);
  output.out(printNginx(siteFrom({ config, nodes }, options, output)).trimEnd());
  return exitCodes.fine;
}

const socketIn = (config: NodeConfig | undefined): string | undefined =>
  config?.haproxy?.instances.flatMap(({ endpoint }) =>
    'kind' in endpoint && endpoint.kind === 'unix' ? [endpoint.path] : [],
  )[0];

/** What would not work, though each program takes it, is said beside what is printed. */
function siteFrom({ config, nodes }: Known, { node, agents, bind }: LbOptions, output: Output): Site {
  const site = siteOf({ config, nodes, named: node, agents, bind });
  const own = ownServers(site);
  if (own.length > 0)
    output.error(
      `Of these addresses the load balancer itself would be asked, without end: ${own.join(', ')}. Name others with --node NAME=ADDRESS[:PORT], or give the load balancer an address of its own with --bind.`,
    );
  if (config?.cluster.nodeType === 'worker')
    output.error(
      'This is a worker: what muster.yaml of the master says of haproxy.nodes is not known here. Ask on the master.',
    );
  return site;
}

interface Known {
  readonly config: NodeConfig | undefined;
  readonly nodes: readonly NodeView[] | undefined;
}

/** What the node says, if it runs; that it does not is said, beside what is printed. */
async function known(deps: CommandDeps, output: Output, root: string): Promise<Known> {
  const config = await deps.readConfig(root).catch((error: Error) => {
    output.error(`The configuration of ${root} is not used: ${error.message}`);
    return undefined;
  });
  try {
    const client = await deps.look(root);
    return { config, nodes: (await client.cluster().finally(() => client.close())).nodes };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    output.error(`No node of ${root} can be asked, so only configured and named nodes are known: ${why}`);
    return { config, nodes: undefined };
  }
}
