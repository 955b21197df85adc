/** `get-node-info` and `get-logs` of a whole node, asked of itself and through the other. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logs, NodeInfo, Relayed } from '@muster/protocol';
import { openTestCluster, type TestCluster, type TestNode } from '../one-process.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await openTestCluster(1, 100, {
    lay: (name, root) => {
      mkdirSync(join(root, 'logs'), { recursive: true });
      mkdirSync(join(root, 'var/run'), { recursive: true });
      writeFileSync(join(root, 'var/run', `wazuh-db-${process.pid}.pid`), '');
      writeFileSync(join(root, 'VERSION'), 'v4.14.7\n');
      const long = `2026/01/31 10:00:00 wazuh-db: INFO: ${name} ${'k1'.repeat(16)} ${'x'.repeat(1_500)}\n`;
      writeFileSync(join(root, 'logs/ossec.log'), long.repeat(400));
    },
  });
  await cluster.until('in sync', cluster.inSync);
});
afterAll(() => cluster.close());

it('a node says what it is and how the manager beside it is, also through another', async () => {
  const [master, worker] = cluster.nodes as [TestNode, TestNode];
  const own = (await worker.ask({ type: 'get-node-info' })) as NodeInfo;
  expect(own).toEqual(
    expect.objectContaining({ node: 'worker1', role: 'worker', cluster: 'one', managerVersion: '4.14.7' }),
  );
  expect(own.daemons.find(({ name }) => name === 'wazuh-db')?.state).toBe('running');
  expect([own.totalBytes > 0, own.runtime.startsWith('Node.js v')]).toEqual([true, true]);
  const relayed = (await master.ask({
    ...{ type: 'relay', node: 'worker1' },
    message: { type: 'get-node-info' },
  })) as Relayed;
  const through = relayed.message as NodeInfo;
  const masters = (await master.ask({ type: 'get-node-info' })) as NodeInfo;
  expect([through.node, through.keyFingerprint]).toEqual(['worker1', own.keyFingerprint]);
  expect(masters.keyFingerprint).toBe(own.keyFingerprint);
  expect(JSON.stringify(own)).not.toContain(worker.root);
});

it('its logs come in pages that a frame holds, without the key', async () => {
  const [master] = cluster.nodes as [TestNode, TestNode];
  const query = { type: 'get-logs', log: 'manager', offset: 0, limit: 500 } as const;
  const { message } = (await master.ask({ type: 'relay', node: 'worker1', message: query })) as Relayed;
  const logs = message as Logs;
  expect(logs.total).toBe(400);
  expect(logs.rows.length).toBeGreaterThan(100);
  expect(logs.rows.length).toBeLessThan(400);
  expect(logs.rows[0]?.text).toMatch(/^worker1 \*{5} x+/);
});
