/** Watches for the situations of the list, and tells the world of each once. */
import { linkLimits } from '@muster/link';
import { listen } from '../invariants/sniffer.ts';
import type { World } from '../world/world.ts';
import { agentStories } from './agent-stories.ts';
import { crashStories } from './crash-stories.ts';
import { diskStories } from './disk-stories.ts';
import { doorStories } from './door-stories.ts';
import { guardStories } from './guard-stories.ts';
import { haproxyStories } from './haproxy-stories.ts';
import { linkStories } from './link-stories.ts';
import { livenessStories } from './liveness-stories.ts';
import { openMet } from './met.ts';
import { processStories } from './process-stories.ts';
import { tellingWords } from './words.ts';

/** To be opened before anything happens. */
export function openSituations(world: World): void {
  const { hear, master, network } = world;
  const met = openMet(world.met);
  const crashes = crashStories(world, met);
  const disks = diskStories(world, met);
  const doors = doorStories(world, met);
  const guards = guardStories(world, met);
  const throughHaproxy = haproxyStories(world, met);
  const lives = livenessStories(master.name, met);
  const processes = processStories(world, met);
  let unmet = tellingWords;
  let pressed = false;

  hear.file((change) => {
    crashes.file(change);
    disks.file(change);
    guards.file(change);
  });
  hear.process((change) => {
    processes.process(change);
    crashes.process(change);
    disks.process(change);
    doors.process(change);
  });
  listen(world, linkStories(world, met));
  listen(world, agentStories(world, met));
  hear.sent((sent) => {
    if (pressed || network.mostBuffered(sent.from) <= linkLimits.bulkQueueBytes) return;
    pressed = true;
    met('backpressure on a link');
  });
  hear.question(doors.question);
  hear.log((line) => {
    for (const { name, words } of unmet)
      if (words.test(line.text)) {
        met(name);
        unmet = unmet.filter((one) => one.name !== name);
      }
    crashes.log(line);
    disks.log(line);
    doors.log(line);
    guards.log(line);
    lives(line);
    throughHaproxy(line);
    processes.log();
  });
}
