import fc from 'fast-check';
import { populationOf } from '../../src/agents/index.ts';
import { healAll } from '../../src/nemesis/index.ts';
import { agentKinds, type Deed, isOfAgents, planOf } from '../../src/plan/index.ts';
import { openRig, planWith, root } from '../workload/rig.ts';
import { agentsPlan, openAgentRig } from './rig.ts';

/** Each kind of deed, as some seed draws it in a cluster of three. */
const drawn = new Map<string, Deed>();
for (let seed = 0; drawn.size < agentKinds.length; seed++)
  for (const one of planOf(seed, { nodes: 3 }).deeds) if (isOfAgents(one)) drawn.set(one.kind, { ...one, atMs: 1_000 });

describe('a deed of agents', () => {
  it.each(agentKinds)('%s touches nothing but what agents are about', async (kind) => {
    const rig = openAgentRig([drawn.get(kind)!]);
    const stray: string[] = [];
    rig.world.hear.file(({ path, by }) => {
      const isMeant = /^(queue\/agent-(info|groups)\/|etc\/(client\.keys|\.client\.keys\.beside~)$)/;
      if (by !== 'power' && !isMeant.test(path.slice(root.length + 1))) stray.push(path);
    });
    await rig.pass(60_000);
    expect(stray).toEqual([]);
  });

  it.each(agentKinds)('%s is over at the healing', async (kind) => {
    const rig = openAgentRig([drawn.get(kind)!]);
    await rig.pass(1_500);
    healAll(rig.world);
    for (const node of rig.world.nodes) {
      expect(node.neighbours.faults).toEqual([]);
      expect([...node.store.failures, ...node.store.ambushes]).toEqual([]);
      expect(rig.agents.isUp(node)).toBe(true);
      for (const path of Object.keys(rig.texts(node.name, 'queue/agent-info')))
        expect(path).toMatch(/\/(reporting|new|stray)-/);
    }
    await rig.pass(17_000);
    expect(rig.agents.unsettled()).toBeUndefined();
  });

  it.each(agentKinds)('%s does nothing where nobody reports', async (kind) => {
    const rig = openRig(planWith([{ ...drawn.get(kind)!, id: 'a1' } as Deed]));
    for (const node of rig.world.nodes) node.start();
    const changes: string[] = [];
    rig.world.hear.file(({ path }) => void changes.push(path));
    await rig.pass(60_000);
    expect(changes).toEqual([]);
  });
});

describe('all deeds of agents together', () => {
  it('end with everybody who lives and is enrolled settled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 32 - 1 }), async (seed) => {
        const { deeds } = planOf(seed, { nodes: 3 });
        const plan = { ...planWith(deeds.filter(isOfAgents), { seed, files: 5 }), agents: agentsPlan };
        const rig = openRig({ ...plan, starts: { worker1: 'copy', worker2: 'copy' } });
        for (const node of rig.world.nodes) node.start();
        await rig.pass(90_000);
        healAll(rig.world);
        await rig.pass(20_000);
        expect(populationOf(rig.world)!.unsettled()).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });
});
