/** When a worker's files became those of a generation, and when drift was repaired: what it wrote, told once it is in sync. Pure but for what it remembers. */
import type { OwnStatus } from '@muster/keep-alive';
import type { GenerationId, NodeName } from '@muster/protocol';
import type { Replication, ReplicationResult } from '@muster/tree';
import type { EventWords } from './words.ts';

export interface FilesStory {
  /** What was written; told with the state that follows. */
  replicated(plan: Replication, result: ReplicationResult): void;
  /** How the node stands, each time that it is told. */
  status(status: OwnStatus): EventWords | undefined;
}

interface Work {
  readonly written: number;
  readonly removed: number;
  readonly mended: number;
}
const nothing: Work = { written: 0, removed: 0, mended: 0 };

export function openFilesStory(node: NodeName): FilesStory {
  let work = nothing;
  let held: GenerationId | undefined;
  let state: OwnStatus['state'] | undefined;
  const inSync = (holds: GenerationId | undefined, files: number): EventWords | undefined => {
    const { written, removed, mended } = work;
    const isSame = holds?.generation === held?.generation && holds?.epoch === held?.epoch;
    const didNothing = written + removed + mended === 0;
    [work, held] = [nothing, holds];
    if (isSame && didNothing) return undefined;
    const what = didNothing
      ? 'nothing had to be changed'
      : `created or changed ${written}, deleted ${removed}, modes mended ${mended}`;
    return isSame
      ? { kind: 'repaired', subject: node, text: `Files were changed here and are the master's again: ${what}.` }
      : {
          kind: 'synced',
          subject: node,
          text: `In sync with generation ${holds?.generation ?? '?'}, ${files} files: ${what}.`,
        };
  };
  return {
    replicated: ({ modeDrift }, { written, removed, failures }) => {
      const refused = new Set(failures.map(({ path }) => path));
      const mended = modeDrift.filter((path) => !refused.has(path)).length;
      work = { written: work.written + written, removed: work.removed + removed, mended: work.mended + mended };
    },
    status: (status) => {
      const before = state;
      state = status.state;
      if (status.state === 'in-sync') return inSync(status.holds, status.files);
      if (status.state === 'starting' || status.state === 'syncing' || before === status.state) return undefined;
      return troubleWords(node, status.state, status.why);
    },
  };
}

/** Files are held back, or cannot be read or written; told when it begins. */
export const troubleWords = (node: NodeName, state: 'held' | 'failing', why: string | undefined): EventWords => ({
  kind: state,
  subject: node,
  text: why ?? (state === 'held' ? 'Changes are held back.' : 'Files cannot be read or written.'),
});
