/** Planted in the transaction that makes a generation true on the disk. */
import { lines, type PlantedFault } from './fault.ts';

export const treeFaults: readonly PlantedFault[] = [
  {
    name: 'journal-not-replayed',
    about: 'A start after a crash clears the journal and what was staged, instead of rolling it forward.',
    module: 'packages/tree/dist/recover.js',
    find: 'const applied = await rollForward(site);',
    put: 'const applied = undefined;',
    expects: ['journal'],
    needs:
      'a worker is killed between the journal and the last rename; the situations of the replayed journal are never met',
  },
  {
    name: 'rename-before-sync',
    about: 'Staged files get their final names before their bytes are on the disk.',
    module: 'packages/tree/dist/replicate.js',
    find: '        await makeDurable(site, work, staged);\n',
    put: '',
    expects: ['whole-files'],
    needs: 'a worker loses power after the renames and before the next sync',
  },
  {
    name: 'journal-gone-before-sync',
    about: 'The journal is removed before the renames that it tells of are on the disk.',
    module: 'packages/tree/dist/apply.js',
    find: 'await disk.sync(renamed.map(',
    put: 'void (renamed.map(',
    expects: ['journal', 'generation-held'],
    needs: 'a worker loses power right after a transaction, in which the removal of the journal outlives a rename',
  },
  {
    name: 'deletion-skips-trash',
    about: 'A file that a generation deletes is unlinked, not moved to the trash.',
    module: 'packages/tree/dist/removal.js',
    find: lines("        do: 'rename',", '        from: `'),
    put: lines("        do: 'unlink',", '        path: `'),
    expects: ['trash'],
    needs: 'any deletion',
  },
  {
    name: 'trash-keeps-one',
    about: 'The next deletion clears the trash of all that went before it.',
    module: 'packages/tree/dist/trash.js',
    find: 'export const trashGenerations = 8;',
    put: 'export const trashGenerations = 1;',
    expects: ['trash'],
    needs: 'two deletions on one worker',
  },
];
