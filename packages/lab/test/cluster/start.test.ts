/** How a node starts, and refuses to: real processes. */

import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openCluster, until } from '@muster/lab/testing';

test('a master whose port is taken does not start: code 1, and the words say who may hold it', async () => {
  const cluster = await openCluster({ workers: 0 });
  const squatter = createServer();
  try {
    await new Promise<void>((listening) => void squatter.listen(cluster.port, '127.0.0.1', listening));
    cluster.master.start();
    expect(await cluster.master.exited()).toBe(1);
    const words = `cannot listen on 127.0.0.1:${cluster.port}: another process listens there`;
    expect(cluster.master.output()).toContain(`muster: ${words}`);
    expect(cluster.master.output()).toContain('wazuh-clusterd');
    expect(readFileSync(join(cluster.master.root, 'logs/cluster.log'), 'utf8')).toContain(words);
  } finally {
    squatter.close();
    await cluster.close();
  }
});

test('a worker without a master says in every view what its last try failed with', async () => {
  const cluster = await openCluster({ workers: 1 });
  const [worker] = cluster.workers;
  try {
    worker!.start();
    const failed = /Try \d+ failed: nothing listens on 127\.0\.0\.1:\d+/;
    await until('the first try has failed', async () => failed.test(await worker!.ask((it) => it.explain('worker1'))));
    const view = await worker!.ask((it) => it.cluster());
    expect(view.nodes.map(({ why }) => why).join()).toMatch(failed);
    expect((await worker!.ask((it) => it.health())).link).toMatch(failed);
  } finally {
    await cluster.close();
  }
});

test('a directory that cannot be written ends the start with code 1, and is named', async () => {
  const cluster = await openCluster({
    workers: 0,
    prepare: async ({ root }) => {
      await rm(join(root, 'queue'), { recursive: true });
      await writeFile(join(root, 'queue'), 'a file where a directory must be');
    },
  });
  try {
    cluster.master.start();
    expect(await cluster.master.exited()).toBe(1);
    expect(cluster.master.output()).toMatch(
      /muster: cannot write below .*queue\/cluster: a file stands where a directory must be; remove it/,
    );
  } finally {
    await cluster.close();
  }
});

test.each([
  ['an empty file', '', /there is no <cluster> section in .*etc\/ossec\.conf; nothing to do/],
  ['another root', '<ossec>\n<cluster>\n</cluster>\n</ossec>\n', /there is no <cluster> section in/],
  [
    'a disabled section',
    '<ossec_config>\n<cluster>\n<disabled>yes</disabled>\n</cluster>\n</ossec_config>\n',
    /the cluster is disabled in .*etc\/ossec\.conf \(<disabled>\); nothing to do/,
  ],
])('a start with %s for ossec.conf does nothing, with code 0, and says which it is', async (_, text, words) => {
  const cluster = await openCluster({
    workers: 0,
    prepare: ({ root }) => writeFile(join(root, 'etc/ossec.conf'), text),
  });
  try {
    cluster.master.start();
    expect(await cluster.master.exited()).toBe(0);
    expect(cluster.master.output()).toMatch(words);
  } finally {
    await cluster.close();
  }
});
