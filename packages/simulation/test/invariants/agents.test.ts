import { enrolmentsOf } from '../../src/agents/enrolment.ts';
import { keysOf } from '../../src/agents/index.ts';
import { addKeys, linesOf, removeKeys, writeKeys } from '../../src/agents/keys.ts';
import {
  openAgentKeys,
  openAgentsHealed,
  openEnrolments,
  openTruth,
  type Truth,
} from '../../src/invariants/agents/index.ts';
import type { AgentRow } from '../../src/invariants/agents/view.ts';
import { healAll } from '../../src/nemesis/index.ts';
import type { SimNode } from '../../src/world/world.ts';
import { type AgentRig, agentDeed, openAgentRig } from '../agents/rig.ts';

/** What a master shows that knows the truth. */
function rowsOf({ node, world, agents }: AgentRig, truth: Truth): AgentRow[] {
  return [...keysOf(node('master')).values()].map(({ id, name, key }) => {
    const newest = truth.newest(key);
    const version = agents.agents.find((one) => one.id === id)?.facts.version ?? '';
    if (newest === undefined) return { id, name, status: 'never_connected', version: '', groups: '' };
    const seenAgoMs = world.timeline.now() - newest.at;
    const status = seenAgoMs > agents.plan.disconnectMs ? 'disconnected' : newest.status;
    return { id, name, status, node: newest.node, seenAgoMs, version, groups: '' };
  });
}

/** After the healing, when everybody has said his last; then `spoil` is what the master shows instead. */
async function healed(
  spoil: (rows: AgentRow[], rig: AgentRig) => unknown = () => {},
  rig = openAgentRig([], { disconnectMs: 900_000 }),
): Promise<string | undefined> {
  const truth = openTruth(rig.world);
  const { differs } = openAgentsHealed(rig.world, truth);
  await rig.pass(5_000);
  healAll(rig.world);
  await rig.pass(20_000);
  for (const worker of rig.world.workers)
    for (const [id, groups] of rig.agents.beside(rig.world.master)!.groups())
      rig.agents.beside(worker)!.assign({ id, name: '' }, groups);
  const rows = rowsOf(rig, truth);
  spoil(rows, rig);
  (rig.world.master as { ask: SimNode['ask'] }).ask = (async ({ after }: { after: number }) =>
    after === 0
      ? { type: 'agents', rows: rows.slice(0, 3), next: 3, total: 0 }
      : { type: 'agents', rows: rows.slice(3), total: 0 }) as never;
  return (await differs())?.text;
}

describe('a healed cluster', () => {
  it('whose master shows everybody as they are differs in nothing', async () => {
    expect(await healed()).toBeUndefined();
  });

  it.each<[string, (rows: AgentRow[], rig: AgentRig) => unknown, string]>([
    ['shows one twice', (rows) => rows.push(rows.at(-1)!), 'the master shows agent 1004 twice'],
    ['shows a ghost', (rows) => rows.push({ ...rows[0]!, id: 77 }), 'agent 77, which its client.keys has not'],
    ['does not show one', (rows) => rows.pop(), 'the master does not show agent 1004'],
    ['shows one elsewhere', (rows) => rows.push({ ...rows.pop()!, node: 'nowhere' }), 'agent 1004 at nowhere active'],
    ['judges one that lives', (rows) => rows.push({ ...rows.pop()!, status: 'disconnected' }), 'disconnected, told by'],
    ['has an old time', (rows) => rows.push({ ...rows.pop()!, seenAgoMs: 60_000 }), 'seen at'],
    ['has an old version', (rows) => rows.push({ ...rows.pop()!, version: 'v1' }), 'of version v1'],
    [
      'shows one that nobody heard as another',
      (rows) => Object.assign(rows.find(({ status }) => status === 'never_connected')!, { status: 'active' }),
      'whom no manager has ever heard',
    ],
  ])('whose master %s differs', async (_, spoil, words) => {
    expect(await healed(spoil)).toContain(words);
  });

  it('in which a worker has other groups than the master differs', async () => {
    const words = await healed((_, { agents, world }) =>
      agents.beside(world.workers[0]!)!.assign({ id: 1_001, name: '' }, ['other']),
    );
    expect(words).toMatch(/agent 1001 has the groups other on worker1, .* on the master/);
  });

  it('in which something is left of an agent that is none differs', async () => {
    const words = await healed((_, { agents, world }) =>
      agents.beside(world.workers[0]!)!.assign({ id: 4_711, name: '' }, ['other']),
    );
    expect(words).toContain('worker1 still has groups of agent 4711');
  });

  it('in which an agent that is none has a status, though another has its id, differs', async () => {
    const words = await healed((rows, { agents, world }) => {
      const { id } = rows.at(-1)!;
      const before = { ...agents.agents.find((one) => one.id === id)!, name: 'before' };
      agents.add(before, world.workers[0]!);
      agents.beside(world.workers[0]!)!.keepAlive(before);
    });
    expect(words).toContain('worker1 still has a status of agent 1004, before');
  });

  it.each([
    ['may for a while have what a process never knew', 0, '', true],
    ['may for a while have what a process may not have read', 5_000, '', true],
    ['has nothing that a process knew', 20_000, '', false],
    ['may have what a process never knew, where not all lines are understood', 0, 'no line\n', undefined],
    ['has nothing that it may have read, where not all lines are understood', 5_000, 'no line\n', true],
  ])('%s', async (_, knownMs, litter, late) => {
    const rig = openAgentRig([], { disconnectMs: 900_000 });
    const [worker] = rig.world.workers;
    const truth = openTruth(rig.world);
    const { differs } = openAgentsHealed(rig.world, truth);
    await rig.pass(5_000);
    addKeys(worker!, [{ id: 4_711, name: 'other', ip: 'any', key: 'b'.repeat(64) }]);
    await rig.pass(knownMs);
    removeKeys(worker!, new Set([4_711]), false);
    writeKeys(worker!, [...linesOf(worker!), litter]);
    rig.agents.beside(worker!)!.assign({ id: 4_711, name: '' }, ['other']);
    healAll(rig.world);
    await rig.pass(20_000);
    const rows = rowsOf(rig, truth);
    for (const [id, groups] of rig.agents.beside(rig.world.master)!.groups())
      for (const one of rig.world.workers) rig.agents.beside(one)!.assign({ id, name: '' }, groups);
    (rig.world.master as { ask: SimNode['ask'] }).ask = (async () => ({ type: 'agents', rows, total: 0 })) as never;
    expect((await differs())?.late).toBe(late);
  });

  it('is not yet one while somebody has not said his last', async () => {
    const rig = openAgentRig();
    const { differs } = openAgentsHealed(rig.world, openTruth(rig.world));
    await rig.pass(5_000);
    healAll(rig.world);
    expect((await differs())?.text).toContain('have not said their last');
  });
});

describe('who asked for an agent', () => {
  const opened = () => {
    const rig = openAgentRig();
    const violations: string[] = [];
    (rig.world as { violate: unknown }).violate = (name: string, text: string) => violations.push(`${name}: ${text}`);
    rig.world.hear.file(openEnrolments(rig.world).file);
    enrolmentsOf(rig.world).push({ name: 'new-1', node: 'worker1', outcome: 'waits', answers: 0, id: undefined });
    return { ...rig, violations };
  };
  const line = (id: number) => ({ id, name: 'new-1', ip: 'any', key: 'a'.repeat(64) });

  it('has one line of client.keys', () => {
    const { world, violations } = opened();
    addKeys(world.master, [line(2_000)]);
    expect(violations).toEqual([]);
    addKeys(world.master, [line(2_001)]);
    expect(violations[0]).toBe("registered-once: the master's client.keys has had new-1 as the agents 2000 and 2001");
  });

  it('is the agent that he was told to be', () => {
    const { world, violations } = opened();
    enrolmentsOf(world)[0]!.id = 2_001;
    addKeys(world.master, [line(2_000)]);
    expect(violations[0]).toBe('registered-once: new-1 was told to be agent 2001, and client.keys has it as 2000');
  });
});

test("an agent's key in a log is a secret that was told", () => {
  const rig = openAgentRig([agentDeed('agent-list', { node: 'master', what: 'all' })]);
  const violations: string[] = [];
  (rig.world as { violate: unknown }).violate = (name: string) => violations.push(name);
  const log = openAgentKeys(rig.world);
  const { key } = rig.agents.agents[0]!;
  const told = { node: 'master', level: 'info', tag: 'x' } as const;
  log({ ...told, text: `sum ${'0'.repeat(64)}` });
  expect(violations).toEqual([]);
  log({ ...told, text: `the key is ${key}.` });
  expect(violations).toEqual(['secrets']);
});
