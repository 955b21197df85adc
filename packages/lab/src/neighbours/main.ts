#!/usr/bin/env node
/**
 * Adapter: the process that stands beside one node for authd and remoted.
 *
 * Says on stdout where it listens, and the ids of the connected agents at the line `connected` on stdin. Ends when stdin does.
 */
import { attachToParent } from '../parent.ts';
import { parseNeighboursArguments } from './arguments.ts';
import { registerAtMuster } from './muster-registrar.ts';
import { openNeighbours } from './neighbours.ts';

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const settings = parseNeighboursArguments(process.argv.slice(2));
  const neighbours = await openNeighbours(
    settings,
    (request) => registerAtMuster(settings.root, request),
    (text) => say({ type: 'warning', text }),
  );
  attachToParent({
    line: (text) => {
      if (text.trim() === 'connected') say({ type: 'connected', ids: neighbours.connected() });
    },
    end: () => void neighbours.close().then(() => process.exit()),
  });
  say({ type: 'listening', enrolPort: neighbours.enrolPort, agentsPort: neighbours.agentsPort });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
