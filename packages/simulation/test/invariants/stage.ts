/** A world without nodes: whoever tests an invariant plays all of them. */

import { createHash } from 'node:crypto';
import { loadConfig, type NodeConfig } from '@muster/config';
import {
  digestBytes,
  directoryNode,
  type Envelope,
  encodeDataHeader,
  encodeEnvelope,
  fileTree,
  type GenerationAnnounced,
  manifestBlocks,
  type WireMessage,
} from '@muster/protocol';
import { openDice } from '../../src/dice.ts';
import type { FileSystem } from '../../src/disk/file-system.ts';
import type { Author, FileChange, LogLine, ProcessChange } from '../../src/happenings.ts';
import { openHaproxyMachine } from '../../src/haproxy/machine.ts';
import { openNeighbours } from '../../src/neighbours/index.ts';
import type { Network } from '../../src/network/network.ts';
import { openStoreDisk } from '../../src/store/index.ts';
import { openTimeline, type Timeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';
import { type OpenHearing, openHearing } from '../../src/world/hearing.ts';
import type { SimNode, World } from '../../src/world/world.ts';

export interface Stage {
  readonly world: World;
  readonly master: PlayedNode;
  readonly worker: PlayedNode;
  readonly tell: OpenHearing['tell'];
  readonly violations: string[];
  readonly met: Set<string>;
  /** Lets so much time pass. */
  pass(ms: number): void;
  says(from: SimNode | string, to: SimNode | string, envelope: Envelope): void;
  tells(from: SimNode | string, to: SimNode | string, message: WireMessage): void;
  logs(node: SimNode, text: string, tag?: string): void;
  becomes(node: SimNode, what: ProcessChange['what']): void;
}

type Played<T> = { -readonly [K in keyof T]: T[K] };
export type PlayedNode = Played<SimNode> & { readonly disk: FileSystem };

export const root = '/var/ossec';
export const key = 'k1'.repeat(16);
export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function openStage(): Promise<Stage> {
  let now = 0;
  const hearing = openHearing();
  const violations: string[] = [];
  const met = new Set<string>();
  const dice = openDice(1);
  const trace = openTrace(10);
  const timeline: Timeline = { ...openTimeline(dice, trace), now: () => now };
  const master = await playedNode('master', 'master', hearing, () => now);
  const worker = await playedNode('worker1', 'worker', hearing, () => now);
  const faults = { latency: { maxMs: 1 }, handshake: { maxMs: 1 }, stall: 0, bandwidth: 1_000_000 };
  const network = { open: () => 0, mostBuffered: () => 0, faults } as unknown as Network;
  const world: World = {
    haproxy: openHaproxyMachine(timeline, dice.fork('haproxy')),
    ...{ dice, trace, timeline, network, master, workers: [worker], nodes: [master, worker], hear: hearing },
    settings: {
      ...{ seed: 1, workers: 1, files: 0, musterYaml: '', healWithinMs: 60_000, skewMs: {} },
      lateTurns: { chance: 0, maxMs: 0 },
    },
    violate: (invariant, text) => void violations.push(`${invariant}: ${text}`),
    met: (situation) => void met.add(situation),
  };
  const nameOf = (end: SimNode | string): string => (typeof end === 'string' ? end : end.name);
  const says: Stage['says'] = (from, to, envelope) =>
    hearing.tell.sent({ from: nameOf(from), to: nameOf(to), bytes: encodeEnvelope(envelope) });
  return {
    ...{ world, master, worker, tell: hearing.tell, violations, met, says },
    pass: (ms) => {
      now += ms;
    },
    tells: (from, to, said) => {
      const message = said.type === 'beat' && said.wallMs === justNow ? { ...said, wallMs: master.wall.now() } : said;
      says(from, to, { kind: 'tell', to: addresseeOf(message), message });
    },
    logs: (node, text, tag = 'Cluster] [Main') =>
      hearing.tell.log({ node: node.name, level: 'info', tag, text } satisfies LogLine),
    becomes: (node, what) => hearing.tell.process({ node: node.name, incarnation: 1, what }),
  };
}

const addresseeOf = ({ type }: WireMessage) =>
  type === 'beat' ? 'keep-alive' : type === 'confirm-generation' ? 'integrity' : 'file-sync';

async function playedNode(
  name: string,
  role: 'master' | 'worker',
  hearing: OpenHearing,
  now: () => number,
): Promise<PlayedNode> {
  const disk = playedDisk(name, hearing.tell.file);
  const config = await configOf(name, role);
  return {
    ...{ name, role, root, files: disk, disk, store: openStoreDisk(now), neighbours: openNeighbours() },
    wall: { now: () => 1_790_000_000_000 + now(), jump: () => {}, drift: () => {} },
    host: () => undefined,
    running: () => undefined,
    config: () => config,
    start: () => {},
    stop: async () => {},
    kill: () => {},
    losePower: () => {},
    dieAtEffect: () => {},
    pause: () => {},
    ask: () => Promise.reject(new Error('nobody listens')),
    connect: () => undefined,
    tellQuestion: () => {},
    open: () => ({ timers: 0, connections: 0, files: 0, watches: 0 }),
  };
}

const configs = new Map<string, Promise<NodeConfig>>();

function configOf(name: string, role: string): Promise<NodeConfig> {
  const known = configs.get(name) ?? readConfig(name, role);
  configs.set(name, known);
  return known;
}

const readConfig = (name: string, role: string): Promise<NodeConfig> =>
  loadConfig({
    root,
    read: async (path) =>
      path.endsWith('etc/ossec.conf')
        ? `<ossec_config><cluster><name>one</name><node_name>${name}</node_name><node_type>${role}</node_type>
           <key>${key}</key><nodes><node>master.example</node></nodes><disabled>no</disabled></cluster></ossec_config>`
        : undefined,
  });

/** Files in a map; a directory is there when something is below it, or it was made. */
function playedDisk(node: string, told: (change: FileChange) => void): FileSystem {
  const files = new Map<string, { content: Uint8Array; mode: number }>();
  const directories = new Set<string>();
  const below = (path: string) => [...files.keys()].filter((one) => one.startsWith(`${path}/`)).sort();
  const say = (kind: FileChange['kind'], path: string, by: Author, from?: string): void =>
    told({ node, by, kind, path, ...(from === undefined ? {} : { from }) });
  const makeParents = (path: string): void => {
    const parts = path.split('/');
    for (let n = 2; n < parts.length; n++) directories.add(parts.slice(0, n).join('/'));
  };
  /** A directory takes no bytes, and nothing is below a file. */
  const isBlocked = (path: string): boolean =>
    below(path).length > 0 || [...files.keys()].some((one) => path.startsWith(`${one}/`));
  const write: FileSystem['write'] = (path, content, by) => {
    if (isBlocked(path)) return false;
    makeParents(path);
    files.set(path, { content, mode: files.get(path)?.mode ?? 0o660 });
    say('content', path, by);
    return true;
  };
  return {
    node,
    read: (path) => files.get(path)?.content,
    size: (path) => files.get(path)?.content.length,
    mode: (path) => files.get(path)?.mode,
    filesBelow: (directory) => below(directory).map((path) => [path, files.get(path)!.content] as const),
    exists: (path) => files.has(path) || directories.has(path),
    write,
    replace: write,
    writeUnseen: write,
    remove: (path, by) => {
      for (const one of [...below(path), path]) if (files.delete(one)) say('removed', one, by);
      const gone = [...directories].filter((one) => one === path || one.startsWith(`${path}/`));
      for (const one of gone.sort().reverse()) if (directories.delete(one)) say('removed', one, by);
      return true;
    },
    rename: (from, to, by) => {
      // A directory goes neither over a file nor into itself.
      if (isBlocked(to) || to.startsWith(`${from}/`) || (files.has(to) && !files.has(from))) return false;
      makeParents(to);
      for (const one of [...below(from), from]) {
        const file = files.get(one);
        if (file !== undefined && files.delete(one)) files.set(`${to}${one.slice(from.length)}`, file);
      }
      for (const one of [...directories].filter((each) => each === from || each.startsWith(`${from}/`)))
        if (directories.delete(one)) directories.add(`${to}${one.slice(from.length)}`);
      say('moved', to, by, from);
      return true;
    },
    chmod: (path, mode, by) => {
      const file = files.get(path);
      if (file !== undefined) files.set(path, { ...file, mode });
      say('meta', path, by);
      return true;
    },
    makeDirectory: (path, by) => {
      makeParents(`${path}/x`);
      say('made', path, by);
      return true;
    },
    symlink: (path, _target, by) => {
      say('made', path, by);
      return true;
    },
    hardLink: () => false,
    unmount: () => false,
    mount: () => false,
    settle: () => {},
    volume: undefined as never,
    onChange: () => {},
    losePower: () => {},
    faults: {
      latency: { minMs: 0, maxMs: 0, perFileMs: 0 },
      failures: [],
      freeBytes: undefined,
      hints: { maxLateMs: 0, lost: 0, twice: 0 },
      maxWatches: 1,
      yieldAfterStep: 0,
    },
  };
}

/** An announcement of `generation`, of epoch 1. */
export const announcement = (
  generation: number,
  more: Partial<GenerationAnnounced> & { rootByte?: number } = {},
): GenerationAnnounced => {
  const { rootByte = generation, ...rest } = more;
  return {
    type: 'generation',
    id: { epoch: 1, generation },
    root: new Uint8Array(64).fill(rootByte),
    files: 1,
    bytes: 1,
    ...rest,
  };
};

/** Of a beat: it is said as soon as it is made. */
const justNow = 1;

export const beat = (holds?: { epoch: number; generation: number }): WireMessage => ({
  type: 'beat',
  sequence: 1,
  wallMs: justNow,
  state: holds === undefined ? 'syncing' : 'in-sync',
  files: 1,
  loopDelayMs: 0,
  ...(holds === undefined ? {} : { holds }),
});

export const digest = (text: string): string => createHash('blake2b512').update(text).digest('hex');
const id = (generation: number) => ({ epoch: 1, generation });

/** The worker asks for the list of generation 1 and gets it. */
export function sendManifest(
  { master, worker, says, tell }: Stage,
  files: Readonly<Record<string, string>>,
): Uint8Array {
  const entries = new Map(
    Object.entries(files).map(([name, text]) => [name, { size: text.length, digest: digest(text) }] as const),
  );
  const tree = fileTree(new Map([['etc/rules', directoryNode(entries)]]));
  says(worker, master, {
    ...{ kind: 'open', stream: 1, to: 'file-sync', credit: 1_000_000 },
    message: { type: 'get-manifest', id: id(1) },
  });
  const pieces = [...manifestBlocks(tree, id(1))].flatMap((block) => [encodeDataHeader(1, block.length), block]);
  const all = Buffer.concat([...pieces, encodeEnvelope({ kind: 'end', stream: 1 })]);
  // However it is cut.
  tell.sent({ from: 'master', to: 'worker1', bytes: all.subarray(0, 4) });
  tell.sent({ from: 'master', to: 'worker1', bytes: all.subarray(4, 40) });
  tell.sent({ from: 'master', to: 'worker1', bytes: all.subarray(40) });
  return digestBytes(tree.root);
}
