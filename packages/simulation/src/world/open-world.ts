/** A world with its machines, before anything happens. */
import { type Dice, openDice } from '../dice.ts';
import { openFileSystem } from '../disk/index.ts';
import { type HaproxyMachine, openHaproxyMachine } from '../haproxy/machine.ts';
import { openNeighbours } from '../neighbours/index.ts';
import { openNetwork } from '../network/index.ts';
import type { Settings } from '../plan/settings.ts';
import { openStoreDisk } from '../store/index.ts';
import { openTimeline } from '../timeline.ts';
import { openTrace } from '../trace.ts';
import { type OpenHearing, openHearing } from './hearing.ts';
import { openSimNode } from './sim-node.ts';
import { openWallClock } from './wall-clock.ts';
import type { SimNode, World } from './world.ts';

export interface OpenWorld extends World {
  /** The first promise that was broken. */
  readonly broken: () => { readonly invariant: string; readonly text: string; readonly atMs: number } | undefined;
  readonly situations: ReadonlySet<string>;
  /** The end of all logs, oldest first. */
  readonly logTail: () => readonly string[];
}

/** Steps and log lines that are kept for the report. */
const keptSteps = 200;
const keptLines = 120;
/** R, on every machine. */
const root = '/var/ossec';

export interface WorldOptions {
  readonly trace?: ((line: string) => void) | undefined;
  /** As of `MachineSettings`. */
  readonly stopped: (node: SimNode, when: 'now' | 'later') => void;
  readonly stuck: (node: SimNode) => void;
}

export function openWorld(settings: Settings, { trace: line, stopped, stuck }: WorldOptions): OpenWorld {
  const dice = openDice(settings.seed);
  const trace = openTrace(keptSteps, line);
  const timeline = openTimeline(dice.fork('timeline'), trace);
  const network = openNetwork(timeline, dice.fork('network'));
  const haproxy = openHaproxyMachine(timeline, dice.fork('haproxy'));
  const hearing = openHearing();
  const situations = new Set<string>();
  const lines: string[] = [];
  let broken: ReturnType<OpenWorld['broken']>;

  network.onSent(hearing.tell.sent);
  hearing.log(({ node, level, tag, text }) => {
    const said = `${(timeline.now() / 1_000).toFixed(3).padStart(9)} ${node} ${level} [${tag}] ${text}`;
    lines.push(said);
    if (lines.length > 2 * keptLines) lines.splice(0, keptLines);
    line?.(said);
    // Also in the trace: two runs that say different things are different.
    trace.note(node, text);
  });
  const machine = (name: string, role: 'master' | 'worker'): SimNode =>
    openMachine({ name, role, settings, dice, timeline, network, haproxy, hearing, stopped, stuck });
  const master = machine('master', 'master');
  const workers = Array.from({ length: settings.workers }, (_, index) => machine(`worker${index + 1}`, 'worker'));
  return {
    ...{ settings, dice, timeline, trace, network, haproxy, master, workers, situations },
    nodes: [master, ...workers],
    hear: hearing,
    violate: (invariant, text) => {
      broken ??= { invariant, text, atMs: timeline.now() };
    },
    met: (situation) => void situations.add(situation),
    broken: () => broken,
    logTail: () => lines.slice(-keptLines),
  };
}

function openMachine(
  options: {
    readonly name: string;
    readonly role: 'master' | 'worker';
    readonly settings: Settings;
    readonly dice: Dice;
    readonly hearing: OpenHearing;
    readonly haproxy: HaproxyMachine;
  } & Pick<World, 'timeline' | 'network'> &
    Pick<WorldOptions, 'stopped' | 'stuck'>,
): SimNode {
  const { name, settings, dice, timeline, hearing } = options;
  const wall = openWallClock(timeline.now, settings.skewMs[name] ?? 0);
  const files = openFileSystem({ node: name, wallNow: wall.now, timeline });
  files.onChange(hearing.tell.file);
  return openSimNode({
    ...options,
    ...{ root, files, wall, master: 'master', late: settings.lateTurns },
    ...{ store: openStoreDisk(timeline.now), neighbours: openNeighbours() },
    dice: dice.fork(name),
  });
}
