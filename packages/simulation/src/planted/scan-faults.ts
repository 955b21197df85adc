/** Planted where files are listed, read and served. */
import { lines, type PlantedFault } from './fault.ts';

export const scanFaults: readonly PlantedFault[] = [
  {
    name: 'cache-trusts-mtime',
    about: 'A file of the same size and mtime counts as unchanged: neither inode nor ctime is looked at.',
    module: 'packages/tree/dist/packed.js',
    find: 'const identity = [device, inode, size, mtime, ctime];',
    put: 'const identity = [size, mtime];',
    expects: ['prompt', 'equal-after-healing', 'generation-held'],
    needs: 'a file changes with its size and mtime kept (write-unseen)',
  },
  {
    name: 'unreadable-directory-looks-empty',
    about: 'A directory that cannot be listed is taken to be gone: a partial tree passes for the whole.',
    module: 'packages/tree/dist/visit.js',
    find: '        block(walk, directory, entry, unreadableDirectory(directory, code));\n',
    put: '        walk.gone.add(directory);\n',
    expects: ['no-wrong-deletion', 'generation-held'],
    needs:
      'EACCES or EIO at a list of a directory below one of the table, on the master, few enough files for the guard',
  },
  {
    name: 'unsettled-directory-dropped',
    about:
      'A directory that could not be read whole, or has a file too fresh to be sure of, is not looked at again until it changes.',
    module: 'packages/tree/dist/visit.js',
    find: '=> before.settled &&',
    put: '=>',
    expects: ['generation-held', 'equal-after-healing'],
    needs:
      'a file cannot be read (EIO) and then can, with nothing changed about it; or a write within the tick of the one before',
  },
  {
    name: 'unmounted-directory-looks-empty',
    about: 'A table directory whose file system is not mounted is taken for one that was emptied.',
    module: 'packages/tree/dist/scan.js',
    find: 'const unmounted = await findUnmounted(disk, root, walk, visits, listings);',
    put: 'const unmounted = new Set();',
    expects: ['no-wrong-deletion', 'guarded-deletion'],
    needs: 'a bare unmount on the master, longer than the guard asks again',
  },
  {
    name: 'mode-drift-unseen',
    about: 'A file with the right owner counts as right, whatever its mode.',
    module: 'packages/tree/dist/classify.js',
    find: 'packedMode(packed, index) !== mode ||',
    put: '',
    expects: ['equal-after-healing', 'generation-held'],
    needs: 'an operator changes the mode of a file on a worker',
  },
  {
    name: 'oversize-looks-deleted',
    about: 'A file that grew beyond the limit is left out without a word, as if it were not there.',
    module: 'packages/tree/dist/classify.js',
    find: 'return void draft.problems.push(tooLarge(path, size, maxFileBytes));',
    put: 'return;',
    expects: ['no-wrong-deletion', 'generation-held'],
    needs: 'a file that the workers have grows beyond the limit on the master',
  },
  {
    name: 'reader-left-open',
    about: 'A large file that is sent stays open when its stream ends early.',
    module: 'packages/tree/dist/content-reader.js',
    find: lines(
      '        await sendPieces(reader, sink, signal);',
      '    }',
      '    finally {',
      '        await reader.close();',
      '    }',
    ),
    put: lines(
      '        await sendPieces(reader, sink, signal);',
      '        await reader.close();',
      '    }',
      '    finally {',
      '        signal.throwIfAborted();',
      '    }',
    ),
    expects: ['nothing-left-over'],
    needs: 'a link is cut while a file of more than 64 KiB is sent; then the master stops',
  },
  {
    name: 'cache-failure-unhandled',
    about: 'A digest cache that cannot be written rejects where nobody listens, and is never written again.',
    module: 'packages/tree/dist/cache-writer.js',
    find: lines('        catch {', '            unsaved = true;', '        }'),
    put: lines('        finally {', '            void unsaved;', '        }'),
    expects: ['no-unhandled-rejection'],
    needs: 'the disk is full or fails while the cache is saved: twice a minute at most, when files changed',
  },
];
