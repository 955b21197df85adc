import { atNodeTime, openNodeTime } from '../../src/agents/node-time.ts';

describe('node time', () => {
  it('goes on from the wall clock of the start, whatever that clock does later', () => {
    let now = 5_000;
    let wall = 1_000_000;
    const nodeTime = openNodeTime({ clock: { now: () => now, after: () => () => {} }, wallNow: () => wall });
    expect(nodeTime.now()).toBe(1_000_000);
    now += 250;
    wall -= 3_600_000;
    expect(nodeTime.now()).toBe(1_000_250);
  });

  it('begins no earlier than what an earlier run has seen, where the wall clock was set back', () => {
    const nodeTime = openNodeTime({ clock: { now: () => 5_000, after: () => () => {} }, wallNow: () => 1_000_000 });
    nodeTime.notBefore(999_000);
    expect(nodeTime.now()).toBe(1_000_000);
    nodeTime.notBefore(4_600_000);
    expect(nodeTime.now()).toBe(4_600_000);
  });

  it('takes what the wall clock dates as that long ago, and nothing as in the future', () => {
    expect(atNodeTime(9_000, 10_000, 500_000)).toBe(499_000);
    expect(atNodeTime(12_000, 10_000, 500_000)).toBe(500_000);
    expect(atNodeTime(0, 10_000, 500_000)).toBe(0);
  });
});
