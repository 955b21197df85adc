/** One change among many agents, in clusters of real processes whose managers are those of 3.8: files. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openCluster, until } from '../../packages/lab/dist/testing/index.js';

const quantile = (all, part) => all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))];
const nameOf = (id) => `agent-${String(id).padStart(6, '0')}`;
const put = (file, text, mode = 0o660) => {
  fs.writeFileSync(`${file}.new`, text, { mode });
  fs.renameSync(`${file}.new`, file);
};
const keysOf = (count) =>
  Array.from({ length: count }, (_, i) => `${String(i + 1).padStart(3, '0')} ${nameOf(i + 1)} any ${'a'.repeat(64)}\n`);

async function withCluster(agents, work) {
  const cluster = await openCluster({ workers: 2 });
  try {
    put(path.join(cluster.master.root, 'etc/client.keys'), keysOf(agents).join(''), 0o640);
    for (const node of cluster.nodes) node.start();
    await cluster.inSync(300_000);
    await until('the agents are known', () => everyNode(cluster, ({ agents: known }) => known === agents), {
      withinMs: 300_000,
    });
    await pause(3_000);
    await work(cluster);
  } finally {
    await cluster.close();
  }
}

const everyNode = async ({ nodes }, holds) =>
  (await Promise.all(nodes.map((node) => node.ask((client) => client.health())))).every(holds);

/** From the file of the worker's manager to the master's answer. */
export const oneStatus = (report, shots) =>
  withCluster(1_000, async ({ master, workers: [worker] }) => {
    const taken = [];
    await master.ask(async (client) => {
      for (let shot = 1; shot <= shots; shot++) {
        const system = `Linux |${nameOf(shot)} |5.15.0 |#1 SMP |x86_64 [Ubuntu|ubuntu: 22.04.4 LTS (Jammy Jellyfish)]`;
        const began = performance.now();
        put(
          path.join(worker.root, 'queue/agent-info', `${nameOf(shot)}-any`),
          `${system} - Wazuh v3.8.2 / ab73af41699f13fdd81903b5f23d8d00\n#"node_name":${worker.name}\n`,
        );
        const isThere = async () => (await client.agent(shot)).row.status === 'active';
        await until(`agent ${shot} is shown`, isThere, { everyMs: 2 });
        taken.push(performance.now() - began);
        await pause(100 + ((shot * 37) % 200));
      }
    });
    report('agents.one-status-p50', quantile(taken, 0.5), 'ms');
    report('agents.one-status-p99', quantile(taken, 0.99), 'ms');
  });

/** From the file of the master's manager to the files of both workers' managers; what the master sent meanwhile, beats included. */
export const groupOfOne = (report, agents, shots) =>
  withCluster(agents, async ({ master, workers }) => {
    const sentBytes = () => master.ask((client) => client.health()).then((health) => health.sentBytes);
    const fileOf = ({ root }, id) => path.join(root, 'queue/agent-groups', String(id).padStart(3, '0'));
    const idleMs = 5_000;
    let before = await sentBytes();
    await pause(idleMs);
    const idlePerMs = ((await sentBytes()) - before) / idleMs;
    const taken = [];
    const bytes = [];
    for (let shot = 1; shot <= shots; shot++) {
      before = await sentBytes();
      const began = performance.now();
      put(fileOf(master, shot), 'linux,web\n');
      await until('both workers have it', () => workers.every((worker) => fs.existsSync(fileOf(worker, shot))), {
        everyMs: 2,
      });
      taken.push(performance.now() - began);
      await pause(1_000);
      bytes.push((await sentBytes()) - before - idlePerMs * (performance.now() - began));
    }
    const name = `agents.group-of-one-among-${agents.toLocaleString('en')}`;
    report(name, Math.max(...taken), 'ms, the longest');
    report(`${name}-sent`, Math.max(0, quantile(bytes, 0.5)) / workers.length, 'B a worker, above beats');
  });
