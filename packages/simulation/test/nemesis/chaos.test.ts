import { healAll } from '../../src/nemesis/index.ts';
import { type Deed, type NemesisKind, nemesisKinds, planOf } from '../../src/plan/index.ts';
import { openRig, planWith, type Rig } from '../workload/rig.ts';

const deed = (kind: NemesisKind, fields: object = {}, atMs = 1_000): Deed =>
  ({ id: '9', atMs, kind, node: 'worker1', ...fields }) as Deed;

const opened = (...deeds: readonly Deed[]): Rig => {
  const rig = openRig(planWith(deeds));
  for (const node of rig.world.nodes) node.start();
  return rig;
};

/** What was done to this node's process. */
const of = (rig: Rig, name: string): readonly string[] => rig.calls.filter((call) => call.endsWith(` ${name}`));
const startsOf = (rig: Rig, name: string): readonly number[] =>
  of(rig, name)
    .filter((call) => call.includes(' start '))
    .map((call) => Number.parseInt(call, 10));

const state = (rig: Rig) => ({
  network: structuredClone(rig.world.network.faults),
  disks: rig.world.nodes.map(({ files }) => structuredClone(files.faults)),
  cuts: rig.cuts(),
  files: rig.world.nodes.map(({ name }) => Object.keys(rig.texts(name))),
});

/** Each kind of fault, as some seed draws it in a cluster of three. */
const drawn = new Map<string, Deed>();
for (let seed = 0; drawn.size < nemesisKinds.length; seed++)
  for (const one of planOf(seed, { nodes: 3 }).deeds)
    if (nemesisKinds.includes(one.kind as NemesisKind)) drawn.set(one.kind, { ...one, atMs: 1_000 });
/** Files that are damaged stay so. */
const lasting = new Set<NemesisKind>(['damage']);
const healing = nemesisKinds.filter((kind) => !lasting.has(kind));

describe('a fault', () => {
  it.each(healing)('%s is over by itself', async (kind) => {
    const rig = opened(drawn.get(kind)!);
    await rig.pass(500);
    const before = state(rig);
    await rig.pass(120_000);
    expect(state(rig)).toEqual(before);
    for (const node of rig.world.nodes) expect(node.host()).toBeDefined();
  });

  it.each(healing)('%s is over at the healing', async (kind) => {
    const rig = opened(drawn.get(kind)!);
    await rig.pass(500);
    const before = state(rig);
    await rig.pass(502);
    healAll(rig.world);
    expect(state(rig)).toEqual(before);
    for (const node of rig.world.nodes) expect(node.host()).toBeDefined();
    const starts = rig.calls.filter((call) => call.includes('start')).length;
    await rig.pass(120_000);
    expect(state(rig)).toEqual(before);
    expect(rig.calls.filter((call) => call.includes('start'))).toHaveLength(starts);
  });

  it('that is due after the healing does not come', async () => {
    const rig = opened(deed('kill', { downMs: 0 }));
    await rig.pass(500);
    healAll(rig.world);
    await rig.pass(10_000);
    expect(startsOf(rig, 'worker1')).toEqual([0]);
  });

  it.each([true, false])('takes a file system away (bare mount point: %s) and brings it back', async (bare) => {
    const rig = opened(deed('unmount', { node: 'master', directory: 'etc/rules', bare, forMs: 5_000 }));
    const before = rig.texts('master');
    await rig.pass(2_000);
    expect(rig.texts('master', 'etc/rules')).toEqual({});
    expect(rig.node('master').files.exists('/var/ossec/etc/rules')).toBe(bare);
    await rig.pass(5_000);
    expect(rig.texts('master')).toEqual(before);
  });

  it('that damages what was stored comes with the death of the process', async () => {
    const rig = opened(deed('damage', { file: 'journal', how: 'older', downMs: 3_000 }));
    await rig.pass(2_000);
    expect(of(rig, 'worker1')).toEqual(['0 start worker1', '1000 killed worker1']);
    expect(rig.texts('worker1', 'queue')['queue/cluster/muster/journal']).toMatch(/^muster-journal-1 /);
  });

  it('kills amid a transaction: at the n-th effect after the file was written, and the next starts too', async () => {
    const rig = opened(
      deed('die-in-transaction', { after: 'journal', effects: 2, how: 'kill', again: 1, downMs: 500 }),
    );
    await rig.pass(2_000);
    const { files } = rig.node('worker1');
    const first = rig.node('worker1').host()!;
    files.write('/var/ossec/queue/cluster/muster/epoch', new Uint8Array(1), 'node');
    expect(first.effect('rename')).toBe(true);
    files.write('/var/ossec/queue/cluster/muster/journal', new Uint8Array(1), 'node');
    expect([first.effect('rename'), first.effect('rename'), first.alive()]).toEqual([true, false, false]);
    await rig.pass(600);
    const second = rig.node('worker1').host()!;
    for (let effects = 0; effects < 12; effects++) second.effect('rename');
    expect(second.alive()).toBe(false);
    await rig.pass(6_000);
    const third = rig.node('worker1').host()!;
    for (let effects = 0; effects < 99; effects++) third.effect('rename');
    expect(third.alive()).toBe(true);
  });

  it('does not pause a process beyond the healing', async () => {
    const rig = opened(deed('pause', { forMs: 500_000 }));
    await rig.pass(2_000);
    expect(rig.calls).toContain('1000 pause worker1 59000');
  });

  it('sends intruders, who are gone at the healing', async () => {
    const rig = opened(deed('intruder', { as: ['silent', 'crowd'], name: 'worker1', times: 9, everyMs: 1_000 }));
    await rig.pass(3_500);
    expect(rig.calls.filter((call) => call.includes('transport')).length).toBe(22);
    healAll(rig.world);
    expect(rig.calls.at(-1)).toMatch(/ died intruder9 false|drift/);
    const calls = rig.calls.length;
    await rig.pass(60_000);
    expect(rig.calls).toHaveLength(calls);
  });
});

describe('the service manager', () => {
  it('starts a process that was killed after it was down as long as the deed says', async () => {
    const rig = opened(deed('kill', { downMs: 7_000 }));
    await rig.pass(20_000);
    expect(startsOf(rig, 'worker1')).toEqual([0, 8_000]);
  });

  it.each(['gave-up', 'start-failed', 'killed'] as const)(
    'starts a process that ended by itself (%s) after 1 to 5 s',
    async (what) => {
      const rig = opened();
      const node = rig.node('worker2');
      node.kill();
      await rig.pass(100);
      rig.hearing.tell.process({ node: 'worker2', incarnation: 1, what });
      await rig.pass(10_000);
      const [, again] = startsOf(rig, 'worker2');
      expect(again).toBeGreaterThanOrEqual(1_000);
      expect(again).toBeLessThanOrEqual(5_100);
      expect(startsOf(rig, 'worker2')).toHaveLength(2);
    },
  );

  it('waits for a process that said its end to be gone', async () => {
    const rig = opened();
    rig.hearing.tell.process({ node: 'worker2', incarnation: 1, what: 'gave-up' });
    await rig.pass(8_000);
    expect(startsOf(rig, 'worker2')).toEqual([0]);
    void rig.node('worker2').stop();
    await rig.pass(3_000);
    expect(startsOf(rig, 'worker2')).toHaveLength(2);
  });

  it('lets a process rest that somebody else stopped in good order', async () => {
    const rig = opened();
    await rig.pass(100);
    for (const node of rig.world.nodes) void node.stop();
    await rig.pass(60_000);
    expect(rig.world.nodes.map((node) => node.host())).toEqual([undefined, undefined, undefined]);
  });

  it('starts again what an operator restarted', async () => {
    const rig = openRig(planWith([{ id: '1', atMs: 1_000, kind: 'restart-all', downMs: 200 }]));
    for (const node of rig.world.nodes) node.start();
    await rig.pass(10_000);
    for (const { name } of rig.world.nodes) expect(startsOf(rig, name)).toEqual([0, 1_500]);
  });

  it('starts everybody at the healing', async () => {
    const rig = opened({ id: '1', atMs: 1_000, kind: 'blackout', downMs: 50_000 });
    await rig.pass(2_000);
    expect(rig.world.nodes.map((node) => node.host())).toEqual([undefined, undefined, undefined]);
    healAll(rig.world);
    for (const node of rig.world.nodes) expect(node.host()).toBeDefined();
  });
});
