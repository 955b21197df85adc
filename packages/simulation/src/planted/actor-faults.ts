/** Planted in the actor kernel. */
import { lines, type PlantedFault } from './fault.ts';

export const actorFaults: readonly PlantedFault[] = [
  {
    name: 'timer-survives-restart',
    about: 'The timers of an incarnation that crashed still fire, for its successor.',
    module: 'packages/actor/dist/scope.js',
    find: lines('            incarnation.closed = true;', '            timers?.cancelAll();'),
    put: '            incarnation.closed = true;',
    expects: ['nothing-left-over'],
    needs:
      'an actor with a long timer crashes (integrity, file-sync), and its node is stopped before that timer is due',
  },
  {
    name: 'scope-not-closed',
    about: 'A crash forgets the scope of the incarnation: its periods go on for ever, its signal never aborts.',
    module: 'packages/actor/dist/incarnation.js',
    find: '    cell.scope?.close();\n',
    put: '',
    expects: ['nothing-left-over', 'equal-after-healing'],
    needs: 'an actor crashes; then its node is stopped in good order',
  },
  {
    name: 'ask-waits-for-its-timeout',
    about: 'An ask whose question still waits when the actor stops is not failed: it runs into its timeout.',
    module: 'packages/actor/dist/spawn.js',
    find: '    failAsks(cell, () => new ActorStoppedError(cell.path), cell.mailbox.head, Number.POSITIVE_INFINITY);\n',
    put: '',
    expects: ['actors', 'nothing-left-over'],
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
    expects: ['no-unordered-crash', 'actors'],
    needs:
      'more than 16 messages wait in one mailbox: a node of many peers, or many hints, after a pause or late turns',
  },
  {
    name: 'mailbox-takes-one-more',
    about: 'A bounded mailbox takes one message more than its capacity.',
    module: 'packages/actor/dist/deliver.js',
    find: 'box.tail - box.head >= box.capacity',
    put: 'box.tail - box.head > box.capacity',
    expects: ['actors', 'bounded-mailboxes'],
    needs: 'a burst on a small mailbox: those of the nodes are too large to be filled',
  },
  {
    name: 'dead-incarnation-heard',
    about: 'What comes of the work of an incarnation that crashed is handed to its successor.',
    module: 'packages/actor/dist/scope.js',
    find: lines('        incarnation.inFlight--;', '        if (incarnation.closed)', '            return;'),
    put: '        incarnation.inFlight--;',
    expects: ['actors'],
    needs: 'an actor crashes while work of its own is in flight',
  },
  {
    name: 'restart-empties-mailbox',
    about: 'An actor that crashes loses, with its state, the messages that it had not come to.',
    module: 'packages/actor/dist/incarnation.js',
    find: '    failAsks(cell, error, 0, cell.mailbox.head);',
    put: lines('    failAsks(cell, error, 0, cell.mailbox.tail);', '    cell.mailbox.head = cell.mailbox.tail;'),
    expects: ['actors'],
    needs: 'an actor crashes while messages wait for it: with late turns, or in a burst',
  },
];
