/** Everything that goes on in a run from outside, and how it ends. */

import { populationOf } from '../agents/population.ts';
import { openDice } from '../dice.ts';
import type { DiskFaults } from '../disk/file-system.ts';
import type { FileChange } from '../happenings.ts';
import { crowdOf } from '../haproxy/crowd.ts';
import type { NetworkFaults } from '../network/network.ts';
import { type Deed, situationOf } from '../plan/deed.ts';
import type { Plan } from '../plan/plan.ts';
import { openLitter } from '../workload/litter.ts';
import type { Scene } from '../workload/scene.ts';
import type { SimNode, World } from '../world/world.ts';
import { type Layers, openLayers } from './layers.ts';
import { openService, type Service } from './service.ts';

/** What a fault acts on, beside what an operator does. */
export interface FaultScene extends Scene {
  readonly service: Service;
  readonly network: Layers<NetworkFaults>;
  readonly disk: (node: SimNode) => Layers<DiskFaults>;
  /** Once, right after this node's process changed a file like that; not any more after the healing. */
  onceWritten(node: SimNode, isMeant: (change: FileChange) => boolean, run: () => void): void;
  /** Not any more after the healing. */
  later(delayMs: number, act: () => void): void;
  readonly climate: Plan['climate'];
  /** When the healing begins. */
  readonly chaosMs: number;
}

export interface Theatre {
  scene(deed: Deed): FaultScene;
  /** Ends all that lasts, newest first, and takes away what Muster leaves alone by design. */
  end(): void;
  readonly world: World;
  readonly service: Service;
  readonly plan: Plan;
  /** Nothing that was begun goes on after the end. */
  readonly ended: () => boolean;
}

export function openTheatre(world: World, plan: Plan): Theatre {
  const seedDice = openDice(plan.settings.seed).fork('deeds at work');
  const service = openService(world);
  const network = openLayers(world.network.faults);
  const disks = new Map(world.nodes.map((node) => [node, openLayers(node.files.faults)]));
  const nodes = new Map(world.nodes.map((node) => [node.name, node]));
  const lasting = new Set<() => void>();
  const litter = openLitter(world);
  const ambushes = new Set<(change: FileChange) => void>();
  let ended = false;
  world.hear.file((change) => {
    if (change.by === 'node') for (const ambush of [...ambushes]) ambush(change);
  });
  settleClimate(plan, network, disks);

  const lasts = (deed: Deed, forMs: number, end: () => void): void => {
    const once = (): void => void (lasting.delete(once) && end());
    lasting.add(once);
    world.timeline.after(forMs, `deed ${deed.id} ends`, once);
  };
  const repeat = (deed: Deed, times: number, everyMs: number, act: (index: number) => void): void => {
    const go = (index: number): void => {
      if (ended) return;
      act(index);
      if (index + 1 < times) world.timeline.after(everyMs, `deed ${deed.id} goes on`, () => go(index + 1));
    };
    go(0);
  };
  return {
    world,
    service,
    plan,
    ended: () => ended,
    scene: (deed) => {
      world.met(situationOf(deed.kind));
      return {
        ...{ world, service, network, id: deed.id, chaosMs: plan.chaosMs, climate: plan.climate },
        dice: seedDice.fork(deed.id),
        node: (name) => nodes.get(name)!,
        disk: (node) => disks.get(node)!,
        lasts: (forMs, end) => lasts(deed, forMs, end),
        repeat: (times, everyMs, act) => repeat(deed, times, everyMs, act),
        later: (delayMs, act) =>
          void world.timeline.after(delayMs, `deed ${deed.id} goes on`, () => {
            if (!ended) act();
          }),
        onceWritten: (node, isMeant, run) => {
          const ambush = (change: FileChange): void => {
            if (change.node !== node.name || !isMeant(change)) return;
            ambushes.delete(ambush);
            run();
          };
          ambushes.add(ambush);
        },
        restart: service.restart,
        litter: litter.add,
      };
    },
    end: () => {
      ended = true;
      ambushes.clear();
      for (const node of world.nodes) node.dieAtEffect(Number.MAX_SAFE_INTEGER, 'kill');
      for (const end of [...lasting].reverse()) end();
      for (const node of world.nodes) node.store.ambushes.clear();
      litter.clear();
      populationOf(world)?.settle();
      crowdOf(world)?.settle();
      world.haproxy.start();
    },
  };
}

/** How things are at rest. */
function settleClimate(
  { climate: { disk, network, driftMs } }: Plan,
  net: Layers<NetworkFaults>,
  disks: ReadonlyMap<SimNode, Layers<DiskFaults>>,
): void {
  net.rest({ ...network, latency: { ...network.latency }, handshake: { ...network.handshake } });
  for (const [node, layers] of disks) {
    layers.rest({ ...disk, latency: { ...disk.latency }, hints: { ...disk.hints } });
    node.wall.drift(driftMs[node.name] ?? 0);
  }
}
