import fc from 'fast-check';
import type { Host } from '../../src/host.ts';
import { linked, observe, openRig, type Rig, type Seen } from './rig.ts';

/** What may be done to a connection and to the network below it. */
type Deed =
  | { readonly do: 'write'; readonly side: 0 | 1; readonly bytes: number; readonly corked: boolean }
  | { readonly do: 'pause' | 'resume' | 'freeze'; readonly side: 0 | 1 }
  | { readonly do: 'cut' | 'lose'; readonly forMs: number }
  | { readonly do: 'weather'; readonly split: number; readonly stall: number; readonly maxMs: number }
  | { readonly do: 'end' | 'destroy' | 'kill' | 'vanish'; readonly side: 0 | 1 }
  | { readonly do: 'reset' };

const side = fc.constantFrom(0 as const, 1 as const);
const forMs = fc.integer({ min: 1, max: 5_000 });
const write = fc.record({
  do: fc.constant('write' as const),
  side,
  bytes: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 400_000 })),
  corked: fc.boolean(),
});
const hindrance: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'freeze' as const), side }),
  fc.record({ do: fc.constantFrom('cut' as const, 'lose' as const), forMs }),
  fc.record({
    do: fc.constant('weather' as const),
    split: fc.constantFrom(0, 0.5, 1),
    stall: fc.constantFrom(0, 0.3),
    maxMs: fc.integer({ min: 0, max: 50 }),
  }),
);
const ending: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    do: fc.constantFrom('end' as const, 'destroy' as const, 'kill' as const, 'vanish' as const),
    side,
  }),
  fc.record({ do: fc.constant('reset' as const) }),
);
const step = (deed: fc.Arbitrary<Deed>) => fc.tuple(deed, fc.constantFrom(0, 0, 0.3, 5, 700));
const seed = fc.integer({ min: 0, max: 1_000_000 });

/** Two ends, and the bytes that each was given. */
interface Play {
  readonly rig: Rig;
  readonly hosts: readonly [Host, Host];
  readonly ends: readonly [Seen, Seen];
  readonly written: [number, number];
}

async function play(seed: number, steps: readonly (readonly [Deed, number])[]): Promise<Play> {
  const { near, far, main, worker, ...rig } = await linked(seed);
  const stage: Play = { rig, hosts: [worker, main], ends: [near, far], written: [0, 0] };
  for (const [deed, thenMs] of steps) {
    perform(stage, deed);
    await rig.run(thenMs);
  }
  rig.network.faults.bandwidth = 125_000;
  for (const { connection } of stage.ends) connection.resume();
  await rig.run(20_000);
  return stage;
}

function perform({ rig, hosts, ends, written }: Play, deed: Deed): void {
  const { network, timeline, host } = rig;
  switch (deed.do) {
    case 'write': {
      const { connection } = ends[deed.side];
      if (!hosts[deed.side].alive()) return;
      if (deed.corked) connection.cork();
      for (const bytes of numbered(written[deed.side], deed.bytes)) connection.write(bytes);
      if (deed.corked) connection.uncork();
      written[deed.side] += deed.bytes;
      return;
    }
    case 'pause':
    case 'resume':
      return ends[deed.side].connection[deed.do]();
    case 'freeze':
      return hosts[deed.side].pause(400);
    case 'cut':
      return void timeline.after(deed.forMs, 'heals', network.partition(['main'], ['w1']));
    case 'lose':
      return void timeline.after(deed.forMs, 'heals', network.oneWay('main', 'w1'));
    case 'weather':
      Object.assign(network.faults, { split: deed.split, stall: deed.stall });
      network.faults.latency.maxMs = 0.1 + deed.maxMs;
      return;
    case 'end':
      return ends[deed.side].connection.end();
    case 'destroy':
      return ends[deed.side].connection.destroy();
    case 'kill':
      return hosts[deed.side].kill();
    case 'vanish': {
      const { node } = hosts[deed.side];
      network.vanish(node);
      hosts[deed.side].kill();
      return void timeline.after(1_000, 'returns', () => rig.dial(host(node, 2), { master: 'nowhere' }));
    }
    case 'reset':
      return network.reset('main', 'w1');
  }
}

/** The bytes from `from` on of an endless text in which every place is told from every near one, in two pieces. */
function numbered(from: number, count: number): readonly Uint8Array[] {
  const bytes = Uint8Array.from({ length: count }, (_, at) => placeOf(from + at));
  const middle = count >> 1;
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}

const placeOf = (at: number): number => (at ^ (at >>> 8) ^ (at >>> 16)) & 0xff;

/** At which byte what arrived differs from what was written; -1: nowhere. */
function gapOf({ pieces }: Seen): number {
  return Buffer.concat(pieces).findIndex((byte, at) => byte !== placeOf(at));
}

describe('whatever happens to a connection', () => {
  it('without an end of any kind all bytes arrive, whole and in order', async () => {
    const steps = fc.array(step(fc.oneof(write, hindrance)), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(seed, steps, async (seed, steps) => {
        const { ends, written } = await play(seed, steps);
        expect([ends[1].bytes, ends[0].bytes]).toEqual(written);
        expect(ends.map(gapOf)).toEqual([-1, -1]);
        expect(ends.map(({ closed, connection }) => [closed, connection.buffered()])).toEqual([
          [0, 0],
          [0, 0],
        ]);
      }),
      { numRuns: 80 },
    );
  });

  it('what arrives is a beginning of what was written, and each living end is closed once, when the other is gone', async () => {
    const steps = fc.array(step(fc.oneof({ weight: 6, arbitrary: fc.oneof(write, hindrance) }, ending)), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(seed, steps, async (seed, steps) => {
        const { rig, ends, hosts, written } = await play(seed, steps);
        expect(ends.map(gapOf)).toEqual([-1, -1]);
        expect(ends[1].bytes).toBeLessThanOrEqual(written[0]);
        expect(ends[0].bytes).toBeLessThanOrEqual(written[1]);
        for (const end of ends) {
          end.connection.write(new Uint8Array(1));
          end.connection.destroy();
        }
        await rig.run();
        expect(ends.map(({ closed }) => closed)).toEqual(
          hosts.map((host, at) => (host.alive() ? 1 : ends[at]!.closed)),
        );
        expect(ends.every(({ closed }) => closed <= 1)).toBe(true);
        expect(hosts.map(rig.network.open)).toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  it('an end in good order tells that all bytes came, those of the other side too', async () => {
    const steps = fc.array(step(fc.oneof(write, hindrance)), { maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(seed, steps, side, async (seed, steps, ender) => {
        const last: Deed = { do: 'end', side: ender };
        const { ends, written } = await play(seed, [...steps, [last, 0]]);
        expect([ends[1].bytes, ends[0].bytes]).toEqual(written);
        expect(ends.map(({ closed, error }) => [closed, error])).toEqual([
          [1, undefined],
          [1, undefined],
        ]);
      }),
      { numRuns: 80 },
    );
  });
});

describe('a seed', () => {
  it('gives the same run twice', async () => {
    const steps = fc.array(step(fc.oneof(write, hindrance, ending)), { maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(seed, steps, async (seed, steps) => {
        const [one, two] = [await play(seed, steps), await play(seed, steps)];
        expect(one.rig.trace.hash()).toBe(two.rig.trace.hash());
        expect(one.ends.map(({ bytes }) => bytes)).toEqual(two.ends.map(({ bytes }) => bytes));
      }),
      { numRuns: 30 },
    );
  });

  it('decides the addresses by the order in which machines come, and nothing else', async () => {
    const addresses = async (): Promise<string[]> => {
      const rig = openRig(7);
      rig.listen(rig.host('main'));
      for (const node of ['w1', 'w2', 'intruder']) rig.dial(rig.host(node));
      await rig.run();
      for (const one of rig.accepted) observe(one);
      return rig.accepted.map(({ remoteAddress }) => remoteAddress).sort();
    };
    expect(await addresses()).toEqual(['10.0.0.2:32768', '10.0.0.3:32768', '10.0.0.4:32768']);
    expect(await addresses()).toEqual(await addresses());
  });
});
