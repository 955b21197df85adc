/** What every adapter of the manager beside us promises. Knows no test framework: `describe`, `it` and `equal` come in. */
import type { PublishedAgent, Seen } from '../manager.ts';
import type { TestFramework } from './framework.ts';
import { groupsCompliance } from './groups-compliance.ts';
import { infoOf, type ManagerStage, type Row } from './stage.ts';

const never = new AbortController().signal;

/** `open` gives a new stage for each test. */
export function managerCompliance(name: string, framework: TestFramework, open: () => Promise<ManagerStage>): void {
  framework.describe(`${name} as a manager`, () => {
    seenCompliance(framework, open);
    publishCompliance(framework, open);
    groupsCompliance(framework, open);
  });
}

const rows = ({ agents }: Seen): Row[] =>
  agents.map(({ id, seenMs, status }) => ({ id, seenMs, status })).sort((one, other) => one.id - other.id);

function seenCompliance({ it, equal }: TestFramework, open: () => Promise<ManagerStage>): void {
  it('gives what was seen again until it is remembered, and never after', async () => {
    const stage = await open();
    await stage.addAgents([1, 2, 3]);
    await stage.keepsAlive(1, 'v1');
    await stage.starts(2);
    const seenMs = stage.now();
    const expected = [
      { id: 1, seenMs, status: 'active' },
      { id: 2, seenMs, status: 'pending' },
    ];
    const first = await stage.manager.seen(never);
    equal(rows(first), expected);
    equal(first.agents.find(({ id }) => id === 1)?.info?.version, 'v1');
    equal(first.faults, []);
    const second = await stage.manager.seen(never);
    equal(rows(second), expected);
    await second.remembered();
    equal(rows(await stage.manager.seen(never)), []);
    await stage.manager.close();
  });

  it('gives an agent once, as it is now, however often it was heard', async () => {
    const stage = await open();
    await stage.addAgents([1]);
    await stage.starts(1);
    await stage.keepsAlive(1, 'v1');
    await stage.pass(20);
    await stage.keepsAlive(1, 'v2');
    const seen = await stage.manager.seen(never);
    equal(rows(seen), [{ id: 1, seenMs: stage.now(), status: 'active' }]);
    equal(seen.agents[0]?.info?.version, 'v2');
    equal(seen.more, false);
    await stage.manager.close();
  });

  it('gives a keep-alive of an agent that was remembered, and what it says anew', async () => {
    const stage = await open();
    await stage.addAgents([1]);
    await stage.keepsAlive(1, 'v1');
    await (await stage.manager.seen(never)).remembered();
    await stage.pass(20);
    await stage.keepsAlive(1);
    const alive = await stage.manager.seen(never);
    equal(rows(alive), [{ id: 1, seenMs: stage.now(), status: 'active' }]);
    await alive.remembered();
    await stage.pass(20);
    await stage.keepsAlive(1, 'v2');
    const told = await stage.manager.seen(never);
    equal(rows(told), [{ id: 1, seenMs: stage.now(), status: 'active' }]);
    equal(told.agents[0]?.info?.version, 'v2');
    await stage.manager.close();
  });

  it('gives again what changed between the giving and the remembering', async () => {
    const stage = await open();
    await stage.addAgents([1, 2]);
    await stage.keepsAlive(1, 'v1');
    await stage.keepsAlive(2, 'v1');
    const seen = await stage.manager.seen(never);
    await stage.pass(20);
    await stage.keepsAlive(1, 'v2');
    // Whatever told of the change has come by now.
    await stage.pass(1);
    const during = await stage.manager.seen(never);
    await seen.remembered();
    equal(
      rows(during).some(({ id }) => id === 1),
      true,
    );
    await during.remembered();
    await stage.pass(20);
    await stage.keepsAlive(1);
    await stage.pass(1);
    equal(
      rows(await stage.manager.seen(never)).map(({ id }) => id),
      [1],
    );
    await stage.manager.close();
  });

  it('gives 5,000 at a time and says that more wait', async () => {
    const stage = await open();
    const ids = Array.from({ length: 5_003 }, (_, at) => at + 1);
    await stage.addAgents(ids);
    for (const id of ids) await stage.keepsAlive(id, 'v1');
    const given = new Set<number>();
    const first = await stage.manager.seen(never);
    equal([first.agents.length, first.more], [5_000, true]);
    for (const { id } of first.agents) given.add(id);
    await first.remembered();
    const rest = await stage.manager.seen(never);
    equal([rest.agents.length, rest.more], [3, false]);
    for (const { id } of rest.agents) given.add(id);
    equal(given.size, 5_003);
    await stage.manager.close();
  });

  it('rejects with the reason of a signal that fired', async () => {
    const stage = await open();
    const reason = new Error('stop');
    equal(await stage.manager.seen(AbortSignal.abort(reason)).catch((error: unknown) => error), reason);
    equal(await stage.manager.groups(0, AbortSignal.abort(reason)).catch((error: unknown) => error), reason);
    await stage.manager.close();
  });

  it('loses nothing of what was read when a call was aborted', async () => {
    const stage = await open();
    await stage.addAgents([1]);
    await stage.keepsAlive(1, 'v1');
    const abort = new AbortController();
    const seen = stage.manager.seen(abort.signal);
    abort.abort(new Error('stop'));
    await seen.catch(() => {});
    equal(
      rows(await stage.manager.seen(never)).map(({ id }) => id),
      [1],
    );
    await stage.manager.close();
  });
}

function publishCompliance({ it, equal }: TestFramework, open: () => Promise<ManagerStage>): void {
  const published = (stage: ManagerStage, id: number, version = 'v1', node = 'there'): PublishedAgent => ({
    id,
    seenMs: stage.now(),
    status: 'active',
    code: 0,
    disconnectedMs: 0,
    node,
    info: infoOf(id, version, node),
  });

  it('shows the manager what other nodes saw, and does not take that for what it saw itself', async () => {
    const stage = await open();
    await stage.addAgents([1, 2]);
    await (await stage.manager.seen(never)).remembered();
    for (let turn = 0; turn < 2; turn++) equal(await stage.manager.publish([published(stage, 1)], never), []);
    equal(await stage.shown(1), { seenMs: stage.now(), version: 'v1' });
    equal(rows(await stage.manager.seen(never)), []);
    await stage.pass(20);
    await stage.manager.publish([published(stage, 1), published(stage, 2, 'v7')], never);
    equal(await stage.shown(1), { seenMs: stage.now(), version: 'v1' });
    equal(await stage.shown(2), { seenMs: stage.now(), version: 'v7' });
    await stage.manager.publish([published(stage, 1, 'v2')], never);
    equal((await stage.shown(1))?.version, 'v2');
    await stage.pass(1);
    equal(rows(await stage.manager.seen(never)), []);
    await stage.manager.close();
  });

  it('gives an agent that came here after another node had it', async () => {
    const stage = await open();
    await stage.addAgents([1]);
    await stage.manager.publish([published(stage, 1)], never);
    await stage.pass(20);
    await stage.keepsAlive(1, 'v1');
    await stage.pass(1);
    equal(
      rows(await stage.manager.seen(never)).map(({ id }) => id),
      [1],
    );
    await stage.manager.close();
  });

  it('invents no agent: one that is not in client.keys is named, and the others are written', async () => {
    const stage = await open();
    await stage.addAgents([2]);
    const faults = await stage.manager.publish([published(stage, 1), published(stage, 2)], never);
    equal(
      faults.map(({ at, code }) => [at, code]),
      [['agent 001', 'unknown-agent']],
    );
    equal(await stage.shown(1), undefined);
    equal((await stage.shown(2))?.version, 'v1');
    await stage.manager.close();
  });

  it('leaves alone what its own node saw', async () => {
    const stage = await open();
    await stage.addAgents([1]);
    await stage.keepsAlive(1, 'v1');
    await stage.manager.publish([published(stage, 1, 'v9', 'here')], never);
    equal((await stage.shown(1))?.version, 'v1');
    await stage.manager.close();
  });

  it('forgets agents that are in client.keys no more, and others not', async () => {
    const stage = await open();
    await stage.addAgents([1, 2]);
    await stage.keepsAlive(1, 'v1');
    await stage.keepsAlive(2, 'v1');
    await stage.manager.assign(
      [
        { id: 1, groups: ['g'] },
        { id: 2, groups: ['g'] },
      ],
      never,
    );
    await (await stage.manager.seen(never)).remembered();
    await stage.removeAgents([1]);
    for (let turn = 0; turn < 2; turn++) equal(await stage.manager.forget([1], never), []);
    equal(await stage.shown(1), undefined);
    equal((await stage.shown(2))?.version, 'v1');
    const { rows: groups } = await stage.manager.groups(0, never);
    equal(groups, [{ id: 2, groups: ['g'] }]);
    await stage.manager.close();
  });
}
