/** A directory of the table that goes away and comes back: real processes. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCluster, until } from '@muster/lab/testing';

test('a directory that was moved away and back is watched again: what changes in it is seen', async () => {
  // What is not watched is found an hour later: no test waits that long.
  const cluster = await openCluster({ workers: 0, musterYaml: 'integrity:\n  reconcile_every: 1h\n' });
  const { master } = cluster;
  const rules = join(master.root, 'etc/rules');
  const state = () => master.ask((it) => it.health());
  try {
    master.start();
    await until('the master has published', async () => (await state()).state === 'in-sync');
    const { files } = await state();
    await rename(rules, `${rules}.away`);
    await until('the loss is seen', async () => (await state()).state === 'held');
    await rename(`${rules}.away`, rules);
    await until('the return is seen', async () => (await state()).state === 'in-sync');
    // More than one: the first may be seen by the scan that found the directory again.
    for (const more of [1, 2, 3]) {
      await writeFile(join(rules, `new-${more}.xml`), '<group name="new,"></group>\n');
      await until(`new file ${more} is seen`, async () => (await state()).files === files + more);
    }
  } finally {
    await cluster.close();
  }
});
