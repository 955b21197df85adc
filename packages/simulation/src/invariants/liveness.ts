/**
 * In calm weather a worker that is up and linked is never accused: judged only from the healing on, for in bad
 * weather it may be. One that is dead is missed in time: then too (`missed.ts`).
 */
import type { ClusterView } from '@muster/protocol';
import type { LogLine, ProcessChange } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';
import { seconds } from './contents.ts';
import { openMissed } from './missed.ts';

export interface Liveness {
  /** Nothing is wrong with network, disks and machines from now on. */
  calm(): void;
  log(line: LogLine): void;
  process(change: ProcessChange): void;
  seen(view: ClusterView): void;
}

/** When what is true of a node began; undefined: it is not. */
interface Standing {
  linkedAt: number | undefined;
  deadAt: number | undefined;
}

/** A beat may come later than the one before by this much, whatever the weather: turns, links and disks have their pace, ms. */
const jitterMs = 1_500;
/** A process that stood still has this much to catch up, ms. */
const afterPauseMs = 20_000;

const accused = /^(\S+) is (suspect|down): /;

/** `isClaimed`: a stranger said that this name is his; whether its worker lives is then not to be seen. */
export function openLiveness(world: World, isClaimed: (name: string) => boolean): Liveness {
  const missed = openMissed(world, isClaimed);
  const { timeline, violate, master } = world;
  const standings = new Map(
    world.nodes.map(({ name }): [string, Standing] => [name, { linkedAt: undefined, deadAt: undefined }]),
  );
  const nodes = new Map(world.nodes.map((node) => [node.name, node]));
  let calmAt: number | undefined;
  let masterAt: number | undefined;
  const downAfter = (node: SimNode): number | undefined => node.config()?.muster.keepAlive.downAfterMs;

  const isStill = (node: SimNode | undefined): boolean =>
    (node?.host()?.pausedUntil() ?? 0) > timeline.now() - afterPauseMs;
  /** Whether the time for this verdict is longer than a beat may be late. */
  const isPatient = (to: string): boolean => {
    const times = master.config()?.muster.keepAlive;
    if (times === undefined) return false;
    return (to === 'down' ? times.downAfterMs : times.suspectAfterMs) - times.intervalMs >= jitterMs;
  };
  /** Both have been in order for longer than any verdict of before can last. */
  const isGood = (name: string): boolean => {
    const wait = downAfter(master);
    const since = standings.get(name)?.linkedAt;
    if (isStill(master) || isStill(nodes.get(name))) return false;
    if (wait === undefined || since === undefined || calmAt === undefined || masterAt === undefined) return false;
    return timeline.now() - Math.max(since, calmAt, masterAt) > 2 * wait;
  };
  return {
    calm: () => {
      calmAt ??= timeline.now();
    },
    log: (line) => {
      missed.log(line);
      const { node, text } = line;
      const standing = standings.get(node);
      if (standing === undefined) return;
      if (text === 'Successfully connected to master.') standing.linkedAt = timeline.now();
      else if (text.startsWith('The connection has been closed')) standing.linkedAt = undefined;
      else if (node === master.name) {
        const [, name, to] = accused.exec(text) ?? [];
        if (name !== undefined && isPatient(to!) && isGood(name))
          violate(
            'liveness',
            `the master calls ${name} ${to}, which is up and linked since ${seconds(standings.get(name)!.linkedAt!)}: ${text}`,
          );
      }
    },
    process: (change) => {
      missed.process(change);
      const { node, what } = change;
      const standing = standings.get(node);
      if (standing === undefined) return;
      const dies = what !== 'started';
      standing.linkedAt = undefined;
      if (node === master.name) {
        masterAt = dies ? undefined : timeline.now();
        for (const one of standings.values()) if (dies) one.linkedAt = undefined;
      }
      const dead = what === 'killed' || what === 'power-lost' || what === 'gave-up' || what === 'stopped';
      standing.deadAt = dead ? timeline.now() : undefined;
    },
    seen: (view) => {
      missed.seen(view);
      const wait = downAfter(master);
      const interval = master.config()?.muster.keepAlive.intervalMs;
      if (wait === undefined || interval === undefined || calmAt === undefined || masterAt === undefined) return;
      for (const { name, liveness } of view.nodes) {
        const dead = standings.get(name)?.deadAt;
        if (dead === undefined || liveness === 'down' || liveness === 'left') continue;
        if (timeline.now() - Math.max(dead, calmAt, masterAt) <= 2 * (wait + interval)) continue;
        violate('liveness', `the master sees ${name} ${liveness}, which is dead since ${seconds(dead)}`);
      }
    },
  };
}
