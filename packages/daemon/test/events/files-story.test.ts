import type { OwnStatus } from '@muster/keep-alive';
import type { Replication, ReplicationResult } from '@muster/tree';
import { openFilesStory } from '../../src/events/files-story.ts';

const plan = { modeDrift: ['a', 'b'] } as unknown as Replication;
const result = (written: number, removed: number, refused: readonly string[] = []): ReplicationResult => ({
  ...{ written, removed, bytes: 0, missing: [] },
  failures: refused.map((path) => ({ path, code: 'EACCES', text: '' })),
});
const inSync = (generation: number): OwnStatus => ({ state: 'in-sync', files: 9, holds: { epoch: 1, generation } });
const syncing: OwnStatus = { state: 'syncing', files: 9 };

it('a generation that a worker comes to hold is told once, with what was written until then', () => {
  const story = openFilesStory('worker1');
  expect(story.status(syncing)).toBeUndefined();
  story.replicated(plan, result(3, 1));
  story.replicated(plan, result(2, 0, ['a']));
  expect(story.status(inSync(7))).toEqual({
    kind: 'synced',
    subject: 'worker1',
    text: 'In sync with generation 7, 9 files: created or changed 5, deleted 1, modes mended 3.',
  });
  expect(story.status(inSync(7))).toBeUndefined();
});

it('a worker that had everything already says so', () => {
  expect(openFilesStory('worker1').status(inSync(7))?.text).toBe(
    'In sync with generation 7, 9 files: nothing had to be changed.',
  );
});

it('what is written for a generation that it had held was drift, and is told as repaired', () => {
  const story = openFilesStory('worker1');
  story.status(inSync(7));
  story.status(syncing);
  story.replicated({ ...plan, modeDrift: [] }, result(1, 0));
  expect(story.status(inSync(7))).toEqual({
    kind: 'repaired',
    subject: 'worker1',
    text: "Files were changed here and are the master's again: created or changed 1, deleted 0, modes mended 0.",
  });
  expect(story.status(inSync(8))?.kind).toBe('synced');
});

it.each(['held', 'failing'] as const)('%s is told when it begins, not at each word of it', (state) => {
  const story = openFilesStory('worker1');
  expect(story.status({ state, files: 9, why: 'first' })).toEqual({ kind: state, subject: 'worker1', text: 'first' });
  expect(story.status({ state, files: 9, why: 'second' })).toBeUndefined();
  story.status(syncing);
  expect(story.status({ state, files: 9 })?.kind).toBe(state);
});
