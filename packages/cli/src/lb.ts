/** `muster lb`: a configuration for the load balancer in front of the cluster. */
import type { NodeConfig } from '@muster/config';
import { connectionsOf, printAgentsFile, printHaproxy, printInitScript, printNginx, printUnit } from '@muster/haproxy';
import type { NodeView } from '@muster/protocol';
import type { CommandDeps, Output } from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type NamedNode, siteOf } from './lb-site.ts';

export interface LbOptions {
  readonly root: string;
  /** Agents that there may be. */
  readonly agents: number;
  readonly node: readonly NamedNode[];
}

export interface HaproxyPrint extends LbOptions {
  /** The Runtime API's. */
  readonly socket: string;
  /** The file that Muster keeps. Undefined: what `haproxy.persist` says, else none. */
  readonly agentsFile: string | undefined;
  readonly part: 'main' | 'agents';
  /** How it is started, in place of the configuration. */
  readonly service: 'systemd' | 'init' | undefined;
}

export async function printHaproxyFor(deps: CommandDeps, output: Output, options: HaproxyPrint): Promise<ExitCode> {
  const { config, nodes } = await known(deps, output, options.root);
  const agentsFile = options.agentsFile ?? config?.muster.haproxy.persist;
  const site = siteOf({ config, nodes, named: options.node, agents: options.agents });
  const service = {
    configs: ['/etc/haproxy/haproxy.cfg', ...(agentsFile === undefined ? [] : [agentsFile])],
    files: connectionsOf(site) * 2 + 200,
  };
  if (options.service === 'systemd') output.out(printUnit(service).trimEnd());
  else if (options.service === 'init') output.out(printInitScript(service).trimEnd());
  else if (options.part === 'agents') output.out(printAgentsFile(site).trimEnd());
  else output.out(printHaproxy(site, { socket: options.socket, agentsFile }).trimEnd());
  return exitCodes.fine;
}

export async function printNginxFor(deps: CommandDeps, output: Output, options: LbOptions): Promise<ExitCode> {
  const { config, nodes } = await known(deps, output, options.root);
  output.out(printNginx(siteOf({ config, nodes, named: options.node, agents: options.agents })).trimEnd());
  return exitCodes.fine;
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
    const client = await deps.open(root);
    return { config, nodes: (await client.cluster().finally(() => client.close())).nodes };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    output.error(`No node of ${root} can be asked, so only configured and named nodes are known: ${why}`);
    return { config, nodes: undefined };
  }
}
