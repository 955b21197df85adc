import { openEmbeddedManager } from '../../src/index.ts';
import { infoOf, type ManagerStage, managerCompliance, ownNode } from '../../src/testing/index.ts';
import { framework } from '../rig.ts';

/** A program on this machine reports; what it reported of each agent last is what is shown there. */
function embeddedStage(): Promise<ManagerStage> {
  let nowMs = 1_767_225_600_000;
  const agents = new Set<number>();
  const reported = new Map<number, { seenMs: number; version: string }>();
  const manager = openEmbeddedManager({
    keys: { has: (id) => agents.has(id) },
    ownNode,
    clock: { after: () => () => {} },
  });
  const report = (id: number, status: 'active' | 'pending', version?: string): Promise<void> => {
    const info = version === undefined ? {} : { info: infoOf(id, version, ownNode) };
    manager.report([{ id, seenMs: nowMs, status, code: 0, disconnectedMs: 0, ...info }]);
    reported.set(id, { seenMs: nowMs, version: version ?? reported.get(id)?.version ?? '' });
    return Promise.resolve();
  };
  return Promise.resolve({
    manager,
    now: () => nowMs,
    pass: (seconds) => {
      nowMs += seconds * 1_000;
      return Promise.resolve();
    },
    addAgents: (ids) => {
      for (const id of ids) agents.add(id);
      return Promise.resolve();
    },
    removeAgents: (ids) => {
      for (const id of ids) {
        agents.delete(id);
        reported.delete(id);
      }
      return Promise.resolve();
    },
    starts: (id) => report(id, 'pending'),
    keepsAlive: (id, version) => report(id, 'active', version),
    shown: (id) => {
      const published = manager.published(id);
      if (published === undefined) return Promise.resolve(reported.get(id));
      return Promise.resolve({ seenMs: published.seenMs, version: published.info.version });
    },
  });
}

managerCompliance('embedded', framework, embeddedStage);

describe('the embedded manager', () => {
  it('names agents that are not in client.keys, and leaves them out', async () => {
    const manager = openEmbeddedManager({ keys: { has: (id) => id === 1 }, ownNode, clock: { after: () => () => {} } });
    const alive = (id: number, seenMs: number) => ({
      id,
      seenMs,
      status: 'active' as const,
      code: 0,
      disconnectedMs: 0,
    });
    expect(manager.report([alive(1, 5), alive(2, 5)])).toMatchObject([{ at: 'agent 002', code: 'unknown-agent' }]);
    manager.report([alive(1, 4)]);
    expect((await manager.seen(new AbortController().signal)).agents).toEqual([alive(1, 5)]);
  });

  it('tells of reports once per 50 ms, to those who still watch', () => {
    const fires: (() => void)[] = [];
    const manager = openEmbeddedManager({
      keys: { has: () => true },
      ownNode,
      clock: {
        after: (ms, fire) => {
          expect(ms).toBe(50);
          fires.push(fire);
          return () => {};
        },
      },
    });
    let told = 0;
    const watch = manager.watch(() => {
      told += 1;
    });
    for (let turn = 0; turn < 3; turn++) manager.report([]);
    expect(fires.length).toBe(1);
    fires.pop()!();
    expect(told).toBe(1);
    watch.close();
    manager.report([]);
    expect([told, fires.length]).toEqual([1, 0]);
  });
});
