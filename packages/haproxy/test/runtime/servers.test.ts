import { HaproxyError } from '../../src/haproxy-error.ts';
import { never, scripted, serversAnswer, statAnswer, stateAnswer, type Told } from './rig.ts';

const listed = (told: Partial<Told>) => scripted(() => serversAnswer([{ name: 'w1', ...told }])).driver.servers(never);

describe('the servers of the backend', () => {
  it('are asked for with one line, so that both lists are of one moment', async () => {
    const { driver, lines } = scripted(() => serversAnswer([]));
    expect(await driver.servers(never)).toEqual([]);
    expect(lines).toEqual(['show servers state be;show stat be 4 -1']);
  });

  it('have an address, a port, a weight, sessions, and the time since their health changed', async () => {
    const told = { address: '10.0.0.9', port: 1515, weight: 50, sessions: 12, lastchg: 3 };
    expect(await listed(told)).toEqual([
      {
        name: 'w1',
        address: '10.0.0.9',
        port: 1515,
        weight: 50,
        admin: 'ready',
        health: 'up',
        sessions: 12,
        changedMs: 3_000,
      },
    ]);
  });

  it.each([
    [0, 'ready'],
    [1, 'maint'],
    [2, 'maint'],
    [4, 'ready'],
    [5, 'maint'],
    [8, 'drain'],
    [9, 'maint'],
    [16, 'drain'],
    [32, 'maint'],
    [64, 'ready'],
  ])('with the administrative bits %i are in the state %s', async (admin, expected) => {
    expect(await listed({ admin })).toMatchObject([{ admin: expected }]);
  });

  it.each([
    ['a ready one whose check passed', { status: 'UP', check: 'L4OK' }, 'up'],
    ['one that is checked just now', { status: 'UP', check: '* L7OK' }, 'up'],
    ['a ready one that failed once', { status: 'UP 2/3', check: 'L4TOUT' }, 'up'],
    ['a ready one that failed twice', { status: 'UP 1/3', check: '* L4CON' }, 'up'],
    ['one that is not used for new agents, and up', { status: 'NOLB', check: 'L7OKC' }, 'up'],
    ['a dead one', { status: 'DOWN', check: 'L4CON' }, 'down'],
    ['a dead one that passed once', { status: 'DOWN 1/2', check: 'L4OK' }, 'down'],
    ['a drained one that is dead', { status: 'DOWN', check: 'L4CON', admin: 8 }, 'down'],
    ['a drained one that is alive', { status: 'DRAIN', check: 'L4OK', admin: 8 }, 'up'],
    ['one that was never checked', { status: 'UP 1/3', check: 'INI' }, 'checking'],
    ['a drained one that was never checked', { status: 'DRAIN 1/3', check: '* INI', admin: 8 }, 'checking'],
    ['one that begins down', { status: 'DOWN', check: 'INI' }, 'checking'],
    ['one whose check is not known', { status: 'UP', check: 'UNK' }, 'checking'],
    ['a drained one that left maintenance just now', { status: 'DRAIN 1/3', check: 'L4OK', admin: 8 }, 'checking'],
    ['a ready one that left maintenance just now', { status: 'UP 1/3', check: 'L4OK' }, 'checking'],
    ['a drained one that failed before its maintenance', { status: 'DRAIN 1/3', check: 'L4CON', admin: 8 }, 'checking'],
    ['one in maintenance', { status: 'MAINT', check: '', admin: 1, checks: 14 }, 'checking'],
    ['one in maintenance that is not checked', { status: 'MAINT', check: '', admin: 1, checks: 0 }, 'unchecked'],
    ['one that is not checked', { status: 'no check', check: '', checks: 0 }, 'unchecked'],
    ['one whose checks are not switched on', { status: 'no check', check: '', checks: 2 }, 'unchecked'],
    ['one whose host is unknown', { status: 'MAINT (resolution)', check: '', admin: 0x20 }, 'checking'],
  ] as const)('%s is seen so', async (_which, told, health) => {
    expect(await listed(told)).toMatchObject([{ health }]);
  });

  it('without an address show their host name', async () => {
    expect(await listed({ address: '-', host: 'w1.example' })).toMatchObject([{ address: 'w1.example' }]);
    expect(await listed({ address: '-' })).toMatchObject([{ address: '' }]);
  });

  it('that are in one of the lists only are left out: they came or went in between', async () => {
    const both = stateAnswer([{ name: 'w1' }, { name: 'w2' }]) + statAnswer([{ name: 'w2' }, { name: 'w3' }]);
    expect((await scripted(() => both).driver.servers(never)).map(({ name }) => name)).toEqual(['w2']);
  });

  it.each([
    ['sessions', { sessions: -1 }, /column scur of the server "w1" is no number/],
    ['a port', { port: Number.NaN }, /column srv_port of the server "w1" is no number/],
    ['bits', { admin: 0.5 }, /column srv_admin_state of the server "w1" is no number/],
  ])('with %s that are no number are refused', async (_which, told, text) => {
    const fault = await listed(told).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(HaproxyError);
    expect(fault).toMatchObject({ code: 'bad-answer', message: expect.stringMatching(text) });
  });
});

describe('servers that no HAProxy has', () => {
  it.each([
    ['a name that would end a command', 'a;b'],
    ['a path', '../x'],
    ['300 characters', 'x'.repeat(300)],
    ['control characters', 'a\u001b[2J\u0000'],
  ])('%s: refused, with a short and plain text', async (_what, name) => {
    const fault: unknown = await listed({ name }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'bad-answer' });
    expect((fault as Error).message).toMatch(/^[ -~…]{1,300}$/);
  });

  it('two of one name are refused', async () => {
    const { driver } = scripted(() => serversAnswer([{ name: 'w1' }, { name: 'w2' }, { name: 'w1' }]));
    await expect(driver.servers(never)).rejects.toThrow('a server is called twice: "w1"');
  });

  it.each([4_294_967_295, 9_999_999_999])(
    '%d sessions are a number, so many that their sum stays one',
    async (sessions) => {
      expect(await listed({ sessions })).toMatchObject([{ sessions }]);
    },
  );

  it('numbers of more than ten digits are none', async () => {
    await expect(listed({ sessions: 10_000_000_000 })).rejects.toThrow(/scur .* is no number/);
  });
});
