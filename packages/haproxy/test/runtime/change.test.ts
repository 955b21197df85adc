import { never, type Scripted, scripted, serversAnswer, type Told } from './rig.ts';

const server = { name: 'w1', address: '10.0.0.1', port: 1514, weight: 100 };
const isList = (line: string): boolean => line.startsWith('show ');

/** HAProxy with these servers, that says this to whatever changes something. */
const having = (servers: readonly Told[], said = '\n', hosts = {}): Scripted =>
  scripted((line) => (isList(line) ? serversAnswer(servers) : said), {}, hosts);

const changes = ({ lines }: Scripted): readonly string[] => lines.filter((line) => !isList(line));

const registered = 'New server registered.\n\n\n\n';

describe('a server is added', () => {
  it('with its check, the check switched on, and drained, in one line', async () => {
    const stage = having([], registered);
    await stage.driver.ensureServer(server, never);
    expect(changes(stage)).toEqual([
      'add server be/w1 10.0.0.1:1514 check inter 1000 fall 3 rise 2 weight 100;enable health be/w1;set server be/w1 state drain',
    ]);
  });

  it('with a check as it is configured', async () => {
    const stage = scripted((line) => (isList(line) ? serversAnswer([]) : registered), {
      check: { interMs: 250, fall: 2 },
    });
    await stage.driver.ensureServer(server, never);
    expect(changes(stage)[0]).toContain(' check inter 250 fall 2 rise 2 weight 100;');
  });

  it('at an IPv6 address, in brackets', async () => {
    const stage = having([], registered);
    await stage.driver.ensureServer({ ...server, address: '2001:DB8:0::1' }, never);
    expect(changes(stage)[0]).toMatch(/^add server be\/w1 \[2001:db8::1\]:1514 check/);
  });

  it('at the first address that its host name has', async () => {
    const stage = having([], registered, { 'w1.example': ['10.9.9.9', '::9'] });
    await stage.driver.ensureServer({ ...server, address: 'w1.example' }, never);
    expect(changes(stage)[0]).toMatch(/^add server be\/w1 10\.9\.9\.9:1514 check/);
  });

  it.each([
    ['no address', [], 'unreachable'],
    ['the wildcard', ['0.0.0.0'], 'bad-name'],
    ['no address but a command', ['1.1.1.1;x'], 'bad-name'],
  ])('not when its host name has %s', async (_what, found, code) => {
    const stage = having([], registered, { host: found });
    await expect(stage.driver.ensureServer({ ...server, address: 'host' }, never)).rejects.toMatchObject({ code });
    expect(changes(stage)).toEqual([]);
  });

  it.each([
    ['Backend must use a dynamic load balancing to support dynamic servers.\n\n', /set `balance leastconn`/],
    ["'inter' : unknown keyword\n\n\n", /unknown keyword/],
    ['New server registered.\n\nHealth check was not configured on this server, cannot enable.\n\n', /not configured/],
    ['\n', /answered "nothing"/],
  ])('not when HAProxy says %j', async (said, text) => {
    await expect(having([], said).driver.ensureServer(server, never)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(text),
    });
  });
});

describe('a server that is there', () => {
  it.each([
    ['the same address', { name: 'w1' }, '10.0.0.1'],
    ['the address in another spelling', { name: 'w1', address: '::1' }, '0::1'],
    ['an address of the host name', { name: 'w1' }, 'w1.example'],
    [
      'the host name itself, whatever it resolved to',
      { name: 'w1', address: '10.7.7.7', host: 'w1.example' },
      'w1.example',
    ],
  ])('with %s is left alone', async (_which, told, address) => {
    const stage = having([told], '\n', { 'w1.example': ['10.8.8.8', '10.0.0.1'] });
    await stage.driver.ensureServer({ ...server, address }, never);
    expect(changes(stage)).toEqual([]);
  });

  it.each([
    ['address', { name: 'w1', address: '10.0.0.2' }],
    ['port', { name: 'w1', port: 1515 }],
  ])('with another %s is not taken for it', async (_what, told) => {
    const stage = having([told]);
    await expect(stage.driver.ensureServer(server, never)).rejects.toMatchObject({ code: 'address-differs' });
    expect(changes(stage)).toEqual([]);
  });

  it('without its check running gets it started', async () => {
    const stage = having([{ name: 'w1', checks: 2 }]);
    await stage.driver.ensureServer(server, never);
    expect(changes(stage)).toEqual(['enable health be/w1']);
  });

  it('without any check stays without', async () => {
    const stage = having(
      [{ name: 'w1', checks: 0 }],
      'Health check was not configured on this server, cannot enable.\n\n',
    );
    await expect(stage.driver.ensureServer(server, never)).resolves.toBeUndefined();
    await expect(having([{ name: 'w1', checks: 2 }], 'No.\n\n').driver.ensureServer(server, never)).rejects.toThrow(
      '"No."',
    );
  });
});

describe('a state or weight', () => {
  it('is set with one line', async () => {
    const stage = having([]);
    await stage.driver.setState('w1', 'drain', never);
    await stage.driver.setWeight('w1', 256, never);
    expect(changes(stage)).toEqual(['set server be/w1 state drain', 'set server be/w1 weight 256']);
  });

  it.each(['No such server.\n\n', "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n\n"])(
    'is not set when HAProxy says %j',
    async (said) => {
      const { driver } = having([], said);
      await expect(driver.setState('w1', 'drain', never)).rejects.toMatchObject({ code: 'failed' });
      await expect(driver.setWeight('w1', 2, never)).rejects.toMatchObject({ code: 'failed' });
    },
  );
});

describe('the removal of a server', () => {
  it.each([
    ['Server deleted.\n\n', 'removed'],
    ['No such server.\n\n', 'gone'],
    ['Server still has connections attached to it, cannot remove it.\n\n', 'busy'],
  ])('that is answered %j is %s', async (said, outcome) => {
    const stage = having([], said);
    expect(await stage.driver.removeServer('w1', never)).toBe(outcome);
    expect(stage.lines).toEqual(['del server be/w1']);
  });

  it.each([
    ['Only servers in maintenance mode can be deleted.\n\n', /set it to `maint` first/],
    [
      'This server cannot be removed at runtime due to other configuration elements pointing to it.\n\n',
      /use-server, track/,
    ],
    ['\n', /"nothing"/],
  ])('fails when it is answered %j, and says what to do', async (said, text) => {
    await expect(having([], said).driver.removeServer('w1', never)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(text),
    });
  });
});
