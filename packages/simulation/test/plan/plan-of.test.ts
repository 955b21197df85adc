import { loadConfig } from '@muster/config';
import fc from 'fast-check';
import {
  deedKinds,
  nemesisKinds,
  nodeNames,
  type Plan,
  planOf,
  planToJson,
  workloadKinds,
} from '../../src/plan/index.ts';
import { nodesOf } from '../../src/plan/of-nodes.ts';

const seeds = 2_000;
const plans: readonly Plan[] = Array.from({ length: seeds }, (_, seed) => planOf(seed));
const anySeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('what a seed decides', () => {
  it('is the same for the same seed and options', () => {
    const options = fc.record(
      {
        nodes: fc.integer({ min: 2, max: 9 }),
        minutes: fc.constantFrom(0.5, 3),
        files: fc.nat(500),
        quiet: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anySeed, options, (seed, given) => {
        expect(planToJson(planOf(seed, given))).toBe(planToJson(planOf(seed, { ...given })));
      }),
    );
  });

  it('is another for another seed', () => {
    expect(new Set(plans.map(planToJson)).size).toBe(seeds);
  });

  it('asks for nobody who is not there, and for nothing after the chaos, in order of time', () => {
    for (const { deeds, chaosMs, settings } of plans) {
      const names = new Set(nodeNames(settings));
      let last = 0;
      for (const deed of deeds) {
        expect(nodesOf(deed).filter((name) => !names.has(name))).toEqual([]);
        expect(deed.atMs).toBeGreaterThanOrEqual(last);
        last = deed.atMs;
      }
      expect(last).toBeLessThanOrEqual(chaosMs);
      expect(new Set(deeds.map(({ id }) => id)).size).toBe(deeds.length);
    }
  });

  it('keeps to what was asked for', () => {
    fc.assert(
      fc.property(anySeed, fc.integer({ min: 2, max: 9 }), fc.nat(2_000), (seed, nodes, files) => {
        const { settings, chaosMs } = planOf(seed, { nodes, minutes: 2, files });
        expect([settings.workers, settings.files, chaosMs]).toEqual([nodes - 1, files, 120_000]);
      }),
      { numRuns: 30 },
    );
  });

  it('is a cluster at rest with default options when it shall be quiet', () => {
    const { settings, deeds } = planOf(7, { nodes: 5, files: 1_000, quiet: true });
    expect(deeds).toEqual([]);
    expect(settings).toMatchObject({ workers: 4, files: 1_000, musterYaml: '', skewMs: {} });
  });

  it('is small: most seeds must cost a tenth of a second', () => {
    const count = (size: (plan: Plan) => number): readonly number[] => plans.map(size).sort((a, b) => a - b);
    const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)]!;
    expect(median(count(({ deeds }) => deeds.length))).toBeLessThanOrEqual(40);
    expect(count(({ deeds }) => deeds.length).at(-1)).toBeLessThanOrEqual(150);
    expect(median(count(({ settings }) => settings.files))).toBeLessThanOrEqual(60);
    expect(median(count(({ settings }) => settings.workers))).toBeLessThanOrEqual(3);
  });
});

describe('over many seeds (swarm testing)', () => {
  const withKind = new Map(
    deedKinds.map((kind) => [kind, plans.filter(({ deeds }) => deeds.some((deed) => deed.kind === kind)).length]),
  );

  it.each(deedKinds)('%s happens in many seeds, and not in many others', (kind) => {
    expect(withKind.get(kind)).toBeGreaterThan(seeds / 20);
    expect(withKind.get(kind)).toBeLessThan((seeds * 3) / 4);
  });

  it.each([
    ['workload', workloadKinds],
    ['nemesis', nemesisKinds],
  ] as const)('some seeds have no %s at all, some one kind of it, some many', (_name, kinds) => {
    const counts = plans.map(
      ({ deeds }) => new Set(deeds.map(({ kind }) => kind).filter((kind) => kinds.includes(kind as never))).size,
    );
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(seeds / 20);
    expect(counts.filter((count) => count === 1).length).toBeGreaterThan(seeds / 20);
    expect(counts.filter((count) => count > kinds.length / 3).length).toBeGreaterThan(seeds / 50);
  });

  it('no seed damages the epoch and sets wall clocks back', () => {
    for (const { deeds } of plans) {
      const jumps = deeds.some(({ kind }) => kind === 'wall-jump');
      const damages = deeds.some((deed) => deed.kind === 'damage' && deed.file === 'epoch');
      expect(jumps && damages).toBe(false);
    }
    expect(plans.some(({ deeds }) => deeds.some((deed) => deed.kind === 'damage' && deed.file === 'epoch'))).toBe(true);
  });

  it('both sides of a partition have somebody', () => {
    for (const { deeds } of plans)
      for (const deed of deeds)
        if (deed.kind === 'partition') {
          expect(deed.left.length).toBeGreaterThan(0);
          expect(deed.right.length).toBeGreaterThan(0);
        }
  });
});

describe('the options of a seed', () => {
  const texts = [...new Set(plans.map(({ settings }) => settings.musterYaml))];
  const ossec =
    '<ossec_config><cluster><name>c</name><node_name>n</node_name><node_type>worker</node_type>' +
    `<key>${'k'.repeat(32)}</key><nodes><node>m</node></nodes><disabled>no</disabled>\n</cluster></ossec_config>`;
  const configOf = (yaml: string) =>
    loadConfig({
      root: '/r',
      read: async (path) => (path.endsWith('ossec.conf') ? ossec : path.endsWith('muster.yaml') ? yaml : undefined),
    });

  it('are all within their real bounds: the daemon takes them without a word', async () => {
    expect(texts.length).toBeGreaterThan(200);
    for (const text of texts) await expect(configOf(text)).resolves.toMatchObject({ warnings: [] });
  });

  it('leave a handshake the time that it takes on the network of the seed', () => {
    for (const { settings, climate } of plans) {
      const [, timeout] = /handshake_timeout: (\d+)ms/.exec(settings.musterYaml) ?? [];
      const { latency, handshake } = climate.network;
      if (timeout !== undefined) expect(Number(timeout)).toBeGreaterThanOrEqual(4 * latency.maxMs + handshake.maxMs);
    }
  });

  it('leave more time to heal than one look at everything takes', async () => {
    for (const { settings } of plans.slice(0, 300)) {
      const { integrity } = (await configOf(settings.musterYaml)).muster;
      expect(settings.healWithinMs).toBeGreaterThan(integrity.reconcileEveryMs + integrity.guard.confirmAfterMs);
    }
  });

  it('leave more time to heal than all that was written takes on its way', () => {
    for (const { settings, climate, deeds } of plans) {
      const large = deeds.reduce((sum, deed) => sum + (deed.kind === 'large-file' ? deed.bytes : 0), 0);
      expect(settings.healWithinMs).toBeGreaterThan(large / climate.network.bandwidth);
    }
  });
});
