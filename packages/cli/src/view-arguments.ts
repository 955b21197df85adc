/** The command lines of what is shown of the running node. */
import type { AgentFilter } from '@muster/control';
import { type EventKind, eventKinds, MAX_EVENT_ROWS } from '@muster/protocol';
import { InvalidArgumentError, Option } from 'commander';
import { agentId, agentStatus, groupName } from './agent-arguments.ts';
import { agentsLook, showAgents } from './agents.ts';
import {
  type Adding,
  countUpTo,
  type Json,
  type Node,
  nodeName,
  type Root,
  timeSpan,
  type Watch,
  watchMsOf,
  withJson,
  withNode,
  withWatch,
} from './arguments.ts';
import { eventsLook, followEvents } from './events.ts';
import { type Look, show } from './view.ts';
import { agentLook, balanceLook, healthLook, metricsLook, nodesLook, treeLook, whyLook } from './views.ts';

type Flags = Root & Json & Watch & Node;

export function addViews(adding: Adding): void {
  const { command } = adding;
  const shown = viewer(adding);
  withWatch(withJson(command('nodes', 'show every node of the cluster, how far it is, and since when'))).action(
    (flags: Flags) => shown('nodes', flags, nodesLook),
  );
  withWatch(withJson(withNode(command('health', 'show how this node does')))).action((flags: Flags) =>
    shown('health', flags, healthLook(flags.node)),
  );
  withJson(command('why', 'explain in plain words why NODE is not in sync'))
    .argument('<node>', 'its name, as muster nodes shows it', nodeName)
    .action((node: string, flags: Flags) => shown('why', flags, whyLook(node)));
  withWatch(withJson(withNode(command('tree', 'show the living actors, their mailboxes and restarts')))).action(
    (flags: Flags) => shown('tree', flags, treeLook(flags.node)),
  );
  withNode(command('metrics', 'print the metrics of the node, as Prometheus reads them')).action((flags: Flags) =>
    shown('metrics', flags, metricsLook(flags.node)),
  );
  addAgents(adding);
  withWatch(
    withJson(
      command('balance', "on the master: show the agents' backend of each HAProxy, and what is done to it").option(
        '--plan',
        'what a plan made now would move; nothing is moved by asking',
      ),
    ),
  ).action((flags: Flags & { readonly plan?: true }) => shown('balance', flags, balanceLook(flags.plan === true)));
  addEvents(adding);
}

const viewer =
  ({ deps, output, finish }: Adding) =>
  async (name: string, { root, json, ...flags }: Root & Json & Watch, look: Look): Promise<void> => {
    const options = { root, json: json === true, watchMs: watchMsOf(flags), title: `muster ${name}` };
    finish(await show(deps, output, options, look));
  };

function addAgents(adding: Adding): void {
  const { command, deps, output, finish } = adding;
  withWatch(
    withJson(
      command('agents', 'list the agents: where they report, and whether they live')
        .option('--node <node>', 'only those that last reported to it', nodeName)
        .option('--status <status>', 'only those: active, disconnected, pending, never_connected', agentStatus)
        .option('--group <group>', 'only its members', groupName),
    ),
  ).action(async ({ root, json, watch, ...filter }: Root & Json & Watch & AgentFilter) => {
    const flags = { root, ...(json === undefined ? {} : { json }), ...(watch === undefined ? {} : { watch }) };
    if (watch !== undefined) return await viewer(adding)('agents', flags, agentsLook(filter));
    finish(await showAgents(deps, output, root, filter, json === true));
  });
  withJson(command('agent', 'show everything that is known of agent ID, and where it reported'))
    .argument('<id>', 'its number, as 12 or 012', agentId)
    .action((id: number, flags: Flags) => viewer(adding)('agent', flags, agentLook(id)));
}

interface EventFlags extends Flags {
  readonly kind?: EventKind;
  readonly last?: number;
  readonly since?: number;
  readonly follow?: true;
}

function addEvents(adding: Adding): void {
  const { command, deps, output, finish } = adding;
  withWatch(
    withJson(
      withNode(command('events', 'show what happened at this node: joins, losses, generations, repairs, restarts, …'))
        .addOption(new Option('--kind <kind>', 'only those').argParser(eventKind))
        .option('--last <count>', 'so many of the newest; otherwise 50', countUpTo(MAX_EVENT_ROWS))
        .option('--since <time>', 'only of the last 30s, 10m, 2h or 7d', timeSpan)
        .option('--follow', 'go on with what happens, until Ctrl-C'),
    ),
  ).action(async (flags: EventFlags) => {
    const { node, kind, last, since: sinceMs } = flags;
    const options = { node, kind, last, sinceMs };
    if (flags.follow !== true) return await viewer(adding)('events', flags, eventsLook(options, deps.wallNow));
    if (flags.watch !== undefined)
      throw new Error('Of --follow and --watch take one: --follow adds what happens below.');
    finish(await followEvents(deps, output, flags.root, options, flags.json === true));
  });
}

function eventKind(text: string): EventKind {
  const kind = eventKinds.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw new InvalidArgumentError(`A kind is one of ${eventKinds.join(', ')}.`);
}
