/** Words of a log that no run may hold, and crashes that nobody ordered. */
import type { LogLine } from '../happenings.ts';
import type { World } from '../world/world.ts';

/** What a node says only when its code is wrong, or when an honest peer's is. */
const forbidden: readonly RegExp[] = [
  /\bbug: /,
  /cannot be sent: /,
  /is not well-formed/,
  /A fault outside every actor/,
  /the node could not decide whether to take the link/,
];

/** `/file-sync crashed: crashed on request. It is restarted.` */
const crashed = /^(\S+) crashed: (.*?)\. (?:It is restarted|It stays stopped|Its supervisor gives up)\.$/s;

/** Errors with which an actor may crash: drills, budgets that drills have spent, and an address that is still taken. */
export const orderedCrashes: readonly RegExp[] = [
  /^crashed on request/,
  /^probe: ordered/,
  /crashed beyond the \d+ restarts granted/,
  /is taken|in use|already listens|nothing more is taken/i,
];

export interface Faults {
  log(line: LogLine): void;
}

/** `isOrdered`: more crashes that are meant, by the error's message. */
export function openFaults(world: World, isOrdered: (message: string) => boolean = () => false): Faults {
  const names = new Set(world.nodes.map(({ name }) => name));
  return {
    log: ({ node, text }) => {
      if (forbidden.some((words) => words.test(text)))
        return world.violate('no-bug-in-logs', `${node} logged: ${text}`);
      const broken = /(\S+) broke the protocol/.exec(text)?.[1];
      if (broken !== undefined && names.has(broken))
        return world.violate('honest-peers', `${node} logged of an honest node: ${text}`);
      const crash = crashed.exec(text);
      if (crash === null || crash[1]!.startsWith('/probes')) return;
      const message = crash[2]!;
      if (orderedCrashes.some((words) => words.test(message)) || isOrdered(message)) return;
      world.violate('no-unordered-crash', `on ${node} ${crash[1]} crashed: ${message}`);
    },
  };
}
