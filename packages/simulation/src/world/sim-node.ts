/** One machine of the cluster: its disk and its clock outlive the processes that run on it. */
import type { ProcessChange } from '../happenings.ts';
import { type Host, openHost } from '../host.ts';
import { type NodeProcess, type StartingProcess, type Surroundings, startProcess } from './node-process.ts';
import type { SimNode } from './world.ts';

/** As production's own deadline for a stop, and the usual one of a service manager, which then kills. */
const stopWithinMs = 45_000;
const killAfterMs = 90_000;
/** A goodbye on its way and its deadline may outlive a stop: they are looked at so often, until nothing is left, and so many times at most: 10 s. */
const lookMs = 100;
const looks = 100;

export interface MachineSettings extends Surroundings {
  readonly name: string;
  readonly role: 'master' | 'worker';
  /** A stop has ended, and the process has not: `now` for what must be gone at once, `later` for what may take a moment. */
  readonly stopped: (node: SimNode, when: 'now' | 'later') => void;
  /** A stop did not come to its end in time. */
  readonly stuck: (node: SimNode) => void;
}

/** The process that runs or starts. */
interface Life {
  readonly host: Host;
  readonly starting: StartingProcess;
  process: NodeProcess | undefined;
  /** What it is to end with, once it has started. */
  wish: 'stopped' | 'gave-up' | undefined;
  stopping: boolean;
  readonly ended: (() => void)[];
}

export function openSimNode(machine: MachineSettings): SimNode {
  const { name, role, root, files, wall, store, neighbours, timeline, network, hearing } = machine;
  let incarnation = 0;
  let life: Life | undefined;
  const tell = (what: ProcessChange['what']): void => {
    timeline.after(0, `${name} ${what}`, () => {});
    hearing.tell.process({ node: name, incarnation, what });
  };

  const end = (what: ProcessChange['what']): void => {
    const ending = life;
    if (ending === undefined) return;
    life = undefined;
    ending.host.kill();
    tell(what);
    for (const done of ending.ended) done();
  };
  const losePower = (): void => {
    network.vanish(name);
    end('power-lost');
    const dice = machine.dice.fork(`power ${incarnation}`);
    files.losePower(dice);
    store.losePower(dice.fork('store'));
  };
  const stopLife = (ending: Life): void => {
    const { wish, process } = ending;
    if (ending.stopping || wish === undefined || process === undefined) return;
    ending.stopping = true;
    tell('stopping');
    const begun = timeline.now();
    ending.host.after(stopWithinMs, 'stop deadline', () => {
      // A process that stood still meanwhile had less time than that.
      if (ending.host.pausedUntil() <= begun) machine.stuck(node);
      end('killed');
    });
    const leave = (left: number): void => {
      if (life !== ending) return;
      if (left > 0 && Object.values(node.open()).some((count) => count > 0))
        return void ending.host.after(lookMs, 'look at what is left', () => leave(left - 1));
      machine.stopped(node, 'later');
      end(wish);
    };
    void process.running.stop().then(() => {
      if (life === ending) machine.stopped(node, 'now');
      leave(looks);
    });
  };
  const wish = (ending: Life, what: 'stopped' | 'gave-up'): void => {
    ending.wish ??= what;
    stopLife(ending);
  };
  const start = (): void => {
    if (life !== undefined) return;
    incarnation += 1;
    const host = openHost(timeline, name, incarnation);
    const mine = (): boolean => life !== undefined && life.host === host;
    const starting = startProcess({
      ...machine,
      host,
      dice: machine.dice.fork(`process ${incarnation}`),
      started: (process) => {
        if (!mine()) return;
        life!.process = process;
        tell('started');
        stopLife(life!);
      },
      ends: (what) => {
        if (!mine()) return;
        if (what === 'start-failed') end(what);
        else wish(life!, 'gave-up');
      },
    });
    life = { host, starting, process: undefined, wish: undefined, stopping: false, ended: [] };
  };

  const node: SimNode = {
    ...{ name, role, root, files, wall, store, neighbours, start, losePower },
    host: () => life?.host,
    running: () => life?.process?.running,
    config: () => life?.process?.config,
    stop: () =>
      new Promise((resolve) => {
        if (life === undefined) return resolve();
        const ending = life;
        life.ended.push(resolve);
        wish(life, 'stopped');
        timeline.after(killAfterMs, 'service manager kills', () => life === ending && end('killed'));
      }),
    kill: () => end('killed'),
    dieAtEffect: (n, how) => life?.host.dieAtEffect(n, () => (how === 'kill' ? end('killed') : losePower())),
    pause: (forMs) => {
      if (life === undefined) return;
      life.host.pause(forMs);
      tell('paused');
    },
    ask: (request) => life?.starting.ask(request) ?? Promise.reject(new Error('no process runs')),
    connect: (program) => life?.starting.connect(program),
    tellQuestion: hearing.tell.question,
    open: () => life?.starting.open() ?? { timers: 0, connections: 0, files: 0, watches: 0 },
  };
  return node;
}
