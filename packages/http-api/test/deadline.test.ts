/** A node that is stopped, cut off or wedged is said so, not waited for. */
import { type ManualClock, manualClock } from '@muster/actor/testing';
import { viewMs } from '../src/deadline.ts';
import type { ApiAnswers } from '../src/deps.ts';
import { answers, clusterOf, failing, threeNodes } from './answers.ts';
import { openRig, type Response, type Rig, until } from './rig.ts';

let rig: Rig | undefined;
let clock: ManualClock;
const open = async (more: Partial<ApiAnswers>): Promise<void> => {
  clock = manualClock();
  rig = await openRig({ clock, sources: { answers: answers(more) } });
};
afterEach(() => {
  rig?.close();
  rig = undefined;
});

const never = (): Promise<never> => new Promise(() => {});

/** Asks, and moves the clock on when the node has been asked. */
async function askedWhile(path: string, auth: string | undefined, asked: () => number): Promise<Response> {
  const answer = rig!.get(path, auth);
  await until(() => asked() > 0);
  await clock.advance(viewMs);
  return await answer;
}

test('a view has less than the 2 s after which people think that it hangs', () => {
  expect(viewMs).toBeLessThan(2_000);
});

test.each([
  ['/cluster/nodes', 'cluster'],
  ['/cluster/healthcheck', 'healthcheck'],
  ['/cluster/node01/info', 'nodeInfo'],
  ['/cluster/node01/logs', 'logs'],
  ['/cluster/node01/logs/summary', 'logs'],
  ['/cluster/node02/info', 'relay'],
  ['/cluster/node02/logs?sort=tag', 'relay'],
  ['/muster/agents', 'agents'],
] as const)('%s of a node that is wedged is 3021 in both forms', async (path, view) => {
  let asked = 0;
  await open({
    [view]: () => {
      asked += 1;
      return never();
    },
  });
  const token = await rig!.token();
  const basic = await askedWhile(path, undefined, () => asked);
  expect([basic.status, basic.json.error]).toEqual([200, 3021]);
  asked = 0;
  const { status, json } = await askedWhile(path, token, () => asked);
  expect([status, json]).toEqual([
    500,
    { title: 'Cluster Error', detail: 'The node did not answer in time', remediation: expect.any(String), error: 3021 },
  ]);
});

test('a node that is wedged is not ready, and its process lives', async () => {
  let asked = 0;
  await open({
    health: () => {
      asked += 1;
      return never();
    },
  });
  const { status, json } = await askedWhile('/readyz', '', () => asked);
  expect([status, json]).toEqual([503, { ready: false, state: 'unknown', why: expect.any(String) }]);
  expect((await rig!.get('/healthz', '')).status).toBe(200);
});

test('a worker that is cut off from its master says 3023 of the cluster, and goes on to tell of itself', async () => {
  await open({
    cluster: () => ({ ...clusterOf(threeNodes.nodes[1]!), alone: true }),
    healthcheck: failing('no-master'),
    relay: failing('no-master'),
  });
  const token = await rig!.token();
  for (const path of [
    '/cluster/nodes',
    '/cluster/healthcheck',
    '/cluster/ruleset/synchronization',
    '/cluster/node02/info',
  ]) {
    const { status, json } = await rig!.get(path, token);
    expect([path, status, json.error]).toEqual([path, 500, 3023]);
  }
  expect((await rig!.get('/cluster/nodes/node02')).json.error).toBe(3023);
  for (const path of ['/cluster/status', '/cluster/local/info', '/cluster/node01/info', '/cluster/node01/logs'])
    expect((await rig!.get(path, token)).json.error).toBe(0);
});

test.each([
  ['timeout', 500, 3021],
  ['ASK_TIMEOUT', 500, 3021],
  ['not-linked', 500, 3023],
  ['no-master', 500, 3023],
  ['something else', 500, 1000],
])('a view that fails with %s is %i and %i, without its words', async (code, status, error) => {
  await open({ cluster: failing(code) });
  const response = await rig!.get('/cluster/nodes', await rig!.token());
  expect([response.status, response.json.error]).toEqual([status, error]);
  expect(response.text).not.toContain('etc');
});

test('what could not be answered is logged, for its words are not told to the client', async () => {
  await open({ cluster: failing('something else') });
  await rig!.get('/cluster/nodes?search=x');
  expect(rig!.logged).toEqual([
    expect.stringMatching(/^GET \/cluster\/nodes could not be answered: something else in/),
  ]);
});

test.each([
  ['starting', { state: 'starting', holds: undefined }],
  ['behind', { holds: { epoch: 7, generation: 2 } }],
  ['of another epoch', { holds: { epoch: 6, generation: 3 } }],
  ['failing', { state: 'failing' }],
] as const)('a node that is %s is not ready, and says why', async (_what, more) => {
  const health = await answers().health();
  const { holds, ...rest } = { ...health, ...more };
  await open({ health: () => ({ ...rest, ...(holds === undefined ? {} : { holds }) }) });
  const { status, json } = await rig!.get('/readyz', '');
  expect([status, json]).toEqual([
    503,
    expect.objectContaining({ ready: false, why: expect.stringMatching(/\w+ \w+/) }),
  ]);
});

test.each([
  ['has no link to its master', { linked: false }, 'The link to the master is lost: muster health says more.'],
  ['is linked', { linked: true }, 'The node is fetching the newest generation.'],
  ['is the master', {}, 'The node is fetching the newest generation.'],
])('a node that is behind and %s says so', async (_what, more, why) => {
  const health = await answers().health();
  await open({ health: () => ({ ...health, state: 'syncing', ...more }) });
  expect((await rig!.get('/readyz', '')).json).toMatchObject({ ready: false, state: 'syncing', why });
});
