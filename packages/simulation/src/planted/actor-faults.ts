/** Planted in the actor kernel. */
import { lines, type PlantedFault } from './fault.ts';

export const actorFaults: readonly PlantedFault[] = [
  {
    name: 'timer-survives-restart',
    about: 'The timers of an incarnation that crashed still fire, for its successor.',
    module: 'packages/actor/dist/scope.js',
    find: lines('            incarnation.closed = true;', '            timers?.cancelAll();'),
    put: '            incarnation.closed = true;',
    expects: ['nothing-left'],
    needs:
      'an actor with a long timer crashes (integrity, file-sync), and its node is stopped before that timer is due',
  },
  {
    name: 'scope-not-closed',
    about: 'A crash forgets the scope of the incarnation: its periods go on for ever, its signal never aborts.',
    module: 'packages/actor/dist/incarnation.js',
    find: '    cell.scope?.close();\n',
    put: '',
    expects: ['nothing-left', 'converges'],
    needs: 'an actor crashes; then its node is stopped in good order',
  },
  {
    name: 'ask-waits-for-its-timeout',
    about: 'An ask whose question still waits when the actor stops is not failed: it runs into its timeout.',
    module: 'packages/actor/dist/spawn.js',
    find: '    failAsks(cell, () => new ActorStoppedError(cell.path), cell.mailbox.head, Number.POSITIVE_INFINITY);\n',
    put: '',
    expects: ['ask-fails-at-once', 'nothing-left'],
    needs: 'a local request is asked of a node in the moment of its stop, with turns that come late',
  },
  {
    name: 'restart-budget-forgotten',
    about: 'A supervisor remembers the last crash only: it restarts for ever, and never waits longer.',
    module: 'packages/actor/dist/restart.js',
    find: 'history: [...recent, { child, at }]',
    put: 'history: [{ child, at }]',
    expects: ['restart-budget'],
    needs: 'actors crash more often than the budget grants; the situation "restart budget spent" is never met',
  },
  {
    name: 'ring-grows-askew',
    about: 'A mailbox that grows puts its messages where it does not look for them, unless it is read from its start.',
    module: 'packages/actor/dist/mailbox.js',
    find: 'const to = (box.head + n) & (size - 1);',
    put: 'const to = n;',
    expects: ['crashes-asked-for', 'actor-order'],
    needs:
      'more than 16 messages wait in one mailbox: a node of many peers, or many hints, after a pause or late turns',
  },
];
