import { openDice } from '../../src/dice.ts';
import { openFileSystem } from '../../src/disk/index.ts';
import { openMirror } from '../../src/invariants/mirror.ts';
import { openTimeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';
import type { SimNode } from '../../src/world/world.ts';

const root = '/var/ossec';

/** A disk, what the mirror says is on it, and what is. */
function opened() {
  const timeline = openTimeline(openDice(1), openTrace(10));
  const files = openFileSystem({ node: 'w', wallNow: () => 0, timeline });
  const mirror = openMirror({ files, root } as SimNode, () => 0);
  files.onChange((change) => void mirror.take(change));
  const mirrored = () => [...mirror.places].flatMap(([path, { content }]) => (content === undefined ? [] : [path]));
  const real = () => files.filesBelow(root).map(([path]) => path.slice(root.length + 1));
  return { files, mirrored: () => mirrored().sort(), real: () => [...real()].sort() };
}

const text = new Uint8Array([1]);

describe('the mirror of a disk', () => {
  it('has what was moved with its directory where it went, whoever made the directory', () => {
    const { files, mirrored, real } = opened();
    files.write(`${root}/etc/shared/default/a.txt`, text, 'operator');
    files.write(`${root}/etc/shared/default/deep/b.txt`, text, 'operator');
    files.rename(`${root}/etc/shared/default`, `${root}/etc/shared/moved`, 'operator');
    expect(mirrored()).toEqual(['etc/shared/moved/a.txt', 'etc/shared/moved/deep/b.txt']);
    expect(mirrored()).toEqual(real());
    files.remove(`${root}/etc/shared/moved/deep`, 'operator');
    expect(mirrored()).toEqual(['etc/shared/moved/a.txt']);
    expect(mirrored()).toEqual(real());
  });
});
