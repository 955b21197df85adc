import { addKeys, removeKeys } from '../../src/agents/keys.ts';
import { openKeyLines } from '../../src/invariants/agents/index.ts';
import { openAgentRig } from '../agents/rig.ts';

const line = (id: number, name: string) => ({ id, name, ip: 'any', key: name.padEnd(64, 'x') });
const one = line(2_000, 'one');

function opened() {
  const rig = openAgentRig();
  const { master } = rig.world;
  const lines = openKeyLines(rig.world);
  const isMomentary = ({ key }: { readonly key: string }): boolean => lines.wasMomentary('master', key);
  return { ...rig, master, lines, isMomentary };
}

describe('a line of client.keys', () => {
  it.each([
    [99, true],
    [100, false],
  ])('that was there for %d ms alone was so for a moment: %s', async (ms, expected) => {
    const { master, pass, isMomentary } = opened();
    addKeys(master, [one]);
    expect(isMomentary(one)).toBe(false);
    await pass(ms);
    removeKeys(master, new Set([one.id]), false);
    expect(isMomentary(one)).toBe(expected);
  });

  it('that comes back is there, however short it was there before', async () => {
    const { master, pass, isMomentary, lines } = opened();
    for (let times = 0; times < 2; times++) {
      addKeys(master, [one]);
      expect([isMomentary(one), lines.goneAt('master', one.id)]).toEqual([false, undefined]);
      await pass(10);
      removeKeys(master, new Set([one.id]), false);
    }
    expect(isMomentary(one)).toBe(true);
  });

  it('that went is known to have gone then', async () => {
    const { master, pass, lines, world } = opened();
    addKeys(master, [one]);
    await pass(5_000);
    removeKeys(master, new Set([one.id]), true);
    const at = world.timeline.now();
    await pass(5_000);
    expect(lines.goneAt('master', one.id)).toBe(at);
    expect(lines.goneAt('worker1', one.id)).toBeUndefined();
  });
});
