import fc from 'fast-check';
import { openWazuhDbManager } from '../../src/index.ts';
import { doubleSockets, infoOf, ownNode, type Served } from '../../src/testing/index.ts';
import { cleanUp, forever } from '../rig.ts';
import { closeStages, wazuhDbStage } from './stage.ts';

afterAll(async () => {
  await closeStages();
  await cleanUp();
});

const framed = (text: string): Uint8Array => {
  const bytes = Buffer.from(`xxxx${text}`);
  bytes.writeUInt32LE(bytes.length - 4);
  return bytes;
};

async function open() {
  const stage = await wazuhDbStage();
  const served = stage.served!;
  const meet = (what: ReturnType<Served['mishap']>): void => {
    served.mishap = () => what;
  };
  const ids = Array.from({ length: 1_000 }, (_, at) => at + 1);
  await stage.addAgents(ids);
  return { ...stage, meet, ids };
}

describe('statuses of a wazuh-db that fails', () => {
  it('by not answering hold nothing open once the manager is closed', async () => {
    const { manager, meet, keepsAlive } = await open();
    await keepsAlive(1, 'v1');
    meet({ what: 'deaf' });
    const seen = manager.seen(forever);
    const outcome = expect(seen).rejects.toThrow('Muster has ended');
    await manager.close();
    await outcome;
  });

  it('are those that came before it died, with the fault; the others come with the next keep-alive', async () => {
    const { manager, meet, ids, keepsAlive } = await open();
    for (const id of ids) await keepsAlive(id, 'v1');
    meet({ what: 'cut', share: 0.5 });
    const first = await manager.seen(forever);
    expect(first.agents.length).toBeGreaterThan(300);
    expect(first.agents.length).toBeLessThan(700);
    expect(first.faults).toMatchObject([{ at: 'queue/sockets/wdb-http.sock', code: 'cut-short' }]);
    meet({ what: 'none' });
    await first.remembered();
    for (const id of ids) await keepsAlive(id);
    expect((await manager.seen(forever)).agents.length).toBe(1_000);
  });

  it('are given again while they are not remembered, whatever becomes of it', async () => {
    const { manager, meet, keepsAlive } = await open();
    await keepsAlive(1, 'v1');
    expect((await manager.seen(forever)).agents.map(({ id }) => id)).toEqual([1]);
    for (const what of ['deaf', 'refuse'] as const) {
      meet({ what, code: 'ECONNREFUSED' });
      expect((await manager.seen(forever)).agents.map(({ id }) => id)).toEqual([1]);
    }
  });

  it('come whole when they come in pieces, or late', async () => {
    const { manager, meet, keepsAlive } = await open();
    for (const what of [{ what: 'split' }, { what: 'delay', ms: 5 }] as const) {
      await keepsAlive(1, 'v1');
      meet(what);
      const { agents, remembered, faults } = await manager.seen(forever);
      expect([agents.length, faults]).toEqual([1, []]);
      await remembered();
    }
  });

  it.each([
    ['a hang-up', { what: 'refuse', code: '' }, 'cut-short'],
    ['another language', { what: 'instead', answer: Buffer.from('no http\r\n\r\n') }, 'bad-answer'],
    [
      'another form',
      { what: 'instead', answer: Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]') },
      'bad-answer',
    ],
    [
      'half a text',
      { what: 'instead', answer: Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{"a":') },
      'cut-short',
    ],
    ['nothing', { what: 'instead', answer: Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n') }, 'cut-short'],
    [
      'another address',
      { what: 'instead', answer: Buffer.from('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n') },
      'http-404',
    ],
    ['a refusal', { what: 'instead', answer: Buffer.from('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n') }, 'http-500'],
  ] as const)('are a rejection that names the cure, when there is only %s', async (_, mishap, code) => {
    const { manager, meet, keepsAlive } = await open();
    meet(mishap);
    await expect(manager.seen(forever)).rejects.toMatchObject({
      name: 'ManagerError',
      code,
      at: 'queue/sockets/wdb-http.sock',
    });
    meet({ what: 'none' });
    await keepsAlive(1, 'v1');
    expect((await manager.seen(forever)).agents.length).toBe(1);
  });

  it('lose a row that is wrong, by name, and no other', async () => {
    const { manager, meet } = await open();
    const rows = [
      { id: 1 },
      { id: 0, connection_status: 'active' },
      { id: 'x' },
      { id: 2, connection_status: 'active', version: 'v' },
    ];
    const body = JSON.stringify({ syncreq: rows, something_new: [{ id: 3 }], syncreq_keepalive: [{ id: 4 }] });
    meet({ what: 'instead', answer: Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`) });
    const { agents, faults } = await manager.seen(forever);
    expect(agents.map(({ id }) => id)).toEqual([2, 4]);
    expect(faults.map(({ at, code }) => [at, code])).toEqual([
      ['agent 001', 'bad-status'],
      ['queue/sockets/wdb-http.sock', 'bad-id'],
      ['queue/db/wdb', 'times-unread'],
    ]);
  });

  it('reach the master\u2019s database or are rejected whole', async () => {
    const { manager, meet, now, shown } = await open();
    const agent = {
      id: 1,
      seenMs: now(),
      status: 'active' as const,
      code: 0,
      disconnectedMs: 0,
      node: 'there',
      info: infoOf(1, 'v1', 'there'),
    };
    meet({ what: 'refuse', code: '' });
    await expect(manager.publish([agent], forever)).rejects.toMatchObject({ code: 'cut-short' });
    expect(await shown(1)).toBeUndefined();
    meet({ what: 'none' });
    expect(await manager.publish([agent], forever)).toEqual([]);
    expect((await shown(1))?.version).toBe('v1');
  });
});

describe('groups of a wazuh-db that fails', () => {
  it.each([
    ['err', framed('err \u001b[31mbroken\n'), 'refused', 'wazuh-db refused: "\uFFFD[31mbroken\uFFFD"'],
    ['nonsense', framed('hello'), 'bad-answer', 'does not speak'],
    ['no JSON', framed('ok {{'), 'bad-answer', 'does not speak'],
    ['another form', framed('ok {"data":[]}'), 'bad-answer', 'does not speak'],
    ['due without end', framed('due []'), 'bad-answer', 'does not speak'],
    ['a length that is no length', Buffer.from([0xff, 0xff, 0xff, 0x7f]), 'too-large', 'larger'],
  ])('are a rejection that names the cure: %s', async (_, answer, code, text) => {
    const { manager, meet } = await open();
    meet({ what: 'instead', answer });
    await expect(manager.groups(0, forever)).rejects.toMatchObject({
      code,
      at: 'queue/db/wdb',
      message: expect.stringContaining(text),
    });
  });

  it('lose a row that is wrong, by name, and no other', async () => {
    const { manager, meet } = await open();
    const data = [
      { id: 0, groups: ['a'] },
      { id: 'x' },
      { id: 1, groups: ['a/b'] },
      { id: 2, groups: 'a' },
      null,
      { id: 3, groups: ['a'] },
      { id: 4 },
    ];
    meet({ what: 'instead', answer: framed(`ok ${JSON.stringify([{ data }, null])}`) });
    const { rows, faults, next } = await manager.groups(0, forever);
    expect([rows, next]).toEqual([[{ id: 3, groups: ['a'] }], undefined]);
    expect(faults.map(({ code }) => code)).toEqual(['bad-id', 'bad-group', 'bad-group', 'bad-id']);
  });

  it('are a rejection or rows for any answer at all', async () => {
    const answers = fc.oneof(
      fc.string(),
      fc.jsonValue({ maxDepth: 4 }).map((value) => `ok ${JSON.stringify(value)}`),
      fc
        .array(fc.record({ data: fc.array(fc.record({ id: fc.jsonValue(), groups: fc.jsonValue({ maxDepth: 2 }) })) }))
        .map((all) => `due ${JSON.stringify(all)}`),
    );
    const keys = {
      has: () => true,
      of: () => undefined,
      byFileName: () => undefined,
      version: () => 0,
      gone: () => [],
      doubts: () => 0,
    };
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const sockets = doubleSockets('/r', { 'queue/db/wdb': { handle: () => Buffer.from(answer) } });
        const manager = openWazuhDbManager({
          sockets,
          root: '/r',
          ownNode,
          isMaster: false,
          keys,
          wallNow: () => 0,
          turn: () => Promise.resolve(),
        });
        const outcome = await manager.groups(0, forever).catch((error: Error) => error);
        if (outcome instanceof Error) expect(outcome.name).toBe('ManagerError');
      }),
      { numRuns: 500 },
    );
  });

  it('are set for all agents but those that it refuses, which are named', async () => {
    const { ids, double, root } = await open();
    const isMeant = (command: string): boolean => command.includes('set-agent-groups') && command.includes('"id":77,');
    const handle = (request: Uint8Array): Uint8Array =>
      isMeant(Buffer.from(request).toString()) ? Buffer.from('err no such group') : double.handle(request);
    const manager = openWazuhDbManager({
      sockets: doubleSockets(root, { 'queue/db/wdb': { handle } }),
      root,
      ownNode,
      isMaster: false,
      keys: {
        has: () => true,
        of: (id) => ({ id, name: `a${id}`, ip: 'any' }),
        byFileName: () => undefined,
        version: () => 0,
        gone: () => [],
        doubts: () => 0,
      },
      wallNow: () => 0,
      turn: () => Promise.resolve(),
    });
    const faults = await manager.assign(
      ids.map((id) => ({ id, groups: ['web'] })),
      forever,
    );
    expect(faults).toMatchObject([{ at: 'agent 077', code: 'refused' }]);
    await expect(manager.assign([{ id: 77, groups: ['web'] }], forever)).rejects.toMatchObject({ code: 'refused' });
    expect([double.rows.get(76)?.groups, double.rows.get(77)?.groups, double.rows.get(1_000)?.groups]).toEqual([
      ['web'],
      [],
      ['web'],
    ]);
  });

  it('refuses more groups than 4.14 takes', async () => {
    const { manager } = await open();
    const groups = Array.from({ length: 129 }, (_, at) => `g${at}`);
    expect(
      await manager.assign(
        [
          { id: 1, groups },
          { id: 2, groups: groups.slice(1) },
        ],
        forever,
      ),
    ).toMatchObject([{ at: 'agent 001', code: 'too-many-groups' }]);
  });
});
