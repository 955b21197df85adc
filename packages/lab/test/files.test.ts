import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentTraces, countKeys, makeRoots, readTree } from '../src/files.ts';
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
    expect(await countKeys(master.root)).toBe(12);
    expect([(await readTree(worker.root)).size, await countKeys(worker.root)]).toEqual([0, 0]);
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

describe('the traces of an agent', () => {
  it('are its living line and its files', async () => {
    const root = mkdtempSync(join(tmpdir(), 'lab-traces-'));
    for (const path of ['etc', 'queue/agent-info', 'queue/agent-groups'])
      mkdirSync(join(root, path), { recursive: true });
    const gate = { id: 7, name: 'gate' };
    expect(await agentTraces(root, gate)).toEqual([]);
    writeFileSync(join(root, 'etc/client.keys'), '007 gate any key\n');
    writeFileSync(join(root, 'queue/agent-info/gate-any'), '');
    writeFileSync(join(root, 'queue/agent-groups/007'), '');
    expect(await agentTraces(root, gate)).toEqual([
      'etc/client.keys',
      'queue/agent-info/gate-any',
      'queue/agent-groups/007',
    ]);
    writeFileSync(join(root, 'etc/client.keys'), '007 !gate any key\n');
    expect(await agentTraces(root, gate)).toHaveLength(2);
    rmSync(root, { recursive: true });
  });
});
