import { allIds, emptySum, MAX_HISTORY, openRangeDigest } from '@muster/protocol';
import { emptyDisk, type MasterAgents, openMasterAgents } from '@muster/store';
import { everyone, info, memory, update } from './agents.ts';

const open = (disk = emptyDisk()): Promise<MasterAgents> => openMasterAgents(memory(disk));
const digestOf = (pairs: readonly (readonly [number, number])[]) => {
  const digest = openRangeDigest();
  for (const [id, revision] of pairs) digest.change(id, undefined, revision);
  return digest.sum();
};
const merged = { lost: [], wanted: [], unknown: [], moved: new Map(), changed: [] };

describe('newest wins', () => {
  const held = { id: 7, revision: 10, seenMs: 1_000 };
  const cases = [
    ['the same node, a later revision, though seen earlier', 'w1', { revision: 11, seenMs: 900 }, 'taken'],
    ['the same node, the same revision', 'w1', { revision: 10, seenMs: 2_000 }, 'old'],
    ['the same node, an earlier revision', 'w1', { revision: 9, seenMs: 2_000 }, 'old'],
    ['another node, seen later, whatever the revision', 'w2', { revision: 1, seenMs: 1_001 }, 'taken'],
    ['another node, seen earlier', 'w2', { revision: 99, seenMs: 999 }, 'lost'],
    ['another node of a greater name, seen at the same time', 'w2', { revision: 1, seenMs: 1_000 }, 'taken'],
    ['another node of a lesser name, seen at the same time', 'w0', { revision: 1, seenMs: 1_000 }, 'lost'],
  ] as const;
  it.each(cases)('%s', async (_title, node, rest, verdict) => {
    const agents = await open();
    await agents.merge('w1', [update(7, { ...held, info: info('a') })], everyone);
    const outcome = await agents.merge(node, [update(7, rest)], everyone);
    expect(outcome.changed).toEqual(verdict === 'taken' ? [7] : []);
    expect(outcome.lost).toEqual(verdict === 'lost' ? [7] : []);
    expect(agents.one(7)).toMatchObject(verdict === 'taken' ? { ...rest, node } : { ...held, node: 'w1' });
  });

  it('an agent that is not in client.keys is unknown, and nothing of it is kept', async () => {
    const agents = await open();
    const outcome = await agents.merge('w1', [update(1), update(2)], (id) => id === 2);
    expect(outcome).toMatchObject({ unknown: [1], changed: [2] });
    expect([agents.one(1), agents.size()]).toEqual([undefined, 1]);
  });

  it('an agent that moves is told to whom had it, its info is wanted anew, and its history grows', async () => {
    const agents = await open();
    expect(await agents.merge('w1', [update(7, { info: info('a') })], everyone)).toEqual({ ...merged, changed: [7] });
    const outcome = await agents.merge('w2', [update(7, { seenMs: 2_000 })], everyone);
    expect(outcome).toEqual({ ...merged, changed: [7], wanted: [7], moved: new Map([['w1', [7]]]) });
    expect(agents.history(7)).toEqual([
      { node: 'w2', sinceMs: 2_000 },
      { node: 'w1', sinceMs: 1_000 },
    ]);
    expect(agents.info(7)?.name).toBe('a');
    await agents.merge('w2', [update(7, { seenMs: 2_000, info: info('b') })], everyone);
    expect(agents.info(7)).toEqual(info('b'));
  });

  it('the history is bounded', async () => {
    const agents = await open();
    for (let i = 0; i < 30; i++) await agents.merge(`w${i % 2}`, [update(7, { seenMs: i * 10 })], everyone);
    expect(agents.history(7)).toHaveLength(MAX_HISTORY);
    expect(agents.history(7)[0]).toEqual({ node: 'w1', sinceMs: 290 });
  });

  it('an info that came late does not replace a newer one', async () => {
    const agents = await open();
    await agents.merge('w1', [update(7, { revision: 5, info: info('new') })], everyone);
    await agents.merge('w1', [update(7, { revision: 4, info: info('old') })], everyone);
    expect(agents.info(7)?.name).toBe('new');
  });

  it('an update without info of an agent of which nothing is known wants it, also when it comes twice', async () => {
    const agents = await open();
    for (let i = 0; i < 2; i++) expect((await agents.merge('w1', [update(7)], everyone)).wanted).toEqual([7]);
    expect((await agents.merge('w1', [update(7, { info: info('a') })], everyone)).wanted).toEqual([]);
    expect(agents.info(7)?.name).toBe('a');
  });

  it('two transactions at once see each other', async () => {
    const agents = await open();
    const [one, two] = await Promise.all([
      agents.merge('w1', [update(7, { seenMs: 5 })], everyone),
      agents.merge('w2', [update(7, { seenMs: 4 })], everyone),
    ]);
    expect([one.changed, two.lost, agents.one(7)?.node]).toEqual([[7], [7], 'w1']);
  });
});

describe('silence', () => {
  it('disconnects what was last seen before the moment, once, and not what was seen at it', async () => {
    const agents = await open();
    await agents.merge('w1', [update(1, { seenMs: 999 }), update(2, { seenMs: 1_000 })], everyone);
    expect(await agents.judge(1_000, 5_000, () => false)).toEqual([1]);
    expect(await agents.judge(1_000, 6_000, () => false)).toEqual([]);
    expect(agents.one(1)).toMatchObject({ status: 'disconnected', code: 4, disconnectedMs: 5_000, seenMs: 999 });
    expect(agents.one(2)).toMatchObject({ status: 'active' });
  });

  it.each(['never_connected', 'disconnected'] as const)('leaves what is %s alone', async (status) => {
    const agents = await open();
    await agents.merge('w1', [update(1, { status, code: 3 })], everyone);
    expect(await agents.judge(9_000, 9_000, () => false)).toEqual([]);
    expect(agents.one(1)).toMatchObject({ status, code: 3 });
  });

  it('spares the agents of nodes that are spared, for as long as they are', async () => {
    const agents = await open();
    await agents.merge('w1', [update(1)], everyone);
    await agents.merge('w2', [update(2)], everyone);
    expect(await agents.judge(9_000, 9_000, (node) => node === 'w1')).toEqual([2]);
    expect(await agents.judge(9_000, 9_001, () => false)).toEqual([1]);
  });

  it('is over with the next update, and begins anew', async () => {
    const agents = await open();
    await agents.merge('w1', [update(1)], everyone);
    await agents.judge(2_000, 2_000, () => false);
    await agents.merge('w1', [update(1, { revision: 2, seenMs: 3_000 })], everyone);
    expect(agents.one(1)).toMatchObject({ status: 'active', disconnectedMs: 0 });
    expect(await agents.judge(3_000, 3_000, () => false)).toEqual([]);
    expect(await agents.judge(3_001, 3_001, () => false)).toEqual([1]);
  });

  it('is judged after a restart, too', async () => {
    const disk = emptyDisk();
    await (await open(disk)).merge('w1', [update(1), update(100_000)], everyone);
    expect(await (await open(disk)).judge(2_000, 2_000, () => false)).toEqual([1, 100_000]);
  });
});

describe('what a node believes', () => {
  const three = async (): Promise<MasterAgents> => {
    const agents = await open();
    await agents.merge('w1', [update(1), update(2), update(3)], everyone);
    await agents.merge('w2', [update(4)], everyone);
    return agents;
  };

  it('is left alone where it is so', async () => {
    const agents = await three();
    const held = new Map([1, 2, 3].map((id) => [id, 1]));
    expect(await agents.compare('w1', allIds, held)).toEqual({ lost: [], wanted: [], unknown: [] });
    expect(agents.digest('w1')).toEqual(digestOf([...held]));
  });

  it('is wanted again, and taken from its name, where it is not', async () => {
    const agents = await three();
    const held = new Map([
      [1, 2],
      [2, 1],
      [4, 1],
      [9, 1],
    ]);
    expect(await agents.compare('w1', allIds, held)).toEqual({ lost: [], wanted: [1, 3, 4, 9], unknown: [] });
    expect([1, 2, 3, 4].map((id) => agents.one(id)?.node)).toEqual(['', 'w1', '', 'w2']);
    expect(agents.digest('w1')).toEqual(digestOf([[2, 1]]));
  });

  it('of another node is weighed anew by its time: a store that was lost was told the older first', async () => {
    const agents = await open();
    await agents.merge('master', [update(1, { revision: 9, seenMs: 1_000 })], everyone);
    const held = new Map([[1, 5]]);
    expect(await agents.compare('w1', allIds, held)).toEqual({ lost: [], wanted: [1], unknown: [] });
    expect(agents.one(1)?.node).toBe('master');
    expect((await agents.merge('w1', [update(1, { revision: 6, seenMs: 999 })], everyone)).lost).toEqual([1]);
    await agents.merge('w1', [update(1, { revision: 6, seenMs: 1_001 })], everyone);
    expect(agents.one(1)?.node).toBe('w1');
  });

  it('counts in its range alone', async () => {
    const agents = await three();
    await agents.merge('w1', [update(300)], everyone);
    await agents.compare('w1', { from: 0, to: 255 }, new Map());
    expect([1, 300].map((id) => agents.one(id)?.node)).toEqual(['', 'w1']);
  });

  it('what is nobody\u2019s is taken from whoever sends it again, whatever its revision, unless it is clearly older', async () => {
    const agents = await three();
    await agents.compare('w1', allIds, new Map());
    const outcome = await agents.merge('w1', [update(1, { revision: 0, seenMs: 999 })], everyone);
    expect(outcome).toMatchObject({ changed: [1], moved: new Map() });
    expect((await agents.merge('w9', [update(2, { seenMs: -1_001 })], everyone)).lost).toEqual([2]);
  });
});

describe('views', () => {
  it('count agents by node and status', async () => {
    const agents = await open();
    await agents.merge('w1', [update(1), update(2, { status: 'pending' })], everyone);
    await agents.merge('w2', [update(2, { seenMs: 2_000 })], everyone);
    const none = { never_connected: 0, pending: 0, active: 0, disconnected: 0 };
    expect(agents.counts()).toEqual(
      new Map([
        ['w1', { ...none, active: 1 }],
        ['w2', { ...none, active: 1 }],
      ]),
    );
  });

  it('give pages by id, of a node, of a status', async () => {
    const agents = await open();
    const ids = [5, 1, 900, 70_000, 2_147_483_647];
    await agents.merge(
      'w1',
      ids.map((id) => update(id)),
      everyone,
    );
    await agents.merge('w2', [update(900, { seenMs: 2_000, status: 'pending' })], everyone);
    const first = agents.page({ after: 0, limit: 2 });
    expect([first.rows.map(({ id }) => id), first.next]).toEqual([[1, 5], 5]);
    const second = agents.page({ after: 5, limit: 10 });
    expect([second.rows.map(({ id }) => id), second.next]).toEqual([[900, 70_000, 2_147_483_647], undefined]);
    expect(agents.page({ after: 0, limit: 9, node: 'w2' }).rows.map(({ id }) => id)).toEqual([900]);
    expect(agents.page({ after: 0, limit: 9, status: 'pending' }).rows.map(({ id }) => id)).toEqual([900]);
    expect(agents.page({ after: 0, limit: 9, node: 'nobody' }).rows).toEqual([]);
  });

  it('a page that finds little looks at 5,000 rows, and says where it stopped', async () => {
    const agents = await open();
    const all = Array.from({ length: 6_000 }, (_, i) => update(i + 1, i === 5_500 ? { status: 'pending' } : {}));
    await agents.merge('w1', all, everyone);
    const first = agents.page({ after: 0, limit: 10, status: 'pending' });
    expect([first.rows, first.next]).toEqual([[], 5_000]);
    const second = agents.page({ after: 5_000, limit: 10, status: 'pending' });
    expect([second.rows.map(({ id }) => id), second.next]).toEqual([[5_501], undefined]);
  });

  it('what was not published is named until it was, as it is and not otherwise', async () => {
    const agents = await open();
    await agents.merge('w1', [update(1), update(2)], everyone);
    expect(agents.unpublished(10)).toEqual([1, 2]);
    expect(agents.unpublished(1)).toEqual([1]);
    const now = (id: number) => ({ ...agents.one(id)!, infoFrom: agents.infoFrom(id) });
    const [one, two] = [now(1), now(2)];
    await agents.merge('w1', [update(1, { revision: 2 })], everyone);
    await agents.published([one, two]);
    expect(agents.unpublished(10)).toEqual([1]);
    await agents.published([now(1)]);
    await agents.judge(9_000, 9_000, () => false);
    await agents.published([{ ...now(1), status: 'active' }]);
    expect(agents.unpublished(10)).toEqual([1, 2]);
  });

  it('what was asked for and came while an agent was published is not taken for published', async () => {
    const agents = await open();
    await agents.merge('w1', [update(1, { info: info('old') })], everyone);
    const moved = await agents.merge('w2', [update(1, { revision: 1, seenMs: 2_000 })], everyone);
    expect([moved.wanted, agents.infoFrom(1)]).toEqual([[1], 'w1']);
    const written = { ...agents.one(1)!, infoFrom: agents.infoFrom(1) };
    await agents.merge('w2', [update(1, { revision: 1, seenMs: 2_000, info: info('new') })], everyone);
    await agents.published([written]);
    expect([agents.unpublished(10), agents.infoFrom(1)]).toEqual([[1], 'w2']);
    await agents.published([{ ...agents.one(1)!, infoFrom: 'w2' }]);
    expect(agents.unpublished(10)).toEqual([]);
  });

  it('what is removed is gone from all of them', async () => {
    const disk = emptyDisk();
    const agents = await open(disk);
    await agents.merge('w1', [update(1, { info: info('a') }), update(2)], everyone);
    await agents.merge('w2', [update(1, { seenMs: 2_000 })], everyone);
    expect(await agents.remove([1, 5])).toEqual([1]);
    for (const each of [agents, await open(disk)]) {
      expect([each.one(1), each.info(1), each.history(1), each.size()]).toEqual([undefined, undefined, [], 1]);
      expect([each.digest('w2'), each.digest('w1')]).toEqual([emptySum, digestOf([[2, 1]])]);
      expect([each.unpublished(9), each.page({ after: 0, limit: 9 }).rows.length]).toEqual([[2], 1]);
    }
  });

  it('are the same after a restart', async () => {
    const disk = emptyDisk();
    const agents = await open(disk);
    await agents.merge('w1', [update(1, { info: info('a') }), update(70_000, { status: 'pending' })], everyone);
    await agents.merge('w2', [update(2, { code: 1 })], everyone);
    const again = await open(disk);
    const seen = (each: MasterAgents) => [
      each.page({ after: 0, limit: 9 }),
      each.counts(),
      each.digest('w1'),
      each.digest('w2'),
      each.info(1),
      each.history(1),
      each.unpublished(9),
    ];
    expect(seen(again)).toEqual(seen(agents));
  });
});

describe('a store that fails', () => {
  it('keeps nothing of what it refused, and nothing of it shows', async () => {
    const disk = emptyDisk();
    let fails = false;
    const kv = (await import('@muster/store')).openMemoryKv(
      disk,
      { maxBytes: 2 ** 20 },
      {
        commit: () => (fails ? Promise.reject(new Error('no')) : Promise.resolve()),
      },
    );
    const agents = await openMasterAgents(kv);
    await agents.merge('w1', [update(1)], everyone);
    fails = true;
    await expect(agents.merge('w2', [update(1, { seenMs: 2_000 })], everyone)).rejects.toMatchObject({
      code: 'store-disk',
    });
    expect(agents.one(1)?.node).toBe('w1');
    fails = false;
    expect((await agents.merge('w2', [update(1, { seenMs: 2_000 })], everyone)).changed).toEqual([1]);
    expect([agents.one(1)?.node, (await open(disk)).one(1)?.node]).toEqual(['w2', 'w2']);
  });
});
