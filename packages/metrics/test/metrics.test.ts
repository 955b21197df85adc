import { openMetrics } from '../src/index.ts';
import { metricNames, table } from '../src/table.ts';
import { faultsOf, parseText } from '../src/testing/index.ts';
import { actor, balancer, health, masterSources, nodeView, workerSources } from './rig.ts';

const never = (): Promise<never> => new Promise(() => {});
/** Values by series, as they are written. */
async function values(sources = masterSources(), metrics = openMetrics(sources)): Promise<Record<string, number>> {
  const { text } = await metrics.scrape();
  expect(faultsOf(text)).toEqual([]);
  return Object.fromEntries(
    parseText(text).map(({ name, labels, value }) => [
      labels.length === 0 ? name : `${name}{${labels.map(([label, is]) => `${label}=${is}`).join()}}`,
      value,
    ]),
  );
}
const namesIn = (found: Record<string, number>): ReadonlySet<string> =>
  new Set(
    Object.keys(found).map((series) =>
      series.replace(/\{.*/, '').replace(/_seconds_(?:bucket|sum|count)$/, '_seconds'),
    ),
  );

describe('the table of metrics', () => {
  it.each(metricNames)('%s has its unit in its name, and a help of one sentence', (name) => {
    const { unit, help, type } = table[name];
    const bare = type === 'counter' ? name.replace(/_total$/, '') : name;
    const units = ['seconds', 'bytes'].filter((each) => bare.endsWith(`_${each}`));
    expect(units).toEqual(unit === 'none' ? [] : [unit]);
    expect(help).toMatch(/^[A-Z1'].*[^.\s]$/);
  });

  it.each(metricNames)('%s has no label of an agent or a file', (name) => {
    const { labels } = table[name];
    const bounded = [
      'version',
      'role',
      'node',
      'part',
      'state',
      'effect',
      'peer',
      'lane',
      'direction',
      'actor',
      'status',
    ];
    for (const label of labels) expect([...bounded, 'outcome', 'balancer', 'phase', 'server', 'kind']).toContain(label);
  });
});

it("a master shows every metric that is not a worker's, a worker every one that is not a master's", async () => {
  const of = (role: string) =>
    metricNames.filter((name) => [undefined, role].includes((table[name] as { role?: string }).role));
  expect([...namesIn(await values())].sort()).toEqual([...of('master')].sort());
  const worker = namesIn(await values(workerSources()));
  expect([...worker].sort()).toEqual([...of('worker')].sort());
});

it('each value is what its source says, in base units', async () => {
  expect(await values()).toMatchObject({
    'muster_build_info{version=0.1.0,role=master,node=main}': 1,
    muster_resident_memory_bytes: 70_000_000,
    muster_event_loop_delay_seconds: 0.002,
    'muster_node_up{node=worker1,role=worker}': 1,
    'muster_node_lag_generations{node=main}': 0,
    'muster_node_lag_generations{node=worker1}': 2,
    'muster_node_behind_seconds{node=worker1}': 1.5,
    'muster_node_heard_seconds{node=worker1}': 0.25,
    'muster_node_sync_state{node=worker1,state=in-sync}': 1,
    'muster_node_sync_state{node=worker1,state=held}': 0,
    'muster_node_clock_skew_seconds{node=worker1}': -0.003,
    muster_generation_number: 7,
    'muster_file_problems{effect=held}': 2,
    'muster_file_problems{effect=blocking}': 0,
    'muster_link_up{peer=worker1}': 1,
    'muster_link_reconnects_total{peer=worker1}': 4,
    'muster_link_round_trip_seconds{peer=worker1}': 0.002,
    'muster_link_bytes_total{lane=control,direction=sent}': 50,
    'muster_link_bytes_total{lane=control,direction=received}': 150,
    'muster_link_bytes_total{lane=bulk,direction=sent}': 250,
    'muster_actors{state=running}': 2,
    'muster_actor_busy_seconds_total{actor=/integrity}': 0.5,
    'muster_actor_restarts_total{actor=/integrity}': 1,
    muster_dead_letters_total: 5,
    'muster_agents{node=worker1,status=active}': 9,
    muster_agents_registered: 12,
    muster_agents_never_connected: 1,
    'muster_agent_statuses_total{outcome=taken}': 40,
    muster_store_limit_bytes: 1_048_576,
    'muster_balancer_sessions{balancer=tcp "lb1":9999,server=worker1}': 12,
    'muster_balancer_spread_sessions{balancer=tcp "lb1":9999}': 5,
    'muster_balancer_phase{balancer=tcp "lb1":9999,phase=balanced}': 1,
    'muster_events_total{kind=joined}': 2,
  });
});

it('a worker shows of the cluster itself alone', async () => {
  const found = await values(workerSources());
  expect(Object.keys(found).filter((series) => series.startsWith('muster_node_up'))).toEqual([
    'muster_node_up{node=worker1,role=worker}',
  ]);
});

it('a peer that was linked and is not any more is down, a HAProxy that is not reachable has no sessions', async () => {
  const found = await values(
    masterSources({
      links: () => ({ type: 'links', rows: [], reconnects: 0 }),
      balance: () => ({
        type: 'balance',
        instances: [{ ...balancer, reachable: false, phase: 'unreachable', trouble: 'no' }],
      }),
    }),
  );
  expect(found['muster_link_up{peer=worker1}']).toBe(0);
  expect(found['muster_balancer_reachable{balancer=tcp "lb1":9999}']).toBe(0);
  expect(found['muster_balancer_trouble{balancer=tcp "lb1":9999}']).toBe(1);
  expect([...namesIn(found)].filter((name) => name.endsWith('_sessions'))).toEqual([]);
});

describe('a part that cannot be had', () => {
  it.each(['throws', 'rejects', 'never answers'])(
    'because its source %s is left out, is said, and holds nobody up',
    async (how) => {
      const broken = { throws: () => fail(), rejects: () => Promise.reject(new Error('no')), 'never answers': never }[
        how
      ];
      const sources = masterSources({ health: broken as () => never, balance: broken as () => never });
      const scraped = values(sources);
      await sources.clock.advance(1_199);
      await sources.clock.advance(1);
      const found = await scraped;
      expect(found['muster_scrape_faults{part=health}']).toBe(1);
      expect(found['muster_scrape_faults{part=balancers}']).toBe(1);
      expect(found['muster_scrape_faults{part=cluster}']).toBe(0);
      expect(found.muster_files).toBeUndefined();
      expect(found['muster_node_up{node=main,role=master}']).toBe(1);
      expect(found.muster_scrape_seconds).toBe(how === 'never answers' ? 1.2 : 0);
    },
  );

  const fail = (): never => {
    throw new Error('broken');
  };

  it('is asked once while it does not answer, however often somebody scrapes', async () => {
    let asked = 0;
    const sources = masterSources({
      cluster: () => {
        asked++;
        return never();
      },
    });
    const metrics = openMetrics(sources);
    for (let n = 0; n < 5; n++) {
      const scraped = metrics.scrape();
      await sources.clock.advance(1_200);
      await scraped;
    }
    expect(asked).toBe(1);
  });

  it('is there again as soon as it can be had', async () => {
    let works = false;
    const sources = masterSources({ health: () => (works ? health : Promise.reject(new Error('no'))) });
    const metrics = openMetrics(sources);
    expect((await values(sources, metrics))['muster_scrape_faults{part=health}']).toBe(1);
    works = true;
    expect((await values(sources, metrics))['muster_scrape_faults{part=health}']).toBe(0);
  });
});

it('scrapes at the same time share one collection, later ones do not', async () => {
  let asked = 0;
  const metrics = openMetrics(masterSources({ rssBytes: () => ++asked }));
  const [first, second] = await Promise.all([metrics.scrape(), metrics.scrape()]);
  expect([asked, first === second]).toEqual([1, true]);
  await metrics.scrape();
  expect(asked).toBe(2);
});

it("counters go on over an actor's new beginning at 0, and a value that is no number is left out", async () => {
  let processed = 10;
  let rssBytes = Number.NaN;
  const system = { inspect: () => [actor('/a', { processed })], deadLetters: () => ({ count: 0, last: [] }) };
  const sources = masterSources({ system, rssBytes: () => rssBytes });
  const metrics = openMetrics(sources);
  const read = async () => (await values(sources, metrics))['muster_actor_messages_total{actor=/a}'];
  expect(await read()).toBe(10);
  processed = 2;
  expect(await read()).toBe(12);
  processed = 5;
  expect(await read()).toBe(15);
  expect((await values(sources, metrics)).muster_resident_memory_bytes).toBeUndefined();
  rssBytes = 1;
  expect((await values(sources, metrics)).muster_resident_memory_bytes).toBe(1);
});

it('of 300 actors, 1,000 nodes and 16 HAProxies of 1,000 servers the series are bounded, and sums stay whole', async () => {
  const many = <T>(count: number, one: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => one(n));
  const servers = many(1_000, (n) => ({ name: `s${n}`, address: '', weight: 1, sessions: 1, target: 1, cuts: 0 }));
  const found = await values(
    masterSources({
      system: {
        inspect: () => many(300, (n) => actor(`/a${n}`, { highWater: n })),
        deadLetters: () => ({ count: 0, last: [] }),
      },
      cluster: () => ({ type: 'cluster', cluster: 'c', nodes: many(1_000, (n) => nodeView(`n${n}`)) }),
      agents: () =>
        new Map(many(1_000, (n) => [`n${n}`, { never_connected: 0, pending: 0, active: 1, disconnected: 0 }])),
      reconnects: () => new Map(many(1_000, (n) => [`n${n}`, 1])),
      balance: () => ({ type: 'balance', instances: many(16, (n) => ({ ...balancer, endpoint: `lb${n}`, servers })) }),
    }),
  );
  const sum = (name: string): number =>
    Object.entries(found).reduce((all, [series, value]) => (series.startsWith(`${name}{`) ? all + value : all), 0);
  expect(found['muster_actor_messages_total{actor=other}']).toBe(1_000);
  expect(found['muster_actor_mailbox_most_messages{actor=other}']).toBe(299);
  expect(sum('muster_actor_messages_total')).toBe(3_000);
  expect(sum('muster_agents')).toBe(1_000);
  expect(sum('muster_link_reconnects_total')).toBe(1_000);
  expect(sum('muster_balancer_sessions')).toBe(16_000);
  expect(Object.keys(found).length).toBeLessThan(13_000);
});
