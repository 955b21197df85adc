import { openWazuhDbManager } from '../../src/index.ts';
import { doubleSockets, infoOf, ownNode, type SocketDouble, wazuhDbDouble } from '../../src/testing/index.ts';
import { forever } from '../rig.ts';

const startMs = 1_767_225_600_000;
const syncSocket = 'queue/sockets/wdb-http.sock';

/** A worker's; `slowSeconds`: an answer takes so long to come. */
function open(agents: number) {
  let nowMs = startMs;
  const stage = { isDown: false, slowSeconds: 0, asked: 0 };
  const double = wazuhDbDouble({ role: 'worker', now: () => Math.floor(nowMs / 1_000) });
  for (let id = 1; id <= agents; id++) double.insert(id, `a${id}`, 'any');
  const wdb: SocketDouble = {
    handle: (request) => {
      stage.asked += 1;
      return double.handle(request);
    },
  };
  const http: SocketDouble['http'] = (request) => {
    const answer = double.http(request);
    nowMs += stage.slowSeconds * 1_000;
    return answer;
  };
  const sockets = doubleSockets(
    '/r',
    { 'queue/db/wdb': wdb, [syncSocket]: { http } },
    {
      mishap: (path) =>
        stage.isDown && path === syncSocket ? { what: 'refuse', code: 'ECONNREFUSED' } : { what: 'none' },
    },
  );
  const keys = {
    has: () => true,
    of: (id: number) => ({ id, name: `a${id}`, ip: 'any' }),
    byFileName: () => undefined,
    version: () => 0,
    gone: () => [],
    doubts: () => 0,
  };
  const options = { sockets, root: '/r', ownNode, isMaster: false, keys, turn: () => Promise.resolve() };
  const start = () => openWazuhDbManager({ ...options, wallNow: () => nowMs });
  const pass = (seconds: number): void => {
    nowMs += seconds * 1_000;
  };
  return { double, wdb, stage, start, pass, at: (seconds: number) => startMs + seconds * 1_000 };
}

async function read(manager: ReturnType<typeof openWazuhDbManager>) {
  const { agents, faults, remembered } = await manager.seen(forever);
  await remembered();
  return { seen: agents.map(({ id, seenMs }) => [id, seenMs]), faults };
}

describe('keep-alives that are read late', () => {
  it('were heard when the database says, not when they are read: after a start', async () => {
    const { double, start, pass, at } = open(2);
    double.keepsAlive(1);
    pass(5);
    double.starts(2);
    pass(600);
    expect(await read(start())).toEqual({
      seen: [
        [1, at(0)],
        [2, at(5)],
      ],
      faults: [],
    });
  });

  it('and after a time in which wazuh-db did not answer', async () => {
    const { double, stage, start, pass, at } = open(1);
    const manager = start();
    await read(manager);
    stage.isDown = true;
    pass(1);
    double.keepsAlive(1);
    await expect(manager.seen(forever)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    pass(40);
    stage.isDown = false;
    expect((await read(manager)).seen).toEqual([[1, at(1)]]);
  });

  it('or took long to', async () => {
    const { double, stage, start, at } = open(1);
    const manager = start();
    await read(manager);
    double.keepsAlive(1);
    stage.slowSeconds = 12;
    expect((await read(manager)).seen).toEqual([[1, at(0)]]);
  });

  it('in time they are of now, and nothing is asked', async () => {
    const { double, stage, start, pass, at } = open(1);
    const manager = start();
    await read(manager);
    pass(1);
    double.keepsAlive(1);
    pass(1);
    expect((await read(manager)).seen).toEqual([[1, at(2)]]);
    expect(stage.asked).toBe(0);
  });

  it('and a clock that was set back does not bring them into the future', async () => {
    const { double, start, pass, at } = open(1);
    double.keepsAlive(1);
    pass(-3_600);
    expect((await read(start())).seen).toEqual([[1, at(-3_600)]]);
  });

  it('are asked for a thousand at a time, however many there are', async () => {
    const { double, stage, start, pass, at } = open(2_500);
    for (let id = 1; id <= 2_500; id++) double.keepsAlive(id);
    pass(60);
    const { seen } = await read(start());
    expect([seen.length, stage.asked]).toEqual([2_500, 3]);
    expect(seen.every(([, seenMs]) => seenMs === at(0))).toBe(true);
  });

  it('rows that have a time are not asked for', async () => {
    const { double, stage, start, pass, at } = open(2);
    double.keepsAlive(1, infoOf(1, 'v1', ownNode));
    double.shutsDown(2);
    pass(60);
    expect((await read(start())).seen).toEqual([
      [1, at(0)],
      [2, at(0)],
    ]);
    expect(stage.asked).toBe(0);
  });

  it.each([['err no'], ['ok {{'], ['what'], ['ok []'], ['ok {}'], ['ok [null, 7, {"id": 1, "last_keepalive": "x"}]']])(
    'are of now where the database does not tell: %s',
    async (answer) => {
      const { double, wdb, start, pass, at } = open(1);
      double.keepsAlive(1);
      pass(60);
      wdb.handle = () => Buffer.from(answer);
      expect((await read(start())).seen).toEqual([[1, at(60)]]);
    },
  );

  it('and a refusal is a fault that says so', async () => {
    const { double, wdb, start } = open(1);
    double.keepsAlive(1);
    wdb.handle = () => Buffer.from('err no such command');
    expect((await read(start())).faults).toEqual([
      {
        at: 'queue/db/wdb',
        code: 'times-unread',
        text: expect.stringMatching(/^when 1 agents? .* could not be read, .*: .*no such command/),
      },
    ]);
  });
});
