import { openDice } from '../../src/dice.ts';
import { harmless } from '../../src/disk/file-system.ts';
import { type Host, openHost } from '../../src/host.ts';
import { openStoreDisk, simulatedStores } from '../../src/store/index.ts';
import { openTimeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);

function machine() {
  const timeline = openTimeline(openDice(1), openTrace(10));
  const store = openStoreDisk(timeline.now);
  const faults = harmless();
  const events: string[] = [];
  store.hear((what) => void events.push(what));
  let incarnation = 0;
  const start = () => {
    incarnation += 1;
    const host = openHost(timeline, 'master', incarnation);
    return { host, stores: simulatedStores({ store, faults, now: timeline.now }, host, openDice(incarnation)) };
  };
  /** What became of it, or undefined when nothing does. */
  const settled = async <T>(promise: Promise<T>): Promise<T | string | undefined> => {
    let outcome: T | string | undefined;
    let over = false;
    promise.then(
      (value) => {
        [outcome, over] = [value, true];
      },
      (error: { code: string }) => {
        [outcome, over] = [error.code, true];
      },
    );
    const until = timeline.now() + 1_000;
    timeline.after(1_000, 'over', () => {});
    await timeline.drive(() => over || timeline.now() >= until);
    return outcome;
  };
  const opened = async ({ stores }: { stores: ReturnType<typeof simulatedStores> }) => {
    const answer = await settled(stores.open('/R/agents.mdb', { maxBytes: 10_000 }));
    if (typeof answer !== 'object') throw new Error(String(answer));
    return answer;
  };
  return { timeline, store, faults, events, start, settled, opened };
}

type Kv = Awaited<ReturnType<ReturnType<typeof machine>['opened']>>['kv'];
const put = (kv: Kv, key: string, value = 'v') =>
  kv.write((tables) => {
    tables('t').put(bytes(key), bytes(value));
    return key;
  });
const has = (kv: Kv, key: string): string | undefined => text(kv.table('t').get(bytes(key)));
const die = ({ host }: { host: Host }): void => host.kill();

describe('a simulated store', () => {
  it('holds what was acknowledged, also for the next process', async () => {
    const { start, opened, settled } = machine();
    const first = start();
    const { kv } = await opened(first);
    expect(await settled(put(kv, 'a'))).toBe('a');
    expect(has(kv, 'a')).toBe('v');
    die(first);
    expect(has((await opened(start())).kv, 'a')).toBe('v');
  });

  it('has nothing of a commit before which its process died, and tells nobody', async () => {
    const { start, opened, settled } = machine();
    const first = start();
    const { kv } = await opened(first);
    first.host.dieAtEffect(1, () => {});
    expect(await settled(put(kv, 'a'))).toBeUndefined();
    expect(first.host.alive()).toBe(false);
    expect(has((await opened(start())).kv, 'a')).toBeUndefined();
  });

  it('tells whoever lies in wait, right before the commit takes effect', async () => {
    const { start, opened, settled, store } = machine();
    const first = start();
    const { kv } = await opened(first);
    store.ambushes.add(() => die(first));
    expect(await settled(put(kv, 'a'))).toBeUndefined();
    store.ambushes.clear();
    expect(has((await opened(start())).kv, 'a')).toBeUndefined();
  });

  it.each(['ENOSPC', 'EIO'] as const)('refuses with what the device says: %s, and changes nothing', async (code) => {
    const { start, opened, settled, store, events } = machine();
    const { kv } = await opened(start());
    const fault = { code, probability: 1 };
    store.failures.push(fault);
    expect(await settled(put(kv, 'a'))).toBe('store-disk');
    store.failures.length = 0;
    expect(has(kv, 'a')).toBeUndefined();
    expect(events).toEqual(['commit failed']);
    expect(await settled(put(kv, 'b'))).toBe('b');
  });

  it('lies on the disk of its machine: one that is full refuses', async () => {
    const { start, opened, settled, faults } = machine();
    const { kv } = await opened(start());
    faults.freeBytes = 0;
    expect(await settled(put(kv, 'a'))).toBe('store-disk');
  });

  it('loses at a loss of power none but the newest commits, and none that is older than a sync takes', async () => {
    const lost = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const { start, opened, settled, store, faults, timeline } = machine();
      const first = start();
      const { kv } = await opened(first);
      faults.latency = { minMs: 50, maxMs: 50, perFileMs: 0 };
      const writing = ['a', 'b', 'c'].map((key) => put(kv, key));
      expect(await settled(Promise.all(writing))).toEqual(['a', 'b', 'c']);
      const late = seed % 2 === 0;
      if (late) await settled(new Promise(() => {}));
      die(first);
      store.losePower(openDice(seed));
      const { kv: after } = await opened(start());
      const left = ['a', 'b', 'c'].filter((key) => has(after, key) !== undefined);
      expect(['', 'a', 'a,b,c']).toContain(left.join());
      if (late) expect(left).toHaveLength(3);
      lost.add(3 - left.length);
      void timeline;
    }
    expect(lost.size).toBeGreaterThan(1);
  });

  it('that was damaged is set aside, and begins empty; one that was removed begins empty', async () => {
    for (const how of ['garbage', 'removed'] as const) {
      const { start, opened, settled, store } = machine();
      const first = start();
      const { kv } = await opened(first);
      await settled(put(kv, 'a'));
      die(first);
      store.damage(how);
      const again = await opened(start());
      expect(has(again.kv, 'a')).toBeUndefined();
      expect(again.setAside === undefined).toBe(how === 'removed');
    }
  });

  it('that is closed counts as open no more', async () => {
    const { start, opened, settled } = machine();
    const process = start();
    const { kv } = await opened(process);
    expect(process.stores.count()).toBe(1);
    await settled(kv.close());
    expect(process.stores.count()).toBe(0);
    expect(await settled(put(kv, 'a'))).toBe('store-closed');
  });
});
