import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { chooseManager, findManager } from '../src/index.ts';
import { cleanUp, disk, newRoot } from './rig.ts';

afterAll(cleanUp);

it.each([
  [true, true, 'wazuh-db'],
  [true, false, 'wazuh-db'],
  [false, true, 'files'],
  [false, false, 'embedded'],
] as const)('with wazuh-db %s and agent-info %s there, auto takes %s and says why', (wazuhDb, agentInfo, kind) => {
  const chosen = chooseManager({ wazuhDb, agentInfo }, 'auto');
  expect([chosen.kind, chosen.why.length > 10]).toEqual([kind, true]);
  for (const option of ['files', 'wazuh-db', 'embedded'] as const)
    expect(chooseManager({ wazuhDb, agentInfo }, option)).toEqual({
      kind: option,
      why: `muster.yaml says \`manager: ${option}\``,
    });
});

it('finds both sockets of wazuh-db, and the directory of agent-info', async () => {
  const root = newRoot();
  expect(await findManager(disk, root)).toEqual({ wazuhDb: false, agentInfo: true });
  rmSync(join(root, 'queue/agent-info'), { recursive: true });
  for (const directory of ['queue/db', 'queue/sockets']) mkdirSync(join(root, directory), { recursive: true });
  const servers = await Promise.all(
    ['queue/db/wdb', 'queue/sockets/wdb-http.sock'].map(async (path) => {
      expect(await findManager(disk, root)).toEqual({ wazuhDb: false, agentInfo: false });
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(root, path), resolve));
      return server;
    }),
  );
  expect(await findManager(disk, root)).toEqual({ wazuhDb: true, agentInfo: false });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});
