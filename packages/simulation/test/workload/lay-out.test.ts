import { loadConfig } from '@muster/config';
import { clusterKey, clusterName, keysPath, marksOf } from '../../src/workload/index.ts';
import { openRig, planWith, root } from './rig.ts';

const trees = (files: number, starts = {}) => {
  const rig = openRig({ ...planWith([], { files, nodes: 4 }), starts });
  const tree = (name: string) => {
    const all = { ...rig.texts(name), ...rig.texts(name, 'var') };
    const { 'etc/ossec.conf': _ossec, 'etc/muster.yaml': _yaml, ...rest } = all;
    return rest;
  };
  return { rig, tree };
};

describe('what is on the machines at the start', () => {
  it.each([0, 1, 2, 60, 1_000])('is %i files on the master, each telling whose it is', (files) => {
    const { tree } = trees(files);
    expect(Object.keys(tree('master'))).toHaveLength(files);
    for (const [path, text] of Object.entries(tree('master')))
      if (path !== keysPath) expect(marksOf(Buffer.from(text))).toMatchObject([{ path, by: 'operator@master' }]);
  });

  it('is nothing of them, all of them, or an older and edited tree on a worker', () => {
    const { tree } = trees(60, { worker1: 'empty', worker2: 'copy', worker3: 'stale' });
    expect(tree('worker1')).toEqual({});
    expect(tree('worker2')).toEqual(tree('master'));
    const stale = Object.entries(tree('worker3'));
    const same = stale.filter(([path, text]) => tree('master')[path] === text).length;
    expect(stale.length).toBeGreaterThan(20);
    expect(same).toBeGreaterThan(5);
    expect(stale.length - same).toBeGreaterThan(5);
    expect(stale.some(([path]) => tree('master')[path] === undefined)).toBe(true);
  });

  it('is a configuration that the daemon takes', async () => {
    const { rig } = trees(0);
    for (const { name, role, files } of rig.world.nodes) {
      const read = async (path: string): Promise<string | undefined> => {
        const bytes = files.read(path);
        return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
      };
      const config = await loadConfig({ root, read });
      expect(config.cluster).toMatchObject({ name: clusterName, nodeName: name, nodeType: role, key: clusterKey });
      expect(config.warnings).toEqual([]);
    }
  });

  it('outlasts a loss of power', () => {
    const { rig, tree } = trees(60, { worker1: 'copy' });
    const before = tree('worker1');
    rig.node('worker1').losePower();
    expect(tree('worker1')).toEqual(before);
  });
});
