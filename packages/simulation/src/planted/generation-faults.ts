/** Planted where generations are numbered, compared and told: integrity, epochs, the protocol. */
import { lines, type PlantedFault } from './fault.ts';

export const generationFaults: readonly PlantedFault[] = [
  {
    name: 'stale-epoch-accepted',
    about: 'A tree of an earlier start of the master passes for the announced one when their numbers are equal.',
    module: 'actors/file-sync/dist/worker/advance.js',
    find: 'if (target !== undefined && compareGenerations(target.id, announced.id) === 0)',
    put: 'if (target !== undefined && target.id.generation === announced.id.generation)',
    expects: ['equal-after-healing', 'generation-held'],
    needs:
      "the master's files change while it is down, and a generation of its next start has the number that a worker holds",
  },
  {
    name: 'epoch-reused',
    about: 'A start of the master takes the stored epoch, not the next one, where the clock does not lead beyond it.',
    module: 'packages/daemon/dist/epoch.js',
    find: '(await storedEpoch(disk, path)) + 1',
    put: 'await storedEpoch(disk, path)',
    expects: ['generations-grow', 'equal-after-healing'],
    needs:
      "the master's wall clock jumps back by more than the time since its start, it is restarted, and its files changed meanwhile",
  },
  {
    name: 'dropped-dirty-directory',
    about: 'A hint replaces the one that waits, instead of joining it.',
    module: 'actors/integrity/dist/shapes.js',
    find: 'return new Set([...(extent ?? []), ...more]);',
    put: 'return new Set(more);',
    expects: ['prompt', 'equal-after-healing'],
    needs:
      'two directories change within the time in which hints are gathered; a bound of convergence below the full reconcile where no hint is lost',
  },
  {
    name: 'dirty-during-scan-dropped',
    about: 'What became dirty while a scan ran is forgotten when that scan ends.',
    module: 'actors/integrity/dist/decide.js',
    find: lines('        scan: undefined,', '        scanTrouble: undefined,', '        last: result,'),
    put: lines(
      '        scan: undefined,',
      '        dirty: undefined,',
      '        scanTrouble: undefined,',
      '        last: result,',
    ),
    expects: ['prompt', 'equal-after-healing'],
    needs:
      'a change while a scan runs: a slow disk, a busy operator; a bound of convergence below the full reconcile where no hint is lost',
  },
  {
    name: 'reconcile-never',
    about: 'Hints of watches are taken for the truth: nothing is ever scanned anew without one.',
    module: 'actors/integrity/dist/decide.js',
    find: 'state.polling ? config.pollEveryMs : config.reconcileEveryMs',
    put: 'state.polling ? config.pollEveryMs : Number.POSITIVE_INFINITY',
    expects: ['equal-after-healing'],
    needs: 'a lost hint, and no later one of the same directory',
  },
  {
    name: 'poll-not-taken-over',
    about: 'When the system has no more watches that is logged, but nothing polls from then on.',
    module: 'packages/daemon/dist/files/node-files.js',
    find: lines('        hints.exhausted(error);', '        hints.poll();'),
    put: '        hints.exhausted(error);',
    expects: ['prompt', 'equal-after-healing'],
    needs: 'watches run out, then a file changes; a bound of convergence below the full reconcile',
  },
  {
    name: 'confirmation-not-numbered',
    about: 'A tree that did not change gets no new number, also when a worker asked whether its deletions are meant.',
    module: 'actors/integrity/dist/decide.js',
    find: 'known.tree.root === result.tree.root && !(scan.confirms && state.confirm !== undefined)',
    put: 'known.tree.root === result.tree.root',
    expects: ['equal-after-healing'],
    needs: 'a deletion beyond the limits, and no other change of the master after it',
  },
  {
    name: 'held-path-deleted',
    about: 'What the master holds back counts as absent there: the workers delete their copies.',
    module: 'protocol/dist/tree-changes.js',
    find: 'remove: changes.remove.filter((path) => !to.held.has(path)),',
    put: 'remove: changes.remove,',
    expects: ['no-wrong-deletion'],
    needs: 'a file that the workers have becomes larger than the limit, or a symlink that leads outside',
  },
];
