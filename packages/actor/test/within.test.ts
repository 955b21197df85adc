import { within } from '../src/index.ts';
import { manualClock, settle } from '../src/testing.ts';

const late = new Error('late');

describe('work within its time', () => {
  it('comes to what it comes to, and leaves no timer behind', async () => {
    const clock = manualClock();
    expect(await within(clock, 10, () => 1, fail)).toBe(1);
    await expect(within(clock, 10, () => Promise.reject(new Error('own')), fail)).rejects.toThrow('own');
    await expect(
      within(
        clock,
        10,
        () => {
          throw new Error('thrown');
        },
        fail,
      ),
    ).rejects.toThrow('thrown');
    await clock.advance(20);
  });

  it('is given up at its time, not before, and what becomes of it then harms nobody', async () => {
    const clock = manualClock();
    let end = (_error: Error): void => {};
    let found: unknown;
    const work = (): Promise<never> =>
      new Promise((_, reject) => {
        end = reject;
      });
    void within(clock, 10, work, () => late).catch((error: unknown) => {
      found = error;
    });
    await clock.advance(9);
    expect(found).toBeUndefined();
    await clock.advance(1);
    expect(found).toBe(late);
    end(new Error('nobody hears it'));
    await settle();
  });
});

function fail(): never {
  throw new Error('it was in time');
}
