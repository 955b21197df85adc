import { systemClock, systemRandom, tell } from '../src/index.ts';
import { eventually, manualClock, settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, note, probe } from './rig.ts';

describe('the system clock', () => {
  it('fires later, not inside the call, and time has then moved on', async () => {
    const began = systemClock.now();
    let inside = true;
    const fired = new Promise<boolean>((resolve) => {
      systemClock.after(0, () => resolve(inside));
    });
    inside = false;
    expect(await fired).toBe(false);
    expect(systemClock.now()).toBeGreaterThanOrEqual(began);
  });

  it('fires nothing that was cancelled, nor at once what lies beyond the longest timer of Node', async () => {
    const fired: string[] = [];
    systemClock.after(0, () => fired.push('cancelled'))();
    const cancel = systemClock.after(2 ** 31 + 1, () => fired.push('in 25 days'));
    await new Promise<void>((resolve) => {
      systemClock.after(5, resolve);
    });
    cancel();
    cancel();
    expect(fired).toEqual([]);
  });
});

describe('the system random', () => {
  it('stays in [0, 1) and gives as many bytes as asked', () => {
    for (let n = 0; n < 1_000; n++) {
      const value = systemRandom.next();
      expect(value >= 0 && value < 1).toBe(true);
    }
    expect(systemRandom.bytes(32)).toHaveLength(32);
    expect(systemRandom.bytes(32)).not.toEqual(systemRandom.bytes(32));
  });
});

describe('the test kit', () => {
  it('fires timers of one instant in the order they were set, and none that an earlier one cancelled', async () => {
    const clock = manualClock();
    const fired: string[] = [];
    let cancel = (): void => {};
    clock.after(20, () => fired.push('later'));
    clock.after(10, () => {
      fired.push('first');
      cancel();
    });
    cancel = clock.after(10, () => fired.push('cancelled'));
    clock.after(10, () => fired.push('second'));
    await clock.advance(20);
    expect(fired).toEqual(['first', 'second', 'later']);
    expect(clock.now()).toBe(20);
  });

  it('settles when long chains of promises and mailboxes have run on', async () => {
    const { root } = testSystem();
    const lines: string[] = [];
    const a = root.spawn(probe('a', lines));
    const chain = async (): Promise<string> => {
      for (let n = 0; n < 1_000; n++) await Promise.resolve();
      return 'done';
    };
    tell(
      a,
      call((scope) => scope.run(chain, note, () => fault)),
    );
    await settle();
    expect(lines.at(-1)).toBe('a done 1');
  });

  it('settles while work hangs, and after a stop in the middle of a turn', async () => {
    const { root, stop } = testSystem();
    const a = root.spawn(probe('a', []), { shutdownMs: 0 });
    tell(
      a,
      call((scope) => scope.run(forever, note, () => fault)),
    );
    tell(
      a,
      call(() => void stop()),
    );
    tell(a, note('x'));
    await settle();
  });

  it('waits for a condition, and names it when it does not come', async () => {
    let turns = 0;
    await eventually('three turns', () => ++turns === 3);
    await expect(eventually('the impossible', () => false, 1)).rejects.toThrow('the impossible');
  });
});
