/**
 * The composition root of a worker: the one place where its actors, adapters and configuration meet.
 *
 *   / (supervisor, one-for-one)
 *   ├── keep-alive   ← links, file-sync
 *   ├── agent-info   ← the manager, links     collects, sends, clears what is confirmed
 *   ├── agent-groups ← the manager, links     holds what the master says
 *   ├── registration ← the local socket        forwards to the master
 *   ├── file-sync    ← integrity, links       fetches, stages, applies
 *   ├── integrity    ← the disk, file-sync    finds drift
 *   ├── control      ← the local socket
 *   ├── cluster-socket ← c-internal.sock: `doors/`
 *   ├── http-api     ← HTTP, where it is on: `doors/`
 *   └── links (supervisor)
 *       ├── node:MASTER
 *       └── dialer      ← the network
 *
 * Consumers start before producers, so nothing is said to an actor that is not there yet; they stop
 * in the opposite order, so the first to go is the network.
 */
import { type Ref, tell } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import { spawnControl, workerControlDefaults } from '@muster/control';
import { spawnFileReplica } from '@muster/file-sync';
import { type IntegrityEvent, type IntegrityMessage, integrityDefaults, spawnIntegrity } from '@muster/integrity';
import { spawnKeepAlive } from '@muster/keep-alive';
import { LinkError, openLink, type PausedLink } from '@muster/link';
import { type Metrics, openSampledTimes } from '@muster/metrics';
import { type DialerMessage, dialerDefaults, spawnDialer } from '@muster/node';
import type { GenerationAnnounced } from '@muster/protocol';
import { defaultExclusions, openReplicator, type Replication } from '@muster/tree';
import { workerAgentHealth } from './agents/answers.ts';
import { openAgents } from './agents/open-agents.ts';
import { askRegistration, registrationByMaster, spawnNodeRegistration } from './agents/registration.ts';
import { spawnWorkerAgents, type WorkerAgentsNode } from './agents/worker-agents.ts';
import { askingMaster } from './ask-master.ts';
import { nodeMetrics } from './doors/node-metrics.ts';
import { openDoors } from './doors/open-doors.ts';
import { both, openNodeEvents } from './events/node-events.ts';
import { contentOver } from './files/content-stream.ts';
import { inTurn } from './files/in-turn.ts';
import { fetchManifest, nextTurnOf } from './files/manifest-stream.ts';
import { openNodeFiles } from './files/node-files.ts';
import { once } from './files/once.ts';
import { openQuietDisk } from './files/quiet-disk.ts';
import { unlessStalled } from './files/stalled.ts';
import { inspectNode } from './inspect/inspect-node.ts';
import { heldLog, integrityLog, logPolling, logReplica, logReplication } from './integrity-log.ts';
import { lineLimit } from './line-limit.ts';
import { logDialer, logKeepAlive } from './link-log.ts';
import {
  guardLimits,
  integrityConfig,
  keepAliveConfig,
  keepAliveDeps,
  linkSettings,
  openStanding,
  type RunningNode,
  takeLink,
} from './node-core.ts';
import { type LinkedNode, openPeers } from './peers.ts';
import type { Platform } from './platform.ts';
import { openNodeSystem } from './system.ts';
import { workerAnswers } from './views/answers.ts';
import { noteWork } from './work/worker-work.ts';
import { workerRoutes } from './worker-routes.ts';

/** `giveUp` is called, with everything stopped, when the tree cannot be kept running. */
export async function composeWorker(
  config: NodeConfig,
  platform: Platform,
  giveUp: (reason: string) => void,
): Promise<RunningNode> {
  const { clock, disk, log, random } = platform;
  const { root: ossec, table, cluster, muster } = config;
  const tag = `Worker ${cluster.nodeName}`;
  const files = await openNodeFiles(config, platform, {
    dirty: (directories) => {
      tell(integrity, { type: 'dirty', directories });
      opened.dirty(directories);
    },
    exhausted: (error) => logPolling(log.for(tag, 'Local integrity'), error, config),
    poll: () => tell(integrity, { type: 'watch-exhausted' }),
  });
  const { owner, statePath, scanner } = files;
  const opened = await openAgents(config, platform, files, log.for(tag, 'Agent-info sync'));
  const replicator = openReplicator(
    { disk, random: random.next, learn: scanner.learn },
    {
      ...{ root: ossec, table, exclusions: defaultExclusions, owner, statePath },
      maxFileBytes: muster.integrity.maxFileSizeBytes,
    },
  );
  const recovered = once(async () => {
    const { found, renamed, removed, failures } = await replicator.recover();
    if (found === 'nothing') return;
    const journal = log.for(tag, 'Integrity sync');
    journal.info(`An interrupted run left a ${found}: ${renamed} renamed, ${removed} removed.`);
    for (const { path, text } of failures) journal.warning(`What it left of ${path} could not be done: ${text}`);
  });
  const events = await openNodeEvents(config, platform, opened.kv, log.for(tag, 'Main'));
  const times = openSampledTimes();
  const system = openNodeSystem(config, platform, tag, giveUp, [events.observer, times.observer]);
  const { root } = system;
  const peers = openPeers();
  const tellLog = integrityLog(log.for(tag, 'Local integrity'));
  const logHeld = heldLog(log.for(tag, 'Local integrity'));
  const limit = lineLimit(clock.now);
  const standing = openStanding(() => tell(keepAlive, { type: 'status-changed' }));
  const work = noteWork(clock.now);
  let master: PausedLink | undefined;
  let announced: GenerationAnnounced | undefined;

  const keepAlive = root.spawn((parent) =>
    spawnKeepAlive(
      parent,
      {
        ...keepAliveDeps(platform, peers, standing, () => agents?.marks() ?? {}),
        report: both((event) => logKeepAlive(log, limit, tag, event), events.keepAlive),
      },
      keepAliveConfig(config),
    ),
  );

  const linkedMaster = (): LinkedNode | undefined => (master === undefined ? undefined : peers.of(master.peer.node));
  const askMaster = askingMaster(linkedMaster);
  const agents: WorkerAgentsNode = await spawnWorkerAgents({
    ...{ root, config, platform, opened, tag, work },
    isLinked: () => master !== undefined,
    askMaster,
  });
  const by = registrationByMaster(askMaster);
  const registration = spawnNodeRegistration({ root, config, platform, tag, by, heard: events.registration });

  const open = unlessStalled((request, signal) => {
    if (master === undefined) throw new LinkError('closed', 'there is no link to the master');
    return master.open('file-sync', request, signal);
  }, clock);
  const content = contentOver(open);
  const quietDisk = openQuietDisk();
  const replicate = inTurn(async (plan: Replication, progress: ReplicationProgress, signal: AbortSignal) => {
    const replicating = () => quietDisk.writing(() => replicator.replicate(plan, content, progress, signal));
    const result = await work.replicating(plan, files.last()?.tree, replicating);
    files.work.replicated(result);
    // Who came and who went is known at once, also where nothing is watched: one stat.
    opened.dirty(['etc']);
    logReplication(log.for(tag, 'Integrity sync'), plan, result);
    events.replicated(plan, result);
    return result;
  });
  const fileReplica = root.spawn((parent) =>
    spawnFileReplica(
      parent,
      {
        clock,
        master: () => ({ linked: master !== undefined, announced }),
        fetchManifest: (id, signal) =>
          work.listing(() => fetchManifest(open, id, files.last()?.tree, signal, nextTurnOf(platform))),
        replicate,
        rescan: (directories, mark) => tell(integrity, { type: 'touched', directories, mark }),
        confirmGeneration: (id) => {
          if (master !== undefined) peers.send(master.peer.node, 'integrity', { type: 'confirm-generation', id });
        },
        compared: work.compared,
        report: ({ type: _, ...status }) => {
          logReplica(log, tag, status);
          events.replica(status);
          standing.set(status);
        },
      },
      { guard: guardLimits(config) },
    ),
  );

  const integrityHeard = (event: IntegrityEvent): void => {
    tellLog(event);
    if (event.type === 'local-tree') tell(fileReplica, event);
  };
  const integrity: Ref<IntegrityMessage> = root.spawn((parent) =>
    spawnIntegrity(
      parent,
      {
        clock,
        scan: async (extent, signal) => {
          await recovered();
          // Our own writes wake the watcher: a scan amid them would read for nothing what is not yet in place.
          await quietDisk.quiet();
          const found = await work.scanning(() => files.scan(extent, signal));
          logHeld(found.problems);
          return found;
        },
        watch: files.watch,
        saveCache: files.saveCache,
        firstEpoch: () => Promise.reject(new Error('bug: a worker numbers nothing')),
        report: integrityHeard,
      },
      { ...integrityDefaults, ...integrityConfig(config) },
    ),
  );

  const inspecting = inspectNode({ config, platform, system, tag });
  const views = workerAnswers({
    inspect: inspecting.views,
    metrics: () => metrics,
    ...{ config, platform, system, files, standing, peers, keepAlive, integrity, fileReplica, events },
    dialer: () => dialer,
    master: linkedMaster,
    work,
    agentWork: () => workerAgentHealth(agents, opened),
    registration: (request) => askRegistration(registration, { type: 'local' }, request),
  });
  const answers = events.recorded(views);
  const control = root.spawn((parent) =>
    spawnControl(
      parent,
      {
        ...{ clock, answers, ownNode: cluster.nodeName, listen: platform.listenLocally },
        warn: (text) => log.for('Local Server', 'Main').warning(text),
      },
      workerControlDefaults,
    ),
  );

  const metrics: Metrics = nodeMetrics({
    ...{ config, platform, system, peers, answers, events: events.journal, times },
  });
  openDoors({
    ...{ root, config, platform, system, files, peers, answers, metrics },
    ...{ tag, events: events.journal },
    registration: (request) => askRegistration(registration, { type: 'local' }, request),
  });

  const links = root.supervise('links');
  const { own, deps } = linkSettings(config, platform);
  const linking = {
    ...{ platform, links, peers, keepAlive, limit },
    routes: workerRoutes({ keepAlive, fileReplica, agents, control }, (generation) => {
      announced = generation;
      work.announced(generation.id);
    }),
    linked: (link: PausedLink) => {
      master = link;
      announced = undefined;
      work.linkChanged();
      tell(fileReplica, { type: 'linked' });
      agents.linked();
    },
    unlinked: (link: PausedLink, { end }: { readonly end: Extract<DialerMessage, { type: 'link-closed' }>['end'] }) => {
      if (master === link) {
        master = undefined;
        work.linkChanged();
      }
      tell(fileReplica, { type: 'unlinked' });
      agents.unlinked();
      tell(dialer, { type: 'link-closed', end });
    },
  };
  const dialer: Ref<DialerMessage> = links.spawn((parent) =>
    spawnDialer(
      parent,
      {
        clock,
        random,
        dial: async (signal, connected) => {
          const connection = await platform.links.dial(signal);
          connected();
          return openLink(connection, own, deps);
        },
        linkOpened: (link) => takeLink(link, linking),
        isLinked: () => master !== undefined,
        report: both((event) => logDialer(log, cluster.nodeName, event), events.dialer),
      },
      { ...dialerDefaults, retryMinMs: muster.link.retryMinMs, retryMaxMs: muster.link.retryMaxMs },
    ),
  );

  return {
    system,
    metrics,
    stop: async () => {
      await Promise.all([events.close(), system.stop()]);
      inspecting.close();
      await opened.close();
      await files.close();
    },
  };
}

type ReplicationProgress = (done: { readonly files: number; readonly bytes: number }) => void;
