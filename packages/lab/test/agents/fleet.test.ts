import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentState } from '../../src/agents/agent.ts';
import { type Fleet, startFleet } from '../../src/agents/fleet.ts';
import { until } from '../../src/testing/index.ts';
import { openRig, type Rig } from '../neighbours/rig.ts';

const times = { notifyMs: 20, reconnectMs: 400, answerMs: 120_000, retryMs: 20 };

let rig: Rig;
let fleet: Fleet | undefined;
beforeEach(async () => {
  rig = await openRig(3);
});
afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
  await rig.close();
});

function start(agents: number): Fleet {
  const servers = rig.nodes.map(({ enrolPort, agentsPort }) => ({ host: '127.0.0.1', enrolPort, agentsPort }));
  fleet = startFleet({ agents, seed: 3, servers, group: undefined, times }, () => {});
  return fleet;
}
const at = (node: string): readonly AgentState[] =>
  fleet!.states().filter((state) => state.state === 'reporting' && state.node === node);
const allReport = (count: number) =>
  until('all report', () => fleet!.states().filter(({ state }) => state === 'reporting').length === count);

describe('simulated agents', () => {
  it('enrol once and report, as many to each node', async () => {
    start(30);
    await allReport(30);
    expect(rig.enrolled.size).toBe(30);
    expect(['node1', 'node2', 'node3'].map((node) => at(node).length)).toEqual([10, 10, 10]);
    const files = rig.roots.map((root) => readdirSync(join(root, 'queue/agent-info')).length);
    expect(files).toEqual([10, 10, 10]);
    expect(fleet!.states().every(({ losses }) => losses === 0)).toBe(true);
  });

  it('report elsewhere when their node is gone, and stay there', async () => {
    start(30);
    await allReport(30);
    await rig.nodes[1]!.close();
    await until('they are elsewhere', () => at('node1').length + at('node3').length === 30);
    expect(fleet!.states().filter(({ losses }) => losses === 1)).toHaveLength(10);
    expect(rig.enrolled.size).toBe(30);
    expect([...rig.nodes[0]!.connected(), ...rig.nodes[2]!.connected()].sort((a, b) => a - b)).toEqual([
      ...rig.enrolled.keys(),
    ]);
  });

  it('go on asking for a key until there is a master', async () => {
    const registrar = rig.registrar;
    let refused = 0;
    rig.registrar = () => {
      refused += 1;
      return Promise.reject(new Error('no master'));
    };
    start(3);
    await until('each was refused', () => refused > 6);
    expect(fleet!.states()[0]).toMatchObject({ state: 'enrolling', why: 'Cannot comunicate with master' });
    rig.registrar = registrar;
    await allReport(3);
    expect(rig.enrolled.size).toBe(3);
  });

  it('know that they are not wanted any more when their key is gone', async () => {
    start(3);
    await allReport(3);
    rig.remove(2);
    const removed = () => fleet!.states().find(({ id }) => id === 2);
    await until('it is refused', () => /There is no agent 2/.test(removed()?.why ?? ''));
    expect(removed()?.state).toBe('lost');
    expect(fleet!.states().filter(({ state }) => state === 'reporting')).toHaveLength(2);
  });

  it('say goodbye when they are stopped', async () => {
    start(6);
    await allReport(6);
    await fleet!.stop();
    expect(fleet!.states().every(({ state }) => state === 'stopped')).toBe(true);
    await until('nobody is connected', () => rig.nodes.every((node) => node.connected().length === 0));
  });
});
