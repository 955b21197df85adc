/** Words of a log that no run may hold, and crashes that nobody ordered. */
import type { LogLine } from '../happenings.ts';
import type { World } from '../world/world.ts';

/** What a node says only when its code is wrong, or when an honest peer's is. */
const forbidden: readonly string[] = [
  ' bug: ',
  'cannot be sent: ',
  'is not well-formed',
  'A fault outside every actor',
  'the node could not decide whether to take the link',
  // A plan of an honest master asks for nothing that the table does not select.
  '(OUTSIDE)',
];

/** `/file-sync crashed: crashed on request. It is restarted.` */
const crashed = /^(\S+) crashed: (.*?)\. (?:It is restarted|It stays stopped|Its supervisor gives up)\.$/s;

/** Errors with which any actor may crash: drills, and budgets that drills have spent. */
export const orderedCrashes: readonly RegExp[] = [
  /^crashed on request/,
  /^probe: ordered/,
  /crashed beyond the \d+ restarts granted/,
];

export interface Faults {
  log(line: LogLine): void;
}

/** `isClaimed`: a stranger said that this name is his; what it does is told of the name. */
export function openFaults(world: World, isClaimed: (name: string) => boolean): Faults {
  const names = new Set(world.nodes.map(({ name }) => name));
  return {
    log: ({ node, text }) => {
      if (text.startsWith('bug: ') || forbidden.some((words) => text.includes(words)))
        return world.violate('no-bug-in-logs', `${node} logged: ${text}`);
      const broken = text.includes(' broke the protocol') ? text.slice(0, text.indexOf(' ')) : undefined;
      if (broken !== undefined && names.has(broken) && !isClaimed(broken))
        return world.violate('honest-peers', `${node} logged of an honest node: ${text}`);
      const crash = text.includes(' crashed: ') ? crashed.exec(text) : null;
      if (crash === null || crash[1]!.startsWith('/probes')) return;
      const [, path, message] = crash as unknown as readonly [string, string, string];
      if (orderedCrashes.some((words) => words.test(message))) return;
      world.violate('no-unordered-crash', `on ${node} ${path} crashed: ${message}`);
    },
  };
}
