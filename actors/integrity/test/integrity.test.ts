import { ask, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import {
  getIntegrityState,
  type IntegrityDeps,
  type IntegrityEvent,
  integrityDefaults,
  type ScanResult,
  spawnIntegrity,
} from '../src/index.ts';
import { scanOf, unreadable } from './scans.ts';

/** Integrity under a supervisor, on a clock that stands still; every scan finds `disk.result`. */
function rig(role: 'master' | 'worker', more: Partial<IntegrityDeps> = {}) {
  const system = testSystem();
  const events: IntegrityEvent[] = [];
  const scans: string[] = [];
  const watched: string[] = [];
  const disk: { result: ScanResult } = { result: scanOf({ 'etc/rules/a': '1' }) };
  let epoch = 3;
  let saves = 0;
  const deps: IntegrityDeps = {
    clock: system.clock,
    scan: async (extent) => {
      scans.push(extent === 'all' ? 'all' : [...extent].join(' '));
      return disk.result;
    },
    watch: (directories) => void watched.push(directories.join(' ')),
    saveCache: () => void saves++,
    firstEpoch: async () => ++epoch,
    report: (event) => void events.push(event),
    ...more,
  };
  const integrity = system.root.spawn((parent) => spawnIntegrity(parent, deps, { ...integrityDefaults, role }));
  const generations = (): readonly string[] =>
    events.flatMap((event) =>
      event.type === 'generation' ? [`${event.generation.id.epoch}.${event.generation.id.generation}`] : [],
    );
  return { system, clock: system.clock, integrity, events, generations, scans, watched, disk, saves: () => saves };
}

describe('the integrity actor of a master', () => {
  it('publishes its first scan, watches, and publishes each change within 50 ms of the hint', async () => {
    const { system, clock, integrity, generations, watched, disk } = rig('master');
    await settle();
    await clock.advance(100);
    expect(generations()).toEqual(['4.1']);
    expect(watched).toEqual(['etc/rules']);
    disk.result = scanOf({ 'etc/rules/a': '2' });
    tell(integrity, { type: 'dirty', directories: ['etc/rules'] });
    await settle();
    await clock.advance(49);
    expect(generations()).toEqual(['4.1']);
    await clock.advance(1);
    expect(generations()).toEqual(['4.1', '4.2']);
    await system.stop();
  });

  it('shows its state without the files of its trees', async () => {
    const { system, clock } = rig('master');
    await settle();
    await clock.advance(100);
    const shown = system.state('/integrity');
    expect(shown).toMatchObject({
      epoch: 4,
      generation: 1,
      known: { tree: { files: 1 } },
      last: { tree: { files: 1 } },
    });
    expect(JSON.stringify(shown)).not.toContain('directories":{');
    await system.stop();
  });

  it('begins a new epoch after a crash', async () => {
    const { system, clock, generations } = rig('master');
    await settle();
    await clock.advance(100);
    system.crash('/integrity', new Error('injected'));
    await settle();
    await clock.advance(100);
    expect(generations()).toEqual(['4.1', '5.1']);
    await system.stop();
  });

  it('publishes nothing of a tree that it cannot read whole, and all of it once it can', async () => {
    const { system, clock, integrity, generations, disk } = rig('master');
    await settle();
    await clock.advance(100);
    disk.result = scanOf({}, { problems: [unreadable] });
    tell(integrity, { type: 'dirty', directories: ['etc/rules'] });
    await settle();
    await clock.advance(60_000);
    expect(generations()).toEqual(['4.1']);
    expect(await ask(integrity, getIntegrityState, 1_000)).toMatchObject({ phase: 'held', problems: [unreadable] });
    disk.result = scanOf({ 'etc/rules/a': '3' });
    await clock.advance(5_000);
    expect(generations()).toEqual(['4.1', '4.2']);
    await system.stop();
  });

  it('finds a change without any hint at the next full reconcile', async () => {
    const { system, clock, generations, disk } = rig('master');
    await settle();
    await clock.advance(100);
    disk.result = scanOf({ 'etc/rules/a': '2' });
    await clock.advance(integrityDefaults.reconcileEveryMs - 101);
    expect(generations()).toEqual(['4.1']);
    await clock.advance(1);
    expect(generations()).toEqual(['4.1', '4.2']);
    await system.stop();
  });

  it('polls once there are no watches', async () => {
    const { system, clock, integrity, generations, disk } = rig('master');
    await settle();
    await clock.advance(100);
    tell(integrity, { type: 'watch-exhausted' });
    disk.result = scanOf({ 'etc/rules/a': '2' });
    await settle();
    await clock.advance(integrityDefaults.pollEveryMs);
    expect(generations()).toEqual(['4.1', '4.2']);
    expect((await ask(integrity, getIntegrityState, 1_000)).watching).toBe('polling');
    await system.stop();
  });
});

describe('the integrity actor', () => {
  it('never runs two scans at once, whatever it is told', async () => {
    let running = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    const { system, clock, integrity } = rig('worker', {
      scan: async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => ends.push(resolve));
        running -= 1;
        return scanOf({});
      },
    });
    for (let mark = 1; mark <= 20; mark++) {
      tell(integrity, { type: 'touched', directories: ['etc/rules'], mark });
      tell(integrity, { type: 'dirty', directories: ['etc/lists'] });
      if (mark % 5 === 0) ends.shift()?.();
      await clock.advance(60);
    }
    expect(most).toBe(1);
    const stopped = system.stop();
    for (const end of ends) end();
    await clock.advance(10_000);
    await stopped;
  });

  it('has one timer, however many hints come', async () => {
    const { system, clock, integrity } = rig('worker');
    for (let round = 0; round < 50; round++) {
      tell(integrity, { type: 'dirty', directories: ['etc/rules'] });
      await clock.advance(70);
    }
    expect(clock.timers()).toBe(1);
    await system.stop();
    expect(clock.timers()).toBe(0);
  });

  it('answers a scan that was asked for with its mark', async () => {
    const { system, integrity, events } = rig('worker');
    await settle();
    tell(integrity, { type: 'touched', directories: ['etc/rules'], mark: 7 });
    await settle();
    expect(events.flatMap((event) => (event.type === 'local-tree' ? [event.marks] : []))).toEqual([[], [7]]);
    await system.stop();
  });

  it('saves what it hashed when it is stopped', async () => {
    const { system, clock, integrity, disk, saves } = rig('worker');
    await settle();
    await clock.advance(100);
    disk.result = scanOf({ 'etc/rules/a': '2' }, { hashed: 1 });
    tell(integrity, { type: 'dirty', directories: ['etc/rules'] });
    await settle();
    await clock.advance(60);
    tell(integrity, { type: 'dirty', directories: ['etc/rules'] });
    await settle();
    await clock.advance(60);
    expect(saves()).toBe(1);
    await system.stop();
    expect(saves()).toBe(2);
  });
});
