import { allIds, emptySum, packBatch, unpackBatch } from '@muster/protocol';
import { emptyDisk, openWorkerAgents, type WorkerAgents } from '@muster/store';
import { info, memory, nothing, update } from './agents.ts';

const open = (disk = emptyDisk(), leastRevision = 100): Promise<WorkerAgents> =>
  openWorkerAgents(memory(disk), { leastRevision });
const all = { rows: 1_000, fullRows: 600, bytes: 200_000 };
const unsentIds = (agents: WorkerAgents) => agents.unsent(all).updates.map(({ id }) => id);

describe('what a worker observes', () => {
  it('gets the next revision when it says something new', async () => {
    const agents = await open();
    expect(await agents.observe([update(1), update(2)])).toBe(2);
    expect(agents.unsent(all)).toEqual({
      updates: [update(1, { revision: 101 }), update(2, { revision: 102 })],
      more: false,
    });
  });

  const first = update(1, { info: info('a') });
  it.each([
    ['the same again', {}, false],
    ['seen earlier', { seenMs: 900 }, false],
    ['seen later', { seenMs: 1_001 }, true],
    ['another status', { status: 'pending' as const }, true],
    ['another code', { code: 1 }, true],
    ['disconnected', { disconnectedMs: 5 }, true],
    ['the same info', { info: info('a') }, false],
    ['another info', { info: info('b') }, true],
  ])('%s: is it new?', async (_title, rest, expected) => {
    const agents = await open();
    await agents.observe([first]);
    await agents.confirmed(agents.unsent(all).updates, nothing);
    expect(await agents.observe([update(1, rest)])).toBe(expected ? 1 : 0);
    expect(agents.unsentCount()).toBe(expected ? 1 : 0);
    expect(agents.unsent(all).updates.every(({ seenMs }) => seenMs >= 1_000)).toBe(true);
  });

  it('is sent as it is now, once, with info when the master has not that yet', async () => {
    const agents = await open();
    await agents.observe([first]);
    await agents.observe([update(1, { seenMs: 2_000 })]);
    expect(agents.unsent(all).updates).toEqual([update(1, { revision: 102, seenMs: 2_000, info: info('a') })]);
    await agents.confirmed(agents.unsent(all).updates, nothing);
    await agents.observe([update(1, { seenMs: 3_000 })]);
    expect(agents.unsent(all).updates).toEqual([update(1, { revision: 103, seenMs: 3_000 })]);
  });

  it('is cut to what can be sent, and is not new for that', async () => {
    const agents = await open();
    const wide = info('n'.repeat(300), {
      osUname: '\ud83d\ude00'.repeat(600),
      osArch: 'half \ud83d',
      labels: Array.from({ length: 70 }, (_, i) => [`k${i}`, 'v'.repeat(2_000)] as const),
    });
    await agents.observe([update(1, { info: wide })]);
    expect(await agents.observe([update(1, { info: wide })])).toBe(0);
    const { updates } = agents.unsent(all);
    const batch = packBatch(updates, 1, 2_000).message;
    expect(unpackBatch(batch)).toMatchObject({ ok: true, rows: [{ id: 1, info: updates[0]!.info! }] });
    expect([updates[0]!.info?.name.length, updates[0]!.info?.labels.length]).toEqual([255, 64]);
    expect(updates[0]!.info?.osArch).toBe('half \ufffd');
  });

  it('is handed out in the bounds of a batch, those that wait longest first', async () => {
    const agents = await open();
    await agents.observe([update(500, { info: info('a') })]);
    await agents.observe([update(100), update(101), update(40_000, { info: info('b') })]);
    expect(unsentIds(agents)).toEqual([500, 100, 101, 40_000]);
    expect(agents.unsent({ ...all, rows: 2 })).toMatchObject({ updates: [{ id: 500 }, { id: 100 }], more: true });
    expect(agents.unsent({ ...all, fullRows: 1 })).toMatchObject({ more: true, updates: { length: 3 } });
    expect(agents.unsent({ ...all, bytes: 1 })).toMatchObject({ more: true, updates: { length: 1 } });
    expect(agents.unsentCount()).toBe(4);
  });
});

describe('what the master answered', () => {
  const sent = async () => {
    const agents = await open();
    await agents.observe([update(1, { info: info('a') }), update(2), update(3)]);
    return { agents, updates: agents.unsent(all).updates };
  };

  it('is clean only then, and in the digest', async () => {
    const { agents, updates } = await sent();
    expect([agents.digest(), agents.held(allIds)]).toEqual([emptySum, []]);
    await agents.confirmed(updates, nothing);
    expect(agents.unsent(all)).toEqual({ updates: [], more: false });
    expect(agents.digest()[0]).toBe(3);
    expect(agents.held({ from: 0, to: 2 })).toEqual([
      [1, 101],
      [2, 102],
    ]);
  });

  it('leaves what was seen meanwhile to be sent', async () => {
    const { agents, updates } = await sent();
    await agents.observe([update(1, { seenMs: 2_000 }), update(2, { info: info('b') })]);
    await agents.confirmed(updates, nothing);
    expect(agents.unsent(all).updates).toEqual([
      update(1, { revision: 104, seenMs: 2_000 }),
      update(2, { revision: 105, info: info('b') }),
    ]);
    expect(agents.held(allIds).map(([, revision]) => revision)).toEqual([101, 102, 103]);
  });

  it('lost and unknown ones are held no more, and wait for something new', async () => {
    const { agents, updates } = await sent();
    await agents.confirmed(updates, { lost: [1], unknown: [2], wanted: [] });
    expect([agents.unsentCount(), agents.held(allIds)]).toEqual([0, [[3, 103]]]);
    await agents.observe([update(1, { seenMs: 3_000 })]);
    expect(unsentIds(agents)).toEqual([1]);
  });

  it('wanted ones are sent whole, if there is anything to say', async () => {
    const { agents, updates } = await sent();
    await agents.confirmed(updates, { ...nothing, wanted: [1, 2] });
    expect(agents.unsent(all).updates).toEqual([update(1, { revision: 101, info: info('a') })]);
  });

  it('moved ones leave the digest, and what waits stays', async () => {
    const { agents, updates } = await sent();
    await agents.confirmed(updates, nothing);
    await agents.observe([update(2, { seenMs: 2_000 })]);
    await agents.moved([1, 2, 99]);
    expect([agents.held(allIds), unsentIds(agents)]).toEqual([[[3, 103]], [2]]);
  });

  it('asked for again, they are sent whole', async () => {
    const { agents, updates } = await sent();
    await agents.confirmed(updates, nothing);
    await agents.resend([1, 3, 99]);
    expect(agents.unsent(all).updates).toMatchObject([{ id: 1, info: info('a') }, { id: 3 }]);
  });

  it('removed ones are gone', async () => {
    const { agents, updates } = await sent();
    await agents.confirmed(updates, nothing);
    await agents.remove([1, 2, 99]);
    expect([[...agents.ids()], agents.size(), agents.digest()[0], agents.unsentCount()]).toEqual([[3], 1, 1, 0]);
  });
});

describe('a worker that starts again', () => {
  it('has what it had: what is unsent, what is confirmed', async () => {
    const disk = emptyDisk();
    const agents = await open(disk);
    await agents.observe([update(1, { info: info('a') }), update(2)]);
    await agents.confirmed(agents.unsent(all).updates.slice(1), nothing);
    const again = await open(disk);
    expect([again.unsent(all), again.digest(), again.held(allIds)]).toEqual([
      agents.unsent(all),
      agents.digest(),
      [[2, 102]],
    ]);
  });

  it.each([
    ['a clock that went on', 5_000, 5_001],
    ['a clock that was set back', 1, 103],
  ])('counts on from the last revision or %s', async (_title, leastRevision, expected) => {
    const disk = emptyDisk();
    const agents = await open(disk);
    await agents.observe([update(1), update(2)]);
    await agents.remove([2]);
    const again = await open(disk, leastRevision);
    await again.observe([update(3)]);
    expect(again.unsent(all).updates.at(-1)).toMatchObject({ id: 3, revision: expected });
  });
});
