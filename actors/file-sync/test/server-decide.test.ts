import type { Generation } from '../src/announcement.ts';
import { decide, type Effect, initialState, type Own, serverDefaults } from '../src/master/decide.ts';
import type { FileServerMessage } from '../src/master/messages.ts';
import type { OutgoingStream } from '../src/shapes.ts';
import { many, treeOf } from './trees.ts';

const limits = { ...serverDefaults, streams: 3, streamsPerWorker: 2, waitingPerWorker: 2 };
type Message = FileServerMessage | Own;

const stream = {} as OutgoingStream;
const generation = (number: number): Generation => ({
  id: { epoch: 1, generation: number },
  tree: treeOf(new Map(many('etc/rules', number))),
  since: {
    base: { epoch: 1, generation: number - 1 },
    changes: { put: [], remove: [], makeDirectories: [], removeDirectories: [] },
  },
});
const published = (number: number): Message => ({ type: 'generation', generation: generation(number) });
const linked = (peer: string): Message => ({ type: 'worker-linked', peer });
const unlinked = (peer: string): Message => ({ type: 'worker-unlinked', peer });
const content = (peer: string): Message => ({ type: 'serve-content', peer, digests: [new Uint8Array(64)], stream });
const manifest = (peer: string, number: number): Message => ({
  type: 'serve-manifest',
  peer,
  id: { epoch: 1, generation: number },
  stream,
});
const served = (peer: string): Message => ({ type: 'served', peer });
const serveFailed = (peer: string): Message => ({ type: 'serve-failed', peer, text: 'the disk broke' });

function run(messages: readonly Message[]) {
  let state = initialState([], undefined);
  let effects: readonly Effect[] = [];
  for (const message of messages) ({ state, effects } = decide(state, message, limits));
  return { state, effects };
}

const words = (effects: readonly Effect[]): readonly string[] =>
  effects.map((effect) => {
    switch (effect.type) {
      case 'announce':
        return `announce ${effect.message.id.generation}${effect.message.delta === undefined ? '' : ' with changes'} to ${effect.to}`;
      case 'serve':
        return `serve ${effect.request.type} of ${effect.tree.files} to ${effect.peer}`;
      case 'refuse':
        return `refuse ${effect.code}`;
      default:
        return effect.type;
    }
  });

const a = [published(5), linked('a')];
const both = [...a, linked('b')];

const cases: readonly [title: string, messages: readonly Message[], last: readonly string[]][] = [
  [
    'a new generation goes to every linked worker, with its changes',
    [linked('a'), linked('b'), published(5)],
    ['announce 5 with changes to a', 'announce 5 with changes to b'],
  ],
  ['a newly linked worker is told the newest, without changes', a, ['announce 5 to a']],
  ['before the first generation nothing is told', [linked('a')], []],
  ['a worker that is gone is told nothing', [...a, unlinked('a'), published(6)], []],
  ['the newest is said again from time to time', [...both, { type: 'repeat' }], ['announce 5 to a', 'announce 5 to b']],
  ['content comes from the newest tree', [...a, published(6), content('a')], ['admit', 'serve content of 6 to a']],
  [
    'the manifest of a generation that was just replaced is still served',
    [...a, published(6), manifest('a', 5)],
    ['admit', 'serve manifest of 5 to a'],
  ],
  [
    'the fourth newest too',
    [...a, ...[6, 7, 8].map(published), manifest('a', 5)],
    ['admit', 'serve manifest of 5 to a'],
  ],
  ['the fifth newest is gone', [...a, ...[6, 7, 8, 9].map(published), manifest('a', 5)], ['refuse generation-gone']],
  ['before the first generation there is no content', [linked('a'), content('a')], ['refuse generation-gone']],
  ['a worker without a link is refused', [published(5), content('a')], ['refuse not-linked']],
  ['a worker has two streams at a time', [...a, content('a'), content('a')], ['admit', 'serve content of 5 to a']],
  ['a third waits', [...a, content('a'), content('a'), content('a')], ['admit']],
  ['until one has ended', [...a, content('a'), content('a'), content('a'), served('a')], ['serve content of 5 to a']],
  ['or failed', [...a, content('a'), content('a'), content('a'), serveFailed('a')], ['serve content of 5 to a']],
  ['two may wait', [...a, ...Array.from({ length: 4 }, () => content('a'))], ['admit']],
  ['a third is refused', [...a, ...Array.from({ length: 5 }, () => content('a'))], ['refuse overloaded']],
  [
    'all workers together have three streams',
    [...both, content('a'), content('a'), content('b'), content('b')],
    ['admit'],
  ],
  [
    'whoever was served longest ago is next',
    [...both, content('b'), content('a'), content('a'), content('a'), content('b'), served('a')],
    ['serve content of 5 to b'],
  ],
  [
    'what waits of a worker that is gone is given up',
    [...a, content('a'), content('a'), content('a'), unlinked('a')],
    ['refuse link-lost'],
  ],
];

describe('the file server decides', () => {
  it.each(cases)('%s', (_title, messages, last) => {
    expect(words(run(messages).effects)).toEqual(last);
  });

  it('counts what was served and what failed', () => {
    const { state } = run([...a, content('a'), content('a'), served('a'), serveFailed('a'), content('b')]);
    expect(state).toMatchObject({ served: 1, failed: 2, lastFailure: 'b: this worker is not linked' });
  });
});
