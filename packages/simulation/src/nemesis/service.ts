/** The service manager of every machine: a process that ended by itself, or was ended, is started again. */
import { openDice } from '../dice.ts';
import type { ProcessChange } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';

export interface Service {
  /** When this node's process ends next, it stays down for so long, ms. */
  nextDown(node: SimNode, downMs: number): void;
  /** Stops it in good order; then it is started again. Does nothing when no process runs. */
  restart(node: SimNode, downMs: number): void;
  /** Right after this node's next process began to start. */
  atNextStart(node: SimNode, run: () => void): void;
  /** Everybody is started now. From then on only what ends by itself is started again. */
  heal(): void;
}

/** As long as a service manager waits, ms. */
const leastMs = 1_000;
const mostMs = 5_000;
/** A process that said its end and is not gone yet is looked at again after so long, ms. */
const lookMs = 500;

export function openService(world: World): Service {
  const { timeline } = world;
  const dice = openDice(world.settings.seed).fork('service manager');
  const down = new Map<string, number>();
  /** Nodes whose process is being stopped in good order, to be started again. */
  const restarting = new Set<string>();
  const atStart = new Map<string, () => void>();
  const waiting = new Map<string, () => void>();
  let healed = false;

  const begin = (node: SimNode): void => {
    node.start();
    const run = atStart.get(node.name);
    atStart.delete(node.name);
    run?.();
  };
  const start = (node: SimNode, ended: number | undefined): void => {
    waiting.delete(node.name);
    const host = node.host();
    if (host === undefined) begin(node);
    else if (host.incarnation === ended) startAfter(node, lookMs, ended);
  };
  const startAfter = (node: SimNode, delayMs: number, ended: number | undefined): void => {
    waiting.get(node.name)?.();
    waiting.set(
      node.name,
      timeline.after(delayMs, `service manager starts ${node.name}`, () => start(node, ended)),
    );
  };
  const isWanted = (what: ProcessChange['what'], name: string): boolean => {
    if (what === 'gave-up' || what === 'start-failed') return true;
    if (what === 'killed' || what === 'power-lost') return !healed || restarting.has(name);
    return what === 'stopped' && restarting.has(name);
  };
  const byName = new Map(world.nodes.map((node) => [node.name, node]));
  world.hear.process(({ node: name, incarnation, what }) => {
    const node = byName.get(name);
    if (node === undefined || !isWanted(what, name)) return;
    const own = dice.fork(`${name} ${incarnation}`).between(leastMs, mostMs);
    startAfter(node, healed ? Math.min(own, leastMs) : (down.get(name) ?? own), incarnation);
    down.delete(name);
    restarting.delete(name);
  });
  return {
    nextDown: (node, downMs) => void down.set(node.name, downMs),
    restart: (node, downMs) => {
      if (node.host() === undefined) return;
      down.set(node.name, downMs);
      restarting.add(node.name);
      void node.stop();
    },
    atNextStart: (node, run) => void atStart.set(node.name, run),
    heal: () => {
      healed = true;
      down.clear();
      atStart.clear();
      for (const cancel of waiting.values()) cancel();
      waiting.clear();
      for (const node of world.nodes) if (node.host() === undefined) node.start();
    },
  };
}
