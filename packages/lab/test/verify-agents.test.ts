import type { KnownAgent } from '../src/census.ts';
import { labNodes } from '../src/layout.ts';
import { type AgentsBench, agentSteps } from '../src/verify-agents.ts';

const nodes = labNodes('/lab', 2);

/** Two agents, at the master and at the last worker; every step works at once. */
function world(): { bench: AgentsBench; known: KnownAgent[]; removed: number[]; traces: string[] } {
  const known: KnownAgent[] = [];
  const removed: number[] = [];
  const traces: string[] = [];
  const bench: AgentsBench = {
    count: 2,
    begin: () =>
      void known.push(
        { id: 1, name: 'gate-1', state: 'reporting', node: 'master', losses: 0, why: '' },
        { id: 2, name: 'gate-2', state: 'reporting', node: 'worker2', losses: 0, why: '' },
      ),
    known: () => known,
    shown: async () =>
      known
        .filter(({ id }) => !removed.includes(id!))
        .map(({ id, node }) => ({ id: id!, status: 'active', node: node! })),
    killAll: ({ name }) => {
      for (const [index, agent] of known.entries())
        if (agent.node === name) known[index] = { ...agent, node: 'worker1', losses: 1 };
    },
    remove: async (id) => void removed.push(id),
    traces: async () => traces,
    reconnectMs: 4_000,
  };
  return { bench, known, removed, traces };
}

const outcome = async (bench: AgentsBench): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const { act, also } of agentSteps(bench, nodes)) {
    await act();
    found.push((await also?.()) ?? '');
  }
  return found;
};

describe('the proof of agents', () => {
  it('holds where agents report, move and go as they should', async () => {
    const { bench, removed } = world();
    expect(await outcome(bench)).toEqual(['', '', '']);
    expect(removed).toEqual([1]);
  });

  it('waits for all of them', async () => {
    const { bench } = world();
    const [first] = agentSteps({ ...bench, count: 3 }, nodes);
    await first!.act();
    expect(await first!.also?.()).toBe('2 of 3 agents have begun');
  });

  it('names agents that stay at a dead node, and one that is still known after its removal', async () => {
    const { bench, traces } = world();
    traces.push('etc/client.keys');
    expect(await outcome({ ...bench, killAll: () => {} })).toEqual([
      '',
      '1 agents still report to worker2, as gate-2',
      'master: etc/client.keys still knows gate-1',
    ]);
  });

  it('bears agents that are back at the dead node, once that is back itself', async () => {
    const { bench, known } = world();
    const killAll = (): void => {
      known[1] = { ...known[1]!, losses: 1 };
    };
    expect(await outcome({ ...bench, killAll })).toEqual(['', '', '']);
  });

  it('names a removed agent that is still shown, and says when nobody answers', async () => {
    const { bench } = world();
    expect((await outcome({ ...bench, remove: async () => {} }))[2]).toBe('the master still shows gate-1');
    expect((await outcome({ ...world().bench, shown: async () => undefined }))[2]).toBe('the master does not answer');
  });
});
