/** A world of real disks and a real clock, whose processes and network only record what is done to them. */

import type { Transport } from '@muster/link';
import { openDice } from '../../src/dice.ts';
import { openFileSystem } from '../../src/disk/index.ts';
import { openHaproxyMachine } from '../../src/haproxy/machine.ts';
import { type Host, openHost } from '../../src/host.ts';
import { openNeighbours } from '../../src/neighbours/index.ts';
import type { Network } from '../../src/network/network.ts';
import { type Deed, masterName, nodeNames, type Plan, planOf, scheduleDeeds } from '../../src/plan/index.ts';
import { openStoreDisk } from '../../src/store/index.ts';
import { openTimeline, type Timeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';
import { layOut } from '../../src/workload/index.ts';
import { type OpenHearing, openHearing } from '../../src/world/hearing.ts';
import type { SimNode, World } from '../../src/world/world.ts';

export interface Rig {
  readonly world: World;
  readonly plan: Plan;
  /** What was done to processes and network, with the time: `1500 kill worker1`. */
  readonly calls: readonly string[];
  readonly hearing: OpenHearing;
  /** Cuts of the network that are not healed. */
  readonly cuts: () => number;
  /** Lets so much time pass, ms. */
  pass(ms: number): Promise<void>;
  node(name: string): SimNode;
  /** Every file below a directory of a node, relative to R, with its text. */
  texts(name: string, directory?: string): Readonly<Record<string, string>>;
}

export const root = '/var/ossec';

/** A plan without deeds, but with these: their ids and times as given. */
export const planWith = (
  deeds: readonly Deed[],
  options: { seed?: number; files?: number; nodes?: number } = {},
): Plan => ({
  ...planOf(options.seed ?? 1, { files: 40, nodes: 3, minutes: 1, quiet: true, ...options }),
  deeds,
});

export function openRig(plan: Plan): Rig {
  const { settings } = plan;
  const trace = openTrace(100);
  const timeline = openTimeline(openDice(settings.seed), trace);
  const calls: string[] = [];
  const hearing = openHearing();
  const record = (what: string): void => void calls.push(`${Math.round(timeline.now())} ${what}`);
  const { network, cuts } = fakeNetwork(record);
  const nodes = nodeNames(settings).map((name) => fakeNode(name, timeline, hearing, record));
  const world: World = {
    ...{ settings, dice: openDice(settings.seed), timeline, trace, network, nodes, hear: hearing },
    haproxy: openHaproxyMachine(timeline, openDice(settings.seed)),
    master: nodes[0]!,
    workers: nodes.slice(1),
    violate: (invariant, text) => {
      throw new Error(`${invariant}: ${text}`);
    },
    met: () => {},
  };
  layOut(world, plan);
  scheduleDeeds(world, plan);
  const node = (name: string): SimNode => nodes.find((one) => one.name === name)!;
  return {
    ...{ world, plan, calls, hearing, cuts, node },
    pass: async (ms) => {
      let over = false;
      timeline.after(ms, 'over', () => {
        over = true;
      });
      await timeline.drive(() => over);
    },
    texts: (name, directory = 'etc') =>
      Object.fromEntries(
        node(name)
          .files.filesBelow(`${root}/${directory}`)
          .map(([path, content]) => [path.slice(root.length + 1), new TextDecoder().decode(content)]),
      ),
  };
}

const startMs = 10;
const stopMs = 300;

function fakeNode(name: string, timeline: Timeline, hearing: OpenHearing, record: (what: string) => void): SimNode {
  let incarnation = 0;
  let host: Host | undefined;
  const files = openFileSystem({ node: name, timeline, wallNow: timeline.now });
  files.onChange(hearing.tell.file);
  const tell = (what: 'started' | 'killed' | 'power-lost' | 'stopped'): void =>
    hearing.tell.process({ node: name, incarnation, what });
  const end = (what: 'killed' | 'power-lost' | 'stopped'): void => {
    if (host === undefined) return;
    const ending = host;
    host = undefined;
    ending.kill();
    record(`${what} ${name}`);
    tell(what);
  };
  const losePower = (): void => {
    end('power-lost');
    files.losePower(openDice(1));
  };
  return {
    ...{ name, root, files, losePower, store: openStoreDisk(timeline.now), neighbours: openNeighbours() },
    role: name === masterName ? 'master' : 'worker',
    wall: {
      now: timeline.now,
      jump: (byMs) => record(`jump ${name} ${byMs}`),
      drift: (msPerSecond) => record(`drift ${name} ${msPerSecond}`),
    },
    host: () => host,
    running: () => undefined,
    config: () => undefined,
    start: () => {
      if (host !== undefined) return;
      incarnation += 1;
      const own = openHost(timeline, name, incarnation);
      host = own;
      record(`start ${name}`);
      own.after(startMs, 'started', () => tell('started'));
    },
    stop: () =>
      new Promise((resolve) => {
        if (host === undefined) return resolve();
        host.after(stopMs, 'stopped', () => {
          end('stopped');
          resolve();
        });
      }),
    kill: () => end('killed'),
    dieAtEffect: (n, how) => host?.dieAtEffect(n, () => (how === 'kill' ? end('killed') : losePower())),
    pause: (forMs) => record(`pause ${name} ${forMs}`),
    ask: () => Promise.reject(new Error('nobody listens')),
    connect: () => undefined,
    tellQuestion: () => {},
    open: () => ({ timers: 0, connections: 0, files: 0, watches: 0 }),
  };
}

function fakeNetwork(record: (what: string) => void) {
  let cuts = 0;
  const cut = (what: string) => {
    let open = true;
    cuts += 1;
    record(what);
    return (): void => {
      if (open) cuts -= 1;
      open = false;
    };
  };
  const refusing: Transport = {
    listen: () => Promise.reject(new Error('not here')),
    dial: () => Promise.reject(new Error('refused')),
  };
  const network: Network = {
    transport: (host) => {
      record(`transport ${host.node}`);
      return refusing;
    },
    partition: (left, right) => cut(`partition ${left.join('+')} ${right.join('+')}`),
    oneWay: (from, to) => cut(`one way ${from} ${to}`),
    reset: (one, other) => record(`reset ${one} ${other}`),
    vanish: (node) => record(`vanish ${node}`),
    processDied: (host) => record(`died ${host.node} ${host.alive()}`),
    faults: {
      latency: { minMs: 0, maxMs: 0 },
      bandwidth: 1e6,
      stall: 0,
      stallMs: 0,
      refuse: 0,
      silent: 0,
      handshake: { minMs: 0, maxMs: 0 },
      split: 0,
    },
    open: () => 0,
    mostBuffered: () => 0,
    onSent: () => {},
  };
  return { network, cuts: () => cuts };
}
