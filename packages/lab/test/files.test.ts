import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countAgents, makeRoots, readTree } from '../src/files.ts';
import { type LabNode, labNodes } from '../src/layout.ts';
import { chooseTargets } from '../src/targets.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function make(from?: string): Promise<readonly [master: LabNode, worker: LabNode]> {
  const nodes = labNodes(folder, 1);
  await makeRoots(nodes, { key: 'k'.repeat(32), port: 1516, from });
  return nodes as unknown as readonly [LabNode, LabNode];
}

describe('the roots of the lab', () => {
  it('hold the sample on the master and nothing on a worker', async () => {
    const [master, worker] = await make();
    const paths = [...(await readTree(master.root)).keys()].sort();
    expect(paths).toEqual([
      'etc/client.keys',
      'etc/decoders/kiln_decoders.xml',
      'etc/decoders/workshop_decoders.xml',
      'etc/lists/known-badges',
      'etc/lists/test-kilns',
      'etc/rules/100-workshop_rules.xml',
      'etc/rules/110-kiln_rules.xml',
      'etc/rules/local_rules.xml',
      'etc/shared/default/agent.conf',
      'etc/shared/dmz/agent.conf',
    ]);
    expect(await countAgents(master.root)).toBe(12);
    expect([(await readTree(worker.root)).size, await countAgents(worker.root)]).toEqual([0, 0]);
    expect(chooseTargets(paths)).toBeDefined();
  });

  it('have an ossec.conf that others may not read', async () => {
    const [, worker] = await make();
    expect(statSync(join(worker.root, 'etc/ossec.conf')).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(worker.root, 'etc/ossec.conf'), 'utf8')).toContain('<port>1516</port>');
  });

  const layouts: readonly [name: string, below: string][] = [
    ['rules, decoders and lists', ''],
    ['an etc', 'etc'],
  ];
  it.each(layouts)('start from a folder with %s, and take the rest from the sample', async (_name, below) => {
    const from = join(folder, 'from');
    mkdirSync(join(from, below, 'rules'), { recursive: true });
    writeFileSync(join(from, below, 'rules', 'mine.xml'), 'mine');
    const [master] = await make(from);
    const paths = [...(await readTree(master.root)).keys()];
    expect(paths.filter((path) => path.startsWith('etc/rules/'))).toEqual(['etc/rules/mine.xml']);
    expect(paths).toContain('etc/lists/known-badges');
  });

  it('are refused for a folder with nothing to start from', async () => {
    await expect(make('/dev')).rejects.toThrow('--from /dev: it holds neither an etc/ nor any of rules/');
  });
});

describe('the reading of a tree', () => {
  it('sees what the table selects, with its mode', async () => {
    const [master] = await make();
    const put = (path: string): void => writeFileSync(join(master.root, path), path);
    for (const path of ['etc/rules/a.tmp', 'etc/rules/b.swp', 'etc/shared/ar.conf', 'etc/other', 'queue/x']) put(path);
    const before = (await readTree(master.root)).size;
    put('etc/rules/real.xml');
    chmodSync(join(master.root, 'etc/rules/real.xml'), 0o604);
    const tree = await readTree(master.root);
    expect([before, tree.size]).toEqual([10, 11]);
    expect(tree.get('etc/rules/real.xml')?.mode).toBe(0o604);
  });

  it('of a root without directories is empty', async () => {
    expect((await readTree(join(folder, 'nowhere'))).size).toBe(0);
  });
});
