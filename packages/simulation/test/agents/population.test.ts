import { keysOf } from '../../src/agents/index.ts';
import { healAll } from '../../src/nemesis/index.ts';
import { agentDeed, openAgentRig } from './rig.ts';

describe('agents', () => {
  it('that live report to their node, each about once a period', async () => {
    const { pass, reports, agents } = openAgentRig();
    await pass(10_000);
    for (const { id, home } of agents.agents) {
      const own = reports.filter((report) => report.id === id && report.status === 'active');
      expect(own.length).toBeGreaterThanOrEqual(9);
      expect(own.length).toBeLessThanOrEqual(12);
      expect(new Set(own.map(({ node }) => node))).toEqual(new Set([home]));
    }
  });

  it('leave a file of their name and address, with what they told and the name of the node', async () => {
    const { pass, agents, texts } = openAgentRig();
    await pass(3_000);
    const cidr = agents.agents.find(({ ip }) => ip.includes('/'))!;
    const files = texts(cidr.home, 'queue/agent-info');
    expect(files[`queue/agent-info/${cidr.name}-10.0.0.0`]).toContain(`${cidr.facts.system} - ${cidr.facts.version}`);
    expect(files[`queue/agent-info/${cidr.name}-10.0.0.0`]).toContain(`#"node_name":${cidr.home}\n`);
  });

  it('whose manager is away report to the next, and their start is told there', async () => {
    const { pass, reports, agents, node } = openAgentRig();
    await pass(3_000);
    const [agent] = agents.agents;
    const home = agent!.home;
    const back = agents.takeAway(node(home));
    await pass(3_000);
    expect(agent!.home).not.toBe(home);
    expect(reports.filter(({ id, node: at }) => id === agent!.id && at === agent!.home)[0]?.status).toBe('pending');
    back();
    back();
    expect(agents.isUp(node(home))).toBe(true);
  });

  it('are let in by nobody whose client.keys has not their key', async () => {
    const { pass, reports, node } = openAgentRig();
    await pass(2_000);
    for (const name of ['master', 'worker1', 'worker2'])
      node(name).files.write(
        `${node(name).root}/etc/client.keys`,
        new TextEncoder().encode('1001 x any ab\n'),
        'operator',
      );
    const before = reports.length;
    await pass(5_000);
    expect(reports).toHaveLength(before);
  });

  it('report once more when the healing has begun, and then never again', async () => {
    const { pass, reports, agents, world } = openAgentRig();
    await pass(5_000);
    const before = reports.length;
    healAll(world);
    expect(agents.unsettled()).toContain('4 agents have not said their last');
    await pass(17_000);
    expect(agents.unsettled()).toBeUndefined();
    expect(reports.slice(before).filter(({ status }) => status === 'active')).toHaveLength(4);
    const after = reports.length;
    await pass(60_000);
    expect(reports).toHaveLength(after);
  });

  it('do not report after a silent end, nor more often after a start', async () => {
    const { pass, reports, agents } = openAgentRig([
      agentDeed('agent-restart', { count: 8, how: 'silent', downMs: 3_000 }),
    ]);
    await pass(2_500);
    const down = reports.length;
    await pass(2_000);
    expect(reports).toHaveLength(down);
    await pass(10_000);
    for (const { id } of agents.agents)
      expect(reports.slice(down).filter((report) => report.id === id).length).toBeLessThanOrEqual(13);
  });

  it('that move report to the other node from then on', async () => {
    const { pass, agents } = openAgentRig([agentDeed('agent-move', { node: 'worker2', count: 8 })]);
    await pass(4_000);
    expect(agents.agents.map(({ home }) => home)).toEqual(['worker2', 'worker2', 'worker2', 'worker2']);
  });

  it('that are removed by hand are in no line any more, or in one that says so', async () => {
    for (const by of ['hand', 'mark'] as const) {
      const { pass, agents, node, texts } = openAgentRig([
        agentDeed('agent-remove', { node: 'worker1', by, purge: false, count: 8 }),
      ]);
      await pass(3_000);
      for (const { id } of agents.agents) expect(keysOf(node('master')).has(id)).toBe(false);
      expect(texts('master')['etc/client.keys']!.includes('!reporting-0')).toBe(by === 'mark');
    }
  });

  it('are nowhere where the plan has none', () => {
    const rig = openAgentRig([], { count: 0, managers: {} } as never);
    expect(rig.agents).toBeUndefined();
    expect(Object.keys(rig.texts('master', 'queue'))).toEqual([]);
  });
});
