/** What became of what a worker's guard held. */
import type { FileChange, LogLine } from '../happenings.ts';
import { selectedBy } from '../invariants/selection.ts';
import type { World } from '../world/world.ts';
import type { Met } from './met.ts';

const held = /would (?:(?:delete|empty) (\d+)|delete|empty|shrink)/;

export interface GuardStories {
  log(line: LogLine): void;
  file(change: FileChange): void;
}

export function guardStories(world: World, met: Met): GuardStories {
  /** How many files each worker's guard holds, and how many have gone since. */
  const waiting = new Map<string, { most: number; gone: number }>();
  const roots = new Map(world.workers.map(({ name, root }) => [name, `${root}/`]));
  return {
    log: ({ node, text }) => {
      if (text.includes('waiting for a second generation that says the same')) {
        const most = Number(held.exec(text)?.[1] ?? 1);
        waiting.set(node, { most, gone: 0 });
        return;
      }
      const story = waiting.get(node);
      if (story === undefined || !text.startsWith('In sync:')) return;
      waiting.delete(node);
      met(story.gone >= story.most ? 'guard confirmed' : 'held generation replaced');
    },
    file: ({ node, by, kind, path, from }) => {
      if (by !== 'node' || waiting.size === 0) return;
      const story = waiting.get(node);
      const root = roots.get(node);
      if (story === undefined || root === undefined) return;
      const gone = kind === 'removed' ? path : kind === 'moved' ? (from ?? '') : '';
      const emptied = kind === 'content' || kind === 'moved' ? path : '';
      for (const touched of new Set([gone, emptied]))
        if (touched.startsWith(root) && selectedBy(touched.slice(root.length)) !== undefined) story.gone += 1;
    },
  };
}
