/** One process of a node: composed by the same roots as in production, over ports of this world. */
import { loadConfig, type NodeConfig } from '@muster/config';
import type { LocalReply, LocalRequest } from '@muster/control';
import { composeMaster, composeWorker, type Platform, type RunningNode } from '@muster/daemon';
import type { Dice } from '../dice.ts';
import type { FileSystem } from '../disk/file-system.ts';
import { simulatedDisk } from '../disk/index.ts';
import type { HaproxyMachine } from '../haproxy/machine.ts';
import { simulatedHaproxy } from '../haproxy/simulated-haproxy.ts';
import type { Host } from '../host.ts';
import { simulatedSockets } from '../neighbours/index.ts';
import type { Neighbours } from '../neighbours/neighbour.ts';
import type { Network } from '../network/network.ts';
import type { Settings } from '../plan/settings.ts';
import { simulatedStores } from '../store/index.ts';
import type { StoreDisk } from '../store/store-disk.ts';
import type { Timeline } from '../timeline.ts';
import { type Program, type ProgramEnd, simulatedClusterSocket } from './cluster-socket.ts';
import type { OpenHearing } from './hearing.ts';
import { simulatedSocket } from './local-socket.ts';
import { simulatedLog } from './log.ts';
import { seededScheduler } from './scheduler.ts';
import { simulatedHost } from './simulated-host.ts';
import type { OpenThings, WallClock } from './world.ts';

/** Where a process runs, and what of it outlives the process. */
export interface Surroundings {
  readonly root: string;
  readonly master: string;
  readonly files: FileSystem;
  readonly wall: WallClock;
  readonly store: StoreDisk;
  readonly neighbours: Neighbours;
  readonly dice: Dice;
  readonly late: Settings['lateTurns'];
  readonly timeline: Timeline;
  readonly network: Network;
  readonly haproxy: HaproxyMachine;
  readonly hearing: OpenHearing;
}

export interface ProcessSettings extends Surroundings {
  readonly host: Host;
  /** Told once, when the composition root has returned. */
  readonly started: (process: NodeProcess) => void;
  /** It cannot start (bad configuration, a folder that cannot be made), or its tree cannot be kept running. */
  readonly ends: (what: 'start-failed' | 'gave-up', reason: string) => void;
}

export interface NodeProcess {
  readonly config: NodeConfig;
  readonly running: RunningNode;
}

/** What of a process is there before it has started. */
export interface StartingProcess {
  ask(request: LocalRequest): Promise<LocalReply>;
  connect(program: Program): ProgramEnd | undefined;
  readonly open: () => OpenThings;
}

/** Starts it; what becomes of it is told. */
export function startProcess(settings: ProcessSettings): StartingProcess {
  const { host, files, dice, timeline } = settings;
  const socket = simulatedSocket(host, { now: timeline.now, told: settings.hearing.tell.question });
  const programs = simulatedClusterSocket(host);
  const disk = simulatedDisk(files, host, dice.fork('disk'));
  const here = { ...settings, faults: files.faults, now: timeline.now };
  const stores = simulatedStores(here, host, dice.fork('stores'));
  const sockets = simulatedSockets(here, host, dice.fork('sockets'));
  const haproxy = simulatedHaproxy(settings.haproxy, host, dice.fork('haproxy'));
  let timers = 0;
  const clock: Platform['clock'] = {
    now: timeline.now,
    after: (delayMs, fire) => {
      let waits = true;
      timers += 1;
      const end = (): void => {
        if (waits) timers -= 1;
        waits = false;
      };
      const cancel = host.after(delayMs, 'timer', () => {
        end();
        fire();
      });
      return () => {
        end();
        cancel();
      };
    },
  };
  const listeners = { listenLocally: socket.listen, listenInternally: programs.listen };
  const ports = { clock, disk, sockets, haproxy, openStore: stores.open, ...listeners };
  void compose(settings, ports).then(
    (process) => host.alive() && settings.started(process),
    (error: unknown) => settings.ends('start-failed', error instanceof Error ? error.message : String(error)),
  );
  return {
    ask: socket.ask,
    connect: programs.connect,
    open: () => ({
      timers,
      connections: settings.network.open(host) + sockets.open() + haproxy.open() + programs.open(),
      files: disk.open() + stores.count(),
      watches: disk.watches(),
    }),
  };
}

/** Those of which something may be left open. */
type ProcessPorts = Pick<
  Platform,
  'clock' | 'disk' | 'sockets' | 'haproxy' | 'openStore' | 'listenLocally' | 'listenInternally'
>;

async function compose(settings: ProcessSettings, ports: ProcessPorts): Promise<NodeProcess> {
  const { root, files, ends } = settings;
  const read = async (path: string): Promise<string | undefined> => {
    const bytes = files.read(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const config = await loadConfig({ root, read });
  if (config.cluster.disabled) throw new Error('the cluster is disabled in etc/ossec.conf');
  const platform = platformOf(settings, config, ports);
  const composeNode = config.cluster.nodeType === 'master' ? composeMaster : composeWorker;
  const running = await composeNode(config, platform, (reason) => ends('gave-up', reason));
  return { config, running };
}

function platformOf(
  { host, wall, dice, late, network, hearing, master, files }: ProcessSettings,
  { cluster, muster: { link } }: NodeConfig,
  ports: ProcessPorts,
): Platform {
  const random = dice.fork('random');
  return {
    ...ports,
    wallNow: wall.now,
    random: { next: random.next, bytes: random.bytes },
    host: simulatedHost(files),
    scheduler: seededScheduler(host, dice.fork('turns'), late, (mailbox, what) =>
      hearing.tell.turn(host.node, mailbox, what),
    ),
    defer: (run) => void host.after(0, 'defer', run),
    links: network.transport(host, {
      identity: { cluster: cluster.name, node: cluster.nodeName, role: cluster.nodeType },
      key: cluster.key,
      ...(cluster.nodeType === 'worker' ? { master } : {}),
      handshakeMs: link.handshakeTimeoutMs,
      connections: link.connections,
      connectionsPerAddress: link.connectionsPerAddress,
    }),
    log: simulatedLog(host, hearing.tell.log),
    process: { pid: host.incarnation, uid: () => 0, rssBytes: () => 0, loopDelayMs: () => 0 },
  };
}
