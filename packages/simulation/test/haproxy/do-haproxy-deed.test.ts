import { crowdOf } from '../../src/haproxy/crowd.ts';
import { agentPortsOf } from '../../src/haproxy/lay-haproxy.ts';
import { addressOf } from '../../src/haproxy/ports-of-nodes.ts';
import { healAll } from '../../src/nemesis/index.ts';
import { type Deed, haproxyKinds, isOfHaproxy, noHaproxy, planOf } from '../../src/plan/index.ts';
import { openRig, planWith } from '../workload/rig.ts';

/** Each kind of deed, as some seed draws it in a cluster of three. */
const drawn = new Map<string, Deed>();
for (let seed = 0; drawn.size < haproxyKinds.length; seed++)
  for (const one of planOf(seed, { nodes: 3 }).deeds)
    if (isOfHaproxy(one)) drawn.set(one.kind, { ...one, atMs: 1_000 });

const open = (kind: string, agents: number) => {
  const plan = planWith([{ ...drawn.get(kind)!, id: 'h1' } as Deed], { files: 5 });
  const rig = openRig({ ...plan, haproxy: { ...noHaproxy, agents } });
  for (const node of rig.world.nodes) node.start();
  return rig;
};

describe('a deed of HAProxy', () => {
  it.each(haproxyKinds)('%s touches no file of a node', async (kind) => {
    const { world, pass } = open(kind, 12);
    const changes: string[] = [];
    world.hear.file(({ path }) => void changes.push(path));
    await pass(60_000);
    expect(changes).toEqual([]);
  });

  it.each(haproxyKinds)('%s is over at the healing', async (kind) => {
    const { world, pass } = open(kind, 12);
    await pass(1_500);
    healAll(world);
    const { haproxy } = world;
    expect([...haproxy.away, ...haproxy.faults]).toEqual([]);
    expect(haproxy.process()).toBeDefined();
    for (const { name } of world.nodes) expect(agentPortsOf(world)!.isUp(name)).toBe(true);
    haproxy.ask('add server wazuh_reporting/new 10.8.0.1:1514;set server wazuh_reporting/new state ready', 'operator');
    await pass(8_000);
    const wanting = crowdOf(world)!.agents.filter(({ wants }) => wants);
    expect(haproxy.process()!.sessions()).toHaveLength(wanting.length);
    expect(addressOf(world, 'master')).toBe('10.8.0.1');
  });

  it.each(haproxyKinds)('%s does nothing where there is no HAProxy', async (kind) => {
    const { world, pass } = open(kind, 0);
    await pass(30_000);
    expect(world.haproxy.process()).toBeUndefined();
    expect(crowdOf(world)).toBeUndefined();
  });
});

describe('plans', () => {
  it('number what happens to HAProxy apart from all else', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { deeds } = planOf(seed);
      const others = deeds.filter((deed) => !isOfHaproxy(deed) && !deed.id.startsWith('h'));
      expect(others.map(({ id }) => id).filter((id) => !/^[ad]?\d+$/.test(id))).toEqual([]);
    }
  });
});
