/** The metrics of whole nodes: their form, how many there are, that counters rise, and what a fault looks like. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnActor } from '@muster/actor';
import { definitionOf, type MetricName, metricNames } from '@muster/metrics';
import { faultsOf, parseText } from '@muster/metrics/testing';
import type { Metrics, Relayed } from '@muster/protocol';
import { emptyDisk, type MemoryDisk, openMasterAgents, openMemoryKv } from '@muster/store';
import { openTestCluster, type TestCluster, type TestNode } from '../one-process.ts';

type Values = ReadonlyMap<string, number>;

/** By series as it is written; the text is checked on the way. */
async function scrape(node: TestNode): Promise<Values> {
  const { text, contentType } = await node.running.metrics.scrape();
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(faultsOf(text)).toEqual([]);
  return new Map(
    parseText(text).map(({ name, labels, value }) => [
      `${name}{${labels.map(([label, is]) => `${label}=${is}`).join()}}`,
      value,
    ]),
  );
}

/** Series of the parts that some value is missing of. */
const faulty = (values: Values): readonly string[] =>
  [...values]
    .filter(([series, value]) => series.startsWith('muster_scrape_faults') && value !== 0)
    .map(([name]) => name);
const nameOf = (series: string): string =>
  series.replace(/\{.*/, '').replace(/_seconds_(?:bucket|sum|count)$/, '_seconds');
const hasRole = (name: MetricName, role: string): boolean => (definitionOf(name).role ?? role) === role;

describe('a master and a worker', () => {
  let cluster: TestCluster;
  let master: TestNode;
  let worker: TestNode;
  beforeAll(async () => {
    cluster = await openTestCluster(1);
    [master, worker] = cluster.nodes as [TestNode, TestNode];
    master.write('etc/rules/first.xml', '<group name="first">');
    await cluster.until('in sync', cluster.inSync);
  });
  afterAll(() => cluster.close());

  it('each show all metrics of their role but those of HAProxy, and no part is missing', async () => {
    for (const [node, role] of [
      [master, 'master'],
      [worker, 'worker'],
    ] as const) {
      const values = await scrape(node);
      expect(faulty(values)).toEqual([]);
      const shown = new Set([...values.keys()].map(nameOf));
      const lacks = metricNames.filter((name) => hasRole(name, role) && !shown.has(name));
      expect(lacks.filter((name) => !name.startsWith('muster_balancer_') && name !== 'muster_agents')).toEqual([]);
      expect([...shown].filter((name) => !hasRole(name as MetricName, role))).toEqual([]);
    }
  });

  it('say how far the worker is, and that the link is open', async () => {
    const seen = await scrape(master);
    expect(seen.get('muster_node_up{node=worker1,role=worker}')).toBe(1);
    expect(seen.get('muster_node_sync_state{node=worker1,state=in-sync}')).toBe(1);
    expect(seen.get('muster_node_lag_generations{node=worker1}')).toBe(0);
    expect(seen.get('muster_link_up{peer=worker1}')).toBe(1);
    expect(seen.get('muster_events_total{kind=joined}')).toBe(1);
    const own = await scrape(worker);
    expect(own.get('muster_node_sync_state{node=worker1,state=in-sync}')).toBe(1);
    expect(own.get('muster_link_up{peer=master}')).toBe(1);
    expect(own.get('muster_link_bytes_total{lane=bulk,direction=received}')).toBeGreaterThan(0);
    expect(own.get('muster_actor_handling_seconds_count{}')).toBeGreaterThan(0);
  });

  it('are shown over the local socket, of the other node, too', async () => {
    const message = { type: 'get-metrics' } as const;
    const relayed = (await master.ask({ type: 'relay', node: 'worker1', message })) as Relayed;
    const { page, rest } = relayed.message as Metrics;
    expect(rest).toBeUndefined();
    expect(faultsOf(page)).toEqual([]);
    expect(page).toContain('role="worker",node="worker1"} 1');
  });

  it('count on over the restart of an actor and of a link: no counter goes back', async () => {
    const before = await scrape(worker);
    const restarts = 'muster_actor_restarts_total{actor=/integrity}';
    for (const path of ['/integrity', '/links/node:master', '/links']) {
      await worker.ask({ type: 'crash-actor', path }).catch(() => undefined);
    }
    await cluster.until('in sync again', cluster.inSync);
    let after: Values = new Map();
    await cluster.until('restarted and linked', async () => {
      after = await scrape(worker);
      const isThere = [...before.keys()].every((series) => after.has(series));
      return isThere && (after.get(restarts) ?? 0) > (before.get(restarts) ?? 0);
    });
    const fell = [...before].filter(
      ([series, value]) =>
        definitionOf(nameOf(series) as MetricName).type !== 'gauge' && (after.get(series) ?? 0) < value,
    );
    expect(fell).toEqual([]);
    expect(after.get('muster_link_reconnects_total{peer=master}')).toBeGreaterThan(0);
  });

  it('that lose each other say so, each scrape within 1.5 s', async () => {
    cluster.network.cut();
    let slowest = 0;
    const timed = async (node: TestNode): Promise<Values> => {
      const began = cluster.clock.now();
      const values = await scrape(node);
      slowest = Math.max(slowest, cluster.clock.now() - began);
      return values;
    };
    await cluster.until(
      'down at the master',
      async () => (await timed(master)).get('muster_node_up{node=worker1,role=worker}') === 0,
    );
    await cluster.until(
      'the worker has no link',
      async () => (await timed(worker)).get('muster_link_up{peer=master}') === 0,
    );
    expect(slowest).toBeLessThanOrEqual(1_500);
  });
});

/** A store in which so many agents reported to worker1. */
async function storeOf(agents: number): Promise<MemoryDisk> {
  const disk = emptyDisk();
  const kv = openMemoryKv(disk, { maxBytes: 2 ** 30 });
  const store = await openMasterAgents(kv);
  for (let from = 1; from <= agents; from += 500) {
    const updates = Array.from({ length: Math.min(500, agents + 1 - from) }, (_, n) => ({
      ...{ id: from + n, revision: 1, seenMs: 1_790_000_000_000, status: 'active', code: 0, disconnectedMs: 0 },
    })) as Parameters<typeof store.merge>[1];
    await store.merge('worker1', updates, () => true);
  }
  await kv.close();
  return disk;
}

function lay(agents: number, files: number) {
  return (_name: string, root: string): void => {
    const keys = Array.from(
      { length: agents },
      (_, n) => `${String(n + 1).padStart(3, '0')} agent${n} any ${'a'.repeat(64)}\n`,
    );
    writeFileSync(join(root, 'etc/client.keys'), keys.join(''));
    for (let n = 0; n < files; n++) {
      const folder = join(root, `etc/shared/g${n % 100}`);
      if (n < 100) mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `f${n}.conf`), String(n));
    }
  };
}

/** What a master with so much shows. */
async function scrapeOf(agents: number, files: number, actors: number): Promise<Values> {
  const stored = await storeOf(agents);
  const more = { lay: lay(agents, files), stored: () => stored, muster: 'manager: embedded\n' };
  const cluster = await openTestCluster(0, 100, more);
  const { master, clock } = cluster;
  try {
    const { root } = master.running.system;
    const crowd = root.supervise('crowd');
    for (let n = 0; n < actors; n++) {
      const name = `agent-like-${n}`;
      const idle = { init: () => 0, decide: (state: number) => ({ state, effects: [] }), perform: () => {} };
      crowd.spawn((parent) => spawnActor(parent, { name, clock, ...idle }));
    }
    let values: Values = new Map();
    await cluster.until('all files are known', async () => {
      values = await scrape(master);
      return (values.get('muster_files{}') ?? 0) >= files;
    });
    expect(faulty(values)).toEqual([]);
    expect(values.get('muster_agents{node=worker1,status=active}')).toBe(agents);
    return values;
  } finally {
    await cluster.close();
  }
}

it('10,000 agents, 10,000 files and 300 actors have a bounded number of series: those of few, and 200 actors', async () => {
  const few = await scrapeOf(10, 10, 0);
  const many = await scrapeOf(10_000, 10_000, 300);
  const ofActors = (values: Values) => [...values.keys()].filter((series) => series.includes('{actor='));
  const others = (values: Values) => [...values.keys()].filter((series) => !series.includes('{actor='));
  expect(others(many)).toEqual(others(few));
  expect(ofActors(many).length).toBeLessThanOrEqual(201 * 7);
  expect(many.size).toBeLessThan(2_000);
  expect(few.size).toBeLessThan(400);
  expect([...many.keys()].filter((series) => /agent1|f17\.conf|g42/.test(series))).toEqual([]);
});
