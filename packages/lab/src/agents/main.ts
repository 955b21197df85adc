#!/usr/bin/env node
/**
 * Adapter: the process of the simulated agents.
 *
 * Tells each change as a line of JSON on stdout, and all agents at the line `state` on stdin. Ends when stdin does.
 */
import { attachToParent } from '../parent.ts';
import { parseFleetArguments } from './arguments.ts';
import { startFleet } from './fleet.ts';
import { openReports, stateLine } from './reports.ts';

/** Milliseconds for saying goodbye to the servers. */
const goodbyeMs = 10_000;

try {
  const options = parseFleetArguments(process.argv.slice(2));
  const reports = openReports((line) => process.stdout.write(line));
  process.stdout.on('drain', reports.drained);
  const fleet = startFleet(options, reports.changed);
  attachToParent({
    line: (text) => {
      if (text.trim() === 'state') process.stdout.write(fleet.states().map(stateLine).join(''));
    },
    end: () => {
      setTimeout(() => process.exit(), goodbyeMs).unref();
      void fleet.stop().then(() => process.exit());
    },
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
