/** Planted in what nodes answer at their doors. */
import type { PlantedFault } from './fault.ts';

export const doorFaults: readonly PlantedFault[] = [
  {
    name: 'refusal-never-said',
    about: 'A question that cannot be answered is forgotten: whoever asked is not told, and waits.',
    module: 'packages/control/dist/decide.js',
    find: '            return settled(state, message.id, (answer) => fail(answer, message.code, message.text));',
    put: '            return next(without(state, [message.id]));',
    expects: ['answered-in-time'],
    needs: 'a question that is refused: of a node that is down, a misspelt order',
  },
  {
    name: 'program-never-told',
    about: 'A program whose question cannot be asked of the master is not told, for there is nobody to answer it.',
    module: 'packages/cluster-socket/dist/cluster-socket.js',
    find: "    if (how !== 'answer' && !deps.masterLinked()) {",
    put: "    if (how !== 'answer' && !deps.masterLinked())\n        return;\n    if (false) {",
    expects: ['answered-in-time'],
    needs: "one of the manager's programs asks a worker that has no link",
  },
  {
    name: 'events-shown-unwritten',
    about:
      'An event is shown when it happens, not when it is written: a kill takes it back, and its id is given again.',
    module: 'packages/store/dist/events/event-rows.js',
    find: '            writer.add(row);\n            if (writer.shown())\n',
    put: '            writer.add(row);\n',
    expects: ['events-grow'],
    needs: 'a node is killed right after its events were read, and they are read again',
  },
  {
    name: 'workers-may-order',
    about: 'A master hands on the orders of its workers as it does those of the people at its own door.',
    module: 'packages/control/dist/decide.js',
    find: 'return peersMayOrder || !isOrder(message);',
    put: 'return true;',
    expects: ['masters-orders'],
    needs: 'a worker that obeys somebody else',
  },
  {
    name: 'key-told-to-programs',
    about: "The answer to get_config has the cluster's key as it is.",
    module: 'packages/reference-forms/dist/config.js',
    find: 'key: masked,',
    put: 'key: cluster.key,',
    expects: ['secrets'],
    needs: 'a program asks for the configuration',
  },
  {
    name: 'standing-never-ages',
    about: 'What a worker said last of its work is shown as if it had been said just now, however long it is cut off.',
    module: 'packages/daemon/dist/views/healthcheck-rows.js',
    find: 'work: agedBy(said.standing, Math.round(now - said.at))',
    put: 'work: agedBy(said.standing, 0)',
    expects: ['standing'],
    needs: 'a worker that did something cannot be asked for a while, and then says the same',
  },
];
