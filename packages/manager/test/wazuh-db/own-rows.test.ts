import { openWazuhDbManager } from '../../src/index.ts';
import { doubleSockets, infoOf, ownNode, type SocketDouble, wazuhDbDouble } from '../../src/testing/index.ts';
import { forever } from '../rig.ts';

function open(agents: number) {
  let nowMs = 1_767_225_600_000;
  const double = wazuhDbDouble({ role: 'master', now: () => nowMs / 1_000 });
  for (let id = 1; id <= agents; id++) double.insert(id, `a${id}`, 'any');
  const wdb: SocketDouble = { handle: double.handle };
  const manager = openWazuhDbManager({
    sockets: doubleSockets('/r', { 'queue/db/wdb': wdb, 'queue/sockets/wdb-http.sock': { http: double.http } }),
    root: '/r',
    ownNode,
    isMaster: true,
    wallNow: () => nowMs,
    turn: () => Promise.resolve(),
    keys: {
      has: () => true,
      of: (id) => ({ id, name: `a${id}`, ip: 'any' }),
      byFileName: () => undefined,
      version: () => 0,
      gone: () => [],
      doubts: () => 0,
    },
  });
  return {
    double,
    manager,
    wdb,
    now: () => nowMs,
    pass: (seconds: number): void => {
      nowMs += seconds * 1_000;
    },
  };
}

describe('agents that report to a master of 4.x itself', () => {
  it('are given, and again when they are heard again, and those of other nodes are not', async () => {
    const { double, manager, now, pass } = open(5);
    double.keepsAlive(1, infoOf(1, 'v1', ownNode));
    double.keepsAlive(2, infoOf(2, 'v1', ownNode));
    await manager.publish(
      [
        {
          id: 3,
          seenMs: now(),
          status: 'active',
          code: 0,
          disconnectedMs: 0,
          node: 'there',
          info: infoOf(3, 'v1', 'there'),
        },
      ],
      forever,
    );
    const first = await manager.seen(forever);
    expect([first.agents.map(({ id, seenMs, status }) => [id, seenMs, status]), first.faults]).toEqual([
      [
        [1, now(), 'active'],
        [2, now(), 'active'],
      ],
      [],
    ]);
    expect(first.agents[0]?.info?.version).toBe('v1');
    await first.remembered();
    pass(20);
    // What was heard within two seconds of the first look is looked at twice.
    await (await manager.seen(forever)).remembered();
    expect((await manager.seen(forever)).agents).toEqual([]);
    double.keepsAlive(2);
    pass(5);
    double.shutsDown(1);
    const second = await manager.seen(forever);
    expect(second.agents.map(({ id, status }) => [id, status])).toEqual([
      [1, 'disconnected'],
      [2, 'active'],
    ]);
  });

  it('are given 5,000 or little more at a time, however many there are', async () => {
    const { double, manager } = open(11_000);
    for (let id = 1; id <= 11_000; id++) double.keepsAlive(id, infoOf(id, 'v1', ownNode));
    const given = new Set<number>();
    for (let more = true; more; ) {
      const seen = await manager.seen(forever);
      expect(seen.agents.length).toBeLessThanOrEqual(5_000);
      for (const { id } of seen.agents) given.add(id);
      await seen.remembered();
      more = seen.more;
    }
    expect(given.size).toBe(11_000);
  });

  it('are a fault, and nothing else, where the database refuses to tell', async () => {
    const { manager, wdb } = open(1);
    for (const answer of ['err no', 'ok {{', 'what']) {
      wdb.handle = () => Buffer.from(answer);
      expect(await manager.seen(forever)).toMatchObject({
        agents: [],
        faults: [{ at: 'queue/db/wdb', code: 'own-agents-unread' }],
        more: false,
      });
    }
  });
});
