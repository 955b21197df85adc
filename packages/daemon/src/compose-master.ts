/**
 * The composition root of a master: the one place where its actors, adapters and configuration meet.
 *
 *   / (supervisor, one-for-one)
 *   ├── haproxy (supervisor), where agents are balanced: `haproxy/balancers.ts`
 *   ├── keep-alive   ← links, integrity
 *   ├── agent-info   ← links, own-agents      merges the statuses of all agents
 *   ├── agent-groups ← the manager, links     the truth on who has which groups
 *   ├── own-agents   ← the manager            reports the agents of this node
 *   ├── registration ← the local socket, links adds and removes agents
 *   ├── file-sync    ← integrity, links       serves files
 *   ├── integrity    ← the disk, file-sync    numbers generations
 *   ├── control      ← the local socket, links
 *   ├── cluster-socket ← c-internal.sock: `doors/`
 *   ├── http-api     ← HTTP, where it is on: `doors/`
 *   └── links (supervisor)
 *       ├── node:NAME   one for each worker
 *       └── listener    ← the network
 *
 * Consumers start before producers, so nothing is said to an actor that is not there yet; they stop
 * in the opposite order, so the first to go is the network.
 */
import { ask, type Ref, tell } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import { spawnControl } from '@muster/control';
import { serverDefaults, spawnFileServer } from '@muster/file-sync';
import {
  type Generation,
  type IntegrityEvent,
  type IntegrityMessage,
  integrityDefaults,
  spawnIntegrity,
} from '@muster/integrity';
import { getNodes, type KeepAliveMessage, spawnKeepAlive } from '@muster/keep-alive';
import { acceptLink, type Connection, type PausedLink, type Rejection } from '@muster/link';
import { type Metrics, openSampledTimes } from '@muster/metrics';
import { type ListenerMessage, listenerDefaults, probe, spawnListener } from '@muster/node';
import { defaultExclusions, openContentReader } from '@muster/tree';
import { masterAgentHealth, masterAgentViews } from './agents/answers.ts';
import { type MasterAgentsNode, spawnMasterAgents } from './agents/master-agents.ts';
import { openAgents } from './agents/open-agents.ts';
import { askRegistration, openRegistrar, spawnNodeRegistration } from './agents/registration.ts';
import { nodeMetrics } from './doors/node-metrics.ts';
import { openDoors } from './doors/open-doors.ts';
import { nextEpoch } from './epoch.ts';
import { both, openNodeEvents } from './events/node-events.ts';
import { sendContent } from './files/content-stream.ts';
import { nextTurnOf, sendManifest } from './files/manifest-stream.ts';
import { openNodeFiles } from './files/node-files.ts';
import { openBalancers } from './haproxy/balancers.ts';
import { inspectNode } from './inspect/inspect-node.ts';
import { heldLog, integrityLog, logPolling } from './integrity-log.ts';
import { openKnownWorkers, watchKnownWorkers } from './known-workers.ts';
import { lineLimit } from './line-limit.ts';
import { logKeepAlive, logListener } from './link-log.ts';
import { masterRoutes } from './master-routes.ts';
import {
  integrityConfig,
  keepAliveConfig,
  keepAliveDeps,
  linkSettings,
  openStanding,
  type RunningNode,
  takeLink,
} from './node-core.ts';
import { openPeers } from './peers.ts';
import type { Platform } from './platform.ts';
import { openNodeSystem } from './system.ts';
import { masterAnswers } from './views/answers.ts';

/** `giveUp` is called, with everything stopped, when the tree cannot be kept running. */
export async function composeMaster(
  config: NodeConfig,
  platform: Platform,
  giveUp: (reason: string) => void,
): Promise<RunningNode> {
  const { clock, disk, log, wallNow } = platform;
  const files = await openNodeFiles(config, platform, {
    dirty: (directories) => {
      tell(integrity, { type: 'dirty', directories });
      opened.dirty(directories);
    },
    exhausted: (error) => logPolling(log.for('Master', 'Local integrity'), error, config),
    poll: () => tell(integrity, { type: 'watch-exhausted' }),
  });
  const opened = await openAgents(config, platform, files, log.for('Master', 'Agent-info sync'));
  const known = await openKnownWorkers(
    disk,
    `${files.statePath}/workers`,
    watchKnownWorkers(log.for('Master', 'Main')),
  );
  const events = await openNodeEvents(config, platform, opened.kv, log.for('Master', 'Main'));
  const times = openSampledTimes();
  const system = openNodeSystem(config, platform, 'Master', giveUp, [events.observer, times.observer]);
  const { root } = system;
  const peers = openPeers();
  const tellLog = integrityLog(log.for('Master', 'Local integrity'));
  const logHeld = heldLog(log.for('Master', 'Local integrity'));
  const limit = lineLimit(clock.now);
  const standing = openStanding(() => tell(keepAlive, { type: 'status-changed' }));
  let newest: Generation | undefined;

  const balancers = await openBalancers({
    ...{ root, config, platform, statePath: files.statePath },
    rows: () => ask(keepAlive, getNodes, 5_000),
    agents: () => agents.agents,
    heard: events.balancer,
  });

  const keepAlive: Ref<KeepAliveMessage> = root.spawn((parent) =>
    spawnKeepAlive(
      parent,
      {
        ...keepAliveDeps(platform, peers, standing, () => agents?.marks() ?? {}),
        report: (event) => {
          known.take(event);
          if (event.type === 'liveness-changed') balancers.changed();
          logKeepAlive(log, limit, 'Master', event);
          events.keepAlive(event);
        },
      },
      keepAliveConfig(config),
    ),
  );

  const agents: MasterAgentsNode = await spawnMasterAgents({ root, config, platform, opened, peers });
  const registrar = openRegistrar({ config, platform, opened, held: agents.held, authority: agents.authority });
  const registration = spawnNodeRegistration({
    root,
    config,
    platform,
    tag: 'Master',
    by: { role: 'master', registrar },
    heard: events.registration,
  });

  const content = openContentReader({
    disk,
    root: config.root,
    table: config.table,
    exclusions: defaultExclusions,
    tree: () => newest!.tree,
  });
  const fileServer = root.spawn((parent) =>
    spawnFileServer(
      parent,
      {
        clock,
        linkedWorkers: () => peers.all().map(({ link }) => link.peer.node),
        newest: () => newest,
        announce: (to, message) => peers.send(to, 'file-sync', message),
        writeManifest: (tree, id, stream) => sendManifest(tree, id, stream, nextTurnOf(platform)),
        sendContent: (_tree, digests, stream) =>
          sendContent(
            content,
            digests.map((digest) => content.entryOf(digest) ?? { digest, size: 0 }),
            stream,
          ),
      },
      serverDefaults,
    ),
  );

  const integrityHeard = (event: IntegrityEvent): void => {
    tellLog(event);
    events.integrity(event);
    if (event.type === 'status') standing.set(statusOf(event));
    if (event.type !== 'generation') return;
    newest = event.generation;
    tell(fileServer, { type: 'generation', generation: event.generation });
  };
  const integrity: Ref<IntegrityMessage> = root.spawn((parent) =>
    spawnIntegrity(
      parent,
      {
        clock,
        scan: async (extent, signal) => {
          const found = await files.scan(extent, signal);
          logHeld(found.problems);
          return found;
        },
        watch: files.watch,
        saveCache: files.saveCache,
        firstEpoch: () => nextEpoch(disk, `${files.statePath}/epoch`, wallNow()),
        report: integrityHeard,
      },
      { ...integrityDefaults, ...integrityConfig(config) },
    ),
  );

  const inspecting = inspectNode({ config, platform, system, tag: 'Master' });
  const views = masterAnswers({
    inspect: inspecting.views,
    metrics: () => metrics,
    ...{ config, platform, system, files, standing, peers, known, balancers, keepAlive, integrity, events },
    agents: masterAgentViews(agents, opened),
    agentCounts: agents.agents.counts,
    agentWork: () => masterAgentHealth(agents, opened),
    registration: (request) => askRegistration(registration, { type: 'local' }, request),
  });
  const answers = events.recorded(views);
  const control = root.spawn((parent) =>
    spawnControl(parent, {
      ...{ clock, answers, ownNode: config.cluster.nodeName, listen: platform.listenLocally },
      warn: (text) => log.for('Local Server', 'Main').warning(text),
    }),
  );

  const metrics: Metrics = nodeMetrics({
    ...{ config, platform, system, peers, answers, events: events.journal, times, agents: agents.agents.counts },
  });
  openDoors({
    ...{ root, config, platform, system, files, peers, answers, metrics },
    ...{ tag: 'Master', events: events.journal },
    registration: (request) => askRegistration(registration, { type: 'local' }, request),
  });

  const links = root.supervise('links');
  const routes = masterRoutes({ keepAlive, fileServer, integrity, control, agents, registration });
  const { own, deps } = linkSettings(config, platform);
  const linking = {
    ...{ platform, links, peers, keepAlive, routes, limit },
    linked: ({ peer }: PausedLink) => {
      tell(fileServer, { type: 'worker-linked', peer: peer.node });
      agents.linked(peer.node);
      balancers.changed();
    },
    unlinked: (link: PausedLink) => {
      tell(fileServer, { type: 'worker-unlinked', peer: link.peer.node });
      agents.unlinked(link.peer.node);
      tell(registration, { type: 'worker-unlinked', peer: link.peer.node });
      tell(listener, { type: 'link-closed', link });
    },
  };
  const listener: Ref<ListenerMessage<PausedLink>> = links.spawn((parent) =>
    spawnListener<Connection, PausedLink, Rejection>(
      parent,
      {
        clock,
        listen: (handlers) => platform.links.listen(handlers),
        greet: (connection, admit) => acceptLink(connection, own, ({ node }) => admit(node), deps),
        openLinks: () =>
          peers.all().map(({ link, since }) => ({ link, name: link.peer.node, address: link.peer.address, since })),
        linkOpened: (link) => takeLink(link, linking),
        probe: async (name) => {
          const node = peers.of(name);
          return node !== undefined && (await ask(node.actor, probe, 2_000)) === 'alive';
        },
        replace: (name, text) => {
          const node = peers.of(name);
          if (node !== undefined) tell(node.actor, { type: 'close', code: 'replaced', text });
        },
        report: both((event) => logListener(log, limit, event), events.listener),
      },
      { ownName: config.cluster.nodeName, ...listenerDefaults },
    ),
  );

  balancers.changed();
  return {
    system,
    metrics,
    stop: async () => {
      balancers.close();
      const written = Promise.all([known.close(), events.close()]);
      await system.stop();
      inspecting.close();
      await written;
      await opened.close();
      await files.close();
    },
  };
}

const statusOf = ({ id, state, files, why }: Extract<IntegrityEvent, { readonly type: 'status' }>) => ({
  ...(id === undefined ? {} : { holds: id }),
  state,
  files,
  ...(why === undefined ? {} : { why }),
});
