/** What happens between HAProxy, its agents and the nodes, beside what a line of a log tells. */

import type { LogLine } from '../happenings.ts';
import { crowdOf } from '../haproxy/crowd.ts';
import type { World } from '../world/world.ts';
import type { Met } from './met.ts';

export function haproxyStories(world: World, met: Met): (line: LogLine) => void {
  const { haproxy, master } = world;
  const ended = new Set<string>();
  let heard = false;
  let planned = false;
  haproxy.hear((event) => {
    if (!heard) {
      const crowd = crowdOf(world);
      heard = crowd !== undefined;
      crowd?.hear(({ what }) => what === 'refused' && met('agent found no server'));
    }
    if (event.what === 'started' && event.servers > 0) met('HAProxy began with the servers of its file');
    if (event.what === 'ended' && planned) met('HAProxy ended amid a plan');
    if (event.what !== 'asked') return;
    if (
      ended.size > 0 &&
      haproxy
        .process()
        ?.sessions()
        .some(({ id, ending }) => !ending && ended.has(id)) === true
    )
      met('id of an ended session used again');
    // They are carried out after this.
    for (const [, id] of event.line.matchAll(/shutdown session (0x[0-9a-f]+)/g)) ended.add(id!);
  });
  return ({ node, text }) => {
    if (node !== master.name) return;
    if (text.startsWith('Agent imbalance detected')) planned = true;
    else if (/^Moved .* back after/.test(text)) planned = false;
  };
}
