import { tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import { keptForMs, keptMessages, mostLookedAt, openRecentKeeper } from '../../src/inspect/recent-messages.ts';
import { counting } from './counting.ts';

function rig() {
  const system = testSystem();
  const spawn = (name: string) => system.root.spawn(counting(name, system.clock));
  return { ...system, spawn, keeper: openRecentKeeper(system, system.clock) };
}

describe('the last messages of an actor', () => {
  it('are kept from the first look on, the newest 32', async () => {
    const { spawn, keeper } = rig();
    const a = spawn('a');
    tell(a, { type: 'count', text: 'before' });
    await settle();
    expect(keeper.look('/a')).toEqual([]);
    for (let n = 0; n < keptMessages + 1; n++) tell(a, { type: 'count', text: String(n) });
    await settle();
    const seen = keeper.look('/a').map(({ message }) => (message as { readonly text: string }).text);
    expect([seen.length, seen[0], seen.at(-1)]).toEqual([keptMessages, '1', String(keptMessages)]);
  });

  it('are kept until nobody has looked for a minute', async () => {
    const { spawn, keeper, clock, recent } = rig();
    const a = spawn('a');
    keeper.look('/a');
    tell(a, { type: 'count' });
    await clock.advance(keptForMs - 1);
    expect(keeper.look('/a')).toHaveLength(1);
    await clock.advance(keptForMs - 1);
    expect(recent('/a', 9)).toHaveLength(1);
    await clock.advance(1);
    expect([recent('/a', 9), clock.timers()]).toEqual([[], 0]);
    expect(keeper.look('/a')).toEqual([]);
  });

  it('are kept of a successor under the same path as well', async () => {
    const { spawn, keeper, root } = rig();
    const first = spawn('a');
    keeper.look('/a');
    await root.stopChild(first);
    expect(keeper.look('/a')).toEqual([]);
    const second = spawn('a');
    keeper.look('/a');
    tell(second, { type: 'count' });
    await settle();
    expect(keeper.look('/a')).toHaveLength(1);
  });

  it('are kept of 64 actors: of more, not of those at which nobody looked for the longest time', async () => {
    const { spawn, keeper, clock, recent } = rig();
    const refs = Array.from({ length: mostLookedAt + 1 }, (_, n) => spawn(`a${n}`));
    for (let n = 0; n < mostLookedAt; n++) keeper.look(`/a${n}`);
    keeper.look('/a0');
    keeper.look(`/a${mostLookedAt}`);
    for (const ref of refs) tell(ref, { type: 'count' });
    await settle();
    expect(['/a0', '/a1', '/a2', `/a${mostLookedAt}`].map((path) => recent(path, 1).length)).toEqual([1, 0, 1, 1]);
    expect(clock.timers()).toBe(mostLookedAt);
  });

  it('are none of what is no actor, and no timer is left when all is closed', () => {
    const { spawn, keeper, clock } = rig();
    spawn('a');
    expect([keeper.look('/'), keeper.look('/nobody'), clock.timers()]).toEqual([[], [], 0]);
    keeper.look('/a');
    keeper.close();
    expect(clock.timers()).toBe(0);
  });
});
