import { addKeys, keysLine, linesOf, removeKeys, writeKeys } from '../../src/agents/keys.ts';
import { openKeyLines } from '../../src/invariants/agents/index.ts';
import { openAgentRig } from '../agents/rig.ts';

const line = (id: number, name: string) => ({ id, name, ip: 'any', key: name.padEnd(64, 'x') });
const [one, other] = [line(2_000, 'one'), line(2_000, 'other')];

/** Once all have started. */
async function opened() {
  const rig = openAgentRig();
  const { master } = rig.world;
  const lines = openKeyLines(rig.world);
  await rig.pass(1_000);
  const known = (...whose: readonly (number | string)[]): readonly number[] =>
    whose.map((who) => lines.knownMs('master', who));
  const goes = (): void => removeKeys(master, new Set([one.id]), false);
  return { ...rig, master, lines, known, goes };
}

describe('who has a line of client.keys', () => {
  it('was known for as long as it was there, when it goes', async () => {
    const { master, pass, known, goes, lines } = await opened();
    addKeys(master, [one]);
    await pass(5_000);
    expect(known(one.id, one.name)).toEqual([0, 0]);
    goes();
    await pass(5_000);
    expect(known(one.id, one.name)).toEqual([5_000, 5_000]);
    expect(lines.knownMs('worker1', one.id)).toBe(0);
  });

  it('and comes back is there, and known anew', async () => {
    const { master, pass, known, goes } = await opened();
    addKeys(master, [one]);
    await pass(20_000);
    goes();
    addKeys(master, [one]);
    expect(known(one.name)).toEqual([0]);
    await pass(10);
    goes();
    expect(known(one.name)).toEqual([10]);
  });

  it('that had an id was known, also where another got it next, at once or later', async () => {
    for (const waitMs of [0, 1_000]) {
      const { master, pass, known, goes } = await opened();
      addKeys(master, [one]);
      await pass(20_000);
      if (waitMs > 0) goes();
      await pass(waitMs);
      if (waitMs === 0) writeKeys(master, [...linesOf(master).slice(0, -1), keysLine(other)]);
      else addKeys(master, [other]);
      await pass(10);
      goes();
      expect(known(one.name, other.name, one.id)).toEqual([20_000, 10, waitMs === 0 ? 20_010 : 10]);
    }
  });

  it('is known to a process since it started', async () => {
    const { master, pass, known, goes } = await opened();
    addKeys(master, [one]);
    await pass(10_000);
    master.kill();
    await pass(1_000);
    master.start();
    await pass(7_000);
    goes();
    expect(known(one.name)[0]).toBeGreaterThan(6_000);
    expect(known(one.name)[0]).toBeLessThanOrEqual(7_000);
  });
});
