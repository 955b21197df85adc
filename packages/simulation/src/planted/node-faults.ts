/** Planted in the actors that open links, and in the keep-alive. */
import type { PlantedFault } from './fault.ts';

export const nodeFaults: readonly PlantedFault[] = [
  {
    name: 'living-link-replaced',
    about: 'Whoever comes with the name of an open link replaces it, also when that link has answered its probe.',
    module: 'actors/node/dist/registry.js',
    find: 'if (alive || first === undefined || holder.link === undefined) {',
    put: 'if (first === undefined || holder.link === undefined) {',
    expects: ['strangers'],
    needs: 'an intruder with a good key that has the name of a linked worker',
  },
  {
    name: 'door-left-open',
    about: 'A listener that crashes does not stop listening: its successor cannot bind.',
    module: 'actors/node/dist/door.js',
    find: "    scope.signal.addEventListener('abort', close, { once: true });\n",
    put: '',
    expects: ['no-unordered-crash', 'equal-after-healing', 'nothing-left-over'],
    needs: "the master's listener crashes",
  },
  {
    name: 'dial-outlives-dialer',
    about: 'A dialer that crashes while it dials does not give the dial up: its link opens for nobody.',
    module: 'actors/node/dist/dialer.js',
    find: "            scope.signal.addEventListener('abort', () => flight.abandon('the dialer ended'), { once: true });\n",
    put: '',
    expects: ['nothing-left-over'],
    needs: "a worker's dialer crashes between a dial and its welcome: slow handshakes, a paused master",
  },
  {
    name: 'suspect-never-recovers',
    about: 'The beats of a peer that was suspected do not clear it.',
    module: 'actors/keep-alive/dist/liveness.js',
    find: "if (before.liveness === 'up')",
    put: "if (before.liveness === 'up' || before.liveness === 'suspect')",
    expects: ['equal-after-healing'],
    needs: 'a silence between suspect and down; after healing each node is asked how it sees the others',
  },
  {
    name: 'suspect-never-down',
    about: 'A peer that is suspected is never given up.',
    module: 'actors/keep-alive/dist/liveness.js',
    find: 'if (silence >= config.downAfterMs)',
    put: 'if (silence >= Number.POSITIVE_INFINITY)',
    expects: ['liveness'],
    needs: 'a worker that stays dead for longer than down_after, while the master runs in order',
  },
];
