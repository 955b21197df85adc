/** Whole nodes in this process, composed as in production, on a clock that moves when told and a network in memory. */
import { setMaxListeners } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nactScheduler } from '@muster/actor';
import { fixedRandom, type ManualClock, manualClock } from '@muster/actor/testing';
import { loadConfig } from '@muster/config';
import type { ListenHandlers, LocalReply, LocalRequest } from '@muster/control';
import { HaproxyError, type HaproxyPorts } from '@muster/haproxy';
import type { Connection } from '@muster/link';
import type { Log, Logger } from '@muster/log';
import { unixSockets } from '@muster/manager';
import type { ClusterView, NodeView } from '@muster/protocol';
import { emptyDisk, type MemoryDisk, openMemoryKv } from '@muster/store';
import { nodeDisk } from '@muster/tree';
import { nodeHost } from '../src/adapters/host.ts';
import { composeMaster, composeWorker, type Platform, type RunningNode } from '../src/index.ts';
import { type MemoryNetwork, memoryNetwork } from './memory-network.ts';

export interface TestNode {
  readonly name: string;
  readonly root: string;
  readonly running: RunningNode;
  readonly logged: readonly string[];
  readonly gaveUp: readonly string[];
  /** Over its local socket, as `muster` does. */
  ask(request: LocalRequest): Promise<LocalReply>;
  /** A connection to its `c-internal.sock`, as the manager's programs open one. */
  dialInternally(): Promise<Connection>;
  write(path: string, text: string): void;
  /** Every synchronised file with its content. */
  files(): Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface TestCluster {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly nodes: readonly TestNode[];
  readonly master: TestNode;
  /** Moves the clock on until `holds` does; rejects after 8 s of real time with what it knows. */
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
  view(): Promise<readonly NodeView[]>;
  /** Everybody is up, in sync with the newest generation, and has the master's very files. */
  inSync(): Promise<boolean>;
  close(): Promise<void>;
}

export const wallStart = 1_790_000_000_000;
/** Each look lets so much time pass on the nodes' clock, ms. */
const stepMs = 20;

/** What of the nodes is not as usual. `haproxy`: what stands for every HAProxy; nobody answers unless given. */
export interface TestMore {
  readonly haproxy?: HaproxyPorts;
  /** After what muster.yaml has already. */
  readonly muster?: string;
  /** Within `<cluster>`, at its end. */
  readonly cluster?: string;
  /** Lays files into an R before its node starts. */
  readonly lay?: (name: string, root: string) => void;
  /** What a node's store has when it starts. Empty unless given. */
  readonly stored?: (name: string) => MemoryDisk;
  /** Instead of a folder of its own, which is removed at the end. */
  readonly folder?: string;
}

const nobody = (): Promise<never> => Promise.reject(new HaproxyError('nowhere', 'unreachable', 'nobody answers'));
const noHaproxy: HaproxyPorts = { runtime: nobody, http: nobody, resolve: nobody, replaceFile: nobody, wait: nobody };

/** `restarts`: how many a supervisor grants in a minute. */
export async function openTestCluster(workers: number, restarts = 100, more: TestMore = {}): Promise<TestCluster> {
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), 'muster-compose-'));
  const clock = manualClock();
  const network = memoryNetwork();
  const names = ['master', ...Array.from({ length: workers }, (_, index) => `worker${index + 1}`)];
  const nodes: TestNode[] = [];
  for (const name of names)
    nodes.push(await openTestNode({ name, root: join(folder, name), clock, network, restarts, more }));
  const [master] = nodes as [TestNode];

  const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + 120_000;
    for (;;) {
      // What is asked may have to wait for a restart, and that for the clock.
      let answer: boolean | undefined;
      const asked = Promise.resolve(holds()).then((held) => {
        answer = held;
      });
      while (answer === undefined) {
        await Promise.race([asked, clock.advance(stepMs)]);
        if (performance.now() <= deadline) continue;
        throw new Error(`not in time: ${what}\n${nodes.flatMap(lastWords).join('\n')}`);
      }
      if (answer) return;
      await clock.advance(stepMs);
    }
  };
  const view = async () => ((await master.ask({ type: 'get-cluster' })) as ClusterView).nodes;
  const inSync = async (): Promise<boolean> => {
    const rows = await view().catch(() => []);
    const fine = rows.every(({ liveness, sync, lag }) => liveness === 'up' && sync === 'in-sync' && (lag ?? 0) === 0);
    if (rows.length !== nodes.length || !fine) return false;
    const wanted = JSON.stringify(master.files());
    return nodes.every((node) => JSON.stringify(node.files()) === wanted);
  };
  const close = async (): Promise<void> => {
    for (const node of [...nodes].reverse()) await node.stop();
    if (more.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  return { clock, network, nodes, master, until, view, inSync, close };
}

const lastWords = ({ name, logged }: TestNode): readonly string[] => logged.slice(-8).map((line) => `${name}: ${line}`);

interface NodeSettings {
  readonly name: string;
  readonly root: string;
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly restarts: number;
  readonly more: TestMore;
}

async function openTestNode({ name, root, clock, network, restarts, more }: NodeSettings): Promise<TestNode> {
  const role = name === 'master' ? 'master' : 'worker';
  for (const directory of ['etc/rules', 'etc/shared', 'queue/cluster', 'var/multigroups']) {
    mkdirSync(join(root, directory), { recursive: true });
  }
  writeFileSync(join(root, 'etc/ossec.conf'), ossecConf(name, role, more.cluster));
  more.lay?.(name, root);
  writeFileSync(join(root, 'etc/muster.yaml'), `restarts:\n  max: ${restarts}\n${more.muster ?? ''}`);
  const config = await loadConfig({ root, read: (path) => readFile(path, 'utf8').catch(() => undefined) });
  const identity = { cluster: 'one', node: name, role } as const;
  const logged: string[] = [];
  const gaveUp: string[] = [];
  const disk = nodeDisk({});
  const stored = more.stored?.(name) ?? emptyDisk();
  const scheduler = nactScheduler();
  const internal = network.transport(`internal of ${name}`);
  let local: { readonly handlers: ListenHandlers; readonly signal: AbortSignal } | undefined;
  const platform: Platform = {
    clock,
    wallNow: () => wallStart + clock.now(),
    random: fixedRandom(0.5),
    scheduler,
    defer: (run) => void setImmediate(run),
    disk,
    links: network.transport('master:1516', identity),
    listenLocally: async (handlers, signal) => {
      setMaxListeners(0, signal);
      const open = { handlers, signal };
      local = open;
      signal.addEventListener('abort', () => {
        if (local === open) local = undefined;
      });
    },
    listenInternally: async ({ connection }, signal) => {
      setMaxListeners(0, signal);
      const clients = new Set<Connection>();
      const listening = await internal.listen({
        rejected: () => {},
        connection: (one) => {
          clients.add(one);
          connection(one);
        },
      });
      signal.addEventListener('abort', () => {
        void listening.close();
        for (const one of clients) one.destroy();
      });
    },
    openStore: async (_path, options) => ({ kv: openMemoryKv(stored, options) }),
    sockets: unixSockets(),
    haproxy: more.haproxy ?? noHaproxy,
    log: logInto(logged),
    process: { pid: 1, uid: () => 1, rssBytes: () => 1, loopDelayMs: () => 0 },
    host: nodeHost,
  };
  const compose = role === 'master' ? composeMaster : composeWorker;
  const running = await compose(config, platform, (reason) => void gaveUp.push(reason));
  const ask = (message: LocalRequest): Promise<LocalReply> =>
    new Promise((reply, reject) => {
      if (local === undefined) return reject(new Error('the local socket is closed'));
      local.signal.addEventListener('abort', () => reject(new Error('the local socket closed')), { once: true });
      local.handlers.ask(message, {
        reply: reply as never,
        fail: (code, text) => reject(new Error(`${code}: ${text}`)),
      });
    });
  return {
    name,
    root,
    running,
    logged,
    gaveUp,
    ask,
    dialInternally: () => internal.dial(new AbortController().signal),
    write: (path, text) => writeFileSync(join(root, path), text),
    files: () => Object.fromEntries(filesBelow(root, ['etc/rules', 'etc/shared'])),
    stop: async () => {
      await running.stop();
      scheduler.stop();
      await disk.close();
    },
  };
}

const filesBelow = (root: string, directories: readonly string[]): readonly (readonly [string, string])[] =>
  directories.flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .flatMap((path) => {
        const text = textOf(path);
        return text === undefined ? [] : [[path.slice(root.length), text] as const];
      }),
  );

/** Undefined for a file that was removed since it was listed. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function logInto(lines: string[]): Log {
  const logger = (tag: string): Logger => {
    const say =
      (level: string) =>
      (text: string): void =>
        void lines.push(`${level} [${tag}] ${text}`);
    return {
      debug2: say('debug2'),
      debug: say('debug'),
      info: say('info'),
      warning: say('warning'),
      error: say('error'),
      critical: say('critical'),
    };
  };
  return {
    for: (tag, subtag) => logger(`${tag}] [${subtag}`),
    setLevel: () => {},
    level: () => 'debug2',
    reopen: () => {},
    close: async () => {},
  };
}

const ossecConf = (name: string, role: string, more = ''): string => `<ossec_config>
  <cluster>
    <name>one</name>
    <node_name>${name}</node_name>
    <node_type>${role}</node_type>
    <key>${'k1'.repeat(16)}</key>
    <nodes>
      <node>master.example</node>
    </nodes>
    <disabled>no</disabled>
${more}  </cluster>
</ossec_config>
`;
