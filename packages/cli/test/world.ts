/** A node of which every answer is given, and one command line that is run against it. */
import { manualClock } from '@muster/actor/testing';
import type { ControlClient, NodeClient } from '@muster/control';
import { plain } from '@muster/render';
import type { CommandDeps, Output, Terminal } from '../src/commands.ts';
import { runProgram } from '../src/program.ts';

export interface World {
  readonly clock: ReturnType<typeof manualClock>;
  readonly stop: AbortController;
  out: string;
  error: string;
  /** Nodes that were asked by name; undefined: the one that is connected to. */
  readonly asked: (string | undefined)[];
  closed: number;
  readonly run: (line: string) => Promise<number>;
}

/** `client` is asked for each connection: another may come after a restart. It throws where nothing runs. */
export function world(
  client: () => Partial<ControlClient> & { readonly node?: Partial<NodeClient> },
  more: { readonly terminal?: Terminal; readonly deps?: Partial<CommandDeps> } = {},
): World {
  const clock = manualClock();
  const stop = new AbortController();
  const open = async (): Promise<ControlClient> => {
    const { node, ...rest } = client();
    const at = (name?: string): NodeClient => {
      made.asked.push(name);
      return { ...rest, ...node } as unknown as NodeClient;
    };
    const close = (): void => {
      made.closed += 1;
    };
    return { close, at, ...rest } as ControlClient;
  };
  const deps = {
    ...{ open, look: open, clock, wallNow: () => Date.UTC(2026, 2, 1, 12), interrupt: () => stop.signal },
    ...more.deps,
  } as CommandDeps;
  const output: Output = {
    out: (text) => {
      made.out += `${text}\n`;
    },
    error: (text) => {
      made.error += `${text}\n`;
    },
    paint: plain,
    ...(more.terminal === undefined ? {} : { terminal: more.terminal }),
  };
  const made: World = {
    ...{ clock, stop, out: '', error: '', asked: [], closed: 0 },
    run: (line) => runProgram(line.split(' '), deps, output, { TZ: 'UTC' }, '0.1.0'),
  };
  return made;
}
