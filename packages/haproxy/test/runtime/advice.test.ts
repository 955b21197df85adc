import { parseListeners } from '../../src/runtime/listeners.ts';
import { never, scripted, serversAnswer, type Told } from './rig.ts';

interface Site {
  readonly level?: string;
  readonly algorithm?: string;
  readonly mode?: string;
  readonly svname?: string;
  readonly servers?: readonly Told[];
  readonly info?: string;
  readonly listeners?: string;
  readonly allListeners?: string;
  readonly frontends?: readonly string[];
}

const sound = 'Name: HAProxy\nVersion: 2.6.12\nPid: 7\nStart_time_sec: 9\nMaxconn: 100\nCurrConns: 79\nUlimit-n: 200\n';

function answerOf(site: Site, line: string): string {
  if (line === 'show cli level') return `${site.level ?? 'admin'}\n\n`;
  if (line === 'show info') return `${sound}${site.info ?? ''}\n`;
  if (line === 'show stat be 2 -1')
    return `# pxname,svname,mode,algo,\nbe,${site.svname ?? 'BACKEND'},${site.mode ?? 'tcp'},${site.algorithm ?? 'leastconn'},\n\n`;
  if (line === 'show stat -1 1 -1') return ['# pxname,scur,slim,', ...(site.frontends ?? []), '', ''].join('\n');
  if (line === 'show fd l') return `${site.listeners ?? ''}\n`;
  if (line === 'show fd') return `${site.allListeners ?? ''}\n`;
  return serversAnswer(site.servers ?? [{ name: 'w1' }]);
}

const adviceOn = async (site: Site) => {
  const { driver } = scripted((line) => answerOf(site, line), { agentPort: 1514 });
  return (await driver.prepare(never)).map(({ code, text }) => `${code}: ${text}`);
};

const listener = (frontend: string, port: number): string =>
  `  5 : st=0x1(cl) owner=0x5 iocb=0x5(sock_accept_iocb) l.st=RDY fe=${frontend} fam=ipv4 lport=${port}\n`;

describe('advice', () => {
  it('is not given on a sound configuration', async () => {
    expect(await adviceOn({})).toEqual([]);
    expect(await adviceOn({ algorithm: '', mode: '' })).toEqual([]);
    expect(await adviceOn({ listeners: listener('agents', 1514) + listener('agents', 1514) })).toEqual([]);
    expect(await adviceOn({ listeners: listener('agents', 1514) + listener('other', 1515) })).toEqual([]);
    expect(await adviceOn({ listeners: listener('agents', 1514) + listener('GLOBAL', 1514) })).toEqual([]);
    expect(await adviceOn({ listeners: listener('agents', 1514), frontends: ['agents,79,100,', 'x,,,'] })).toEqual([]);
  });

  it.each([
    ['roundrobin', 'does not converge'],
    ['random(2)', 'does not converge'],
    ['static-rr', 'no server can be added'],
    ['source', 'comes back to the same server'],
    ['unknown', 'another algorithm than leastconn'],
  ])('is given on the algorithm %s', async (algorithm, text) => {
    expect(await adviceOn({ algorithm })).toEqual([
      expect.stringMatching(new RegExp(`^algorithm: .*${text}.*leastconn`)),
    ]);
  });

  const servers = (told: Partial<Told>): Site => ({ servers: [{ name: 'w1' }, { name: 'w2', ...told }] });
  it.each<[string, Site, RegExp]>([
    ['mode http', { mode: 'http' }, /^mode: .*http.*`mode tcp`$/],
    ['no check', servers({ checks: 0, check: '', status: 'no check' }), /^no-check: the server w2 .*add `check`/],
    ['slowstart', servers({ throttle: '40%' }), /^slowstart: the server w2 .*take it away$/],
    ['maxconn of a server', servers({ slim: '10' }), /^server-maxconn: the server w2 .*`maxconn 10`/],
    [
      'nearly as many connections as it takes',
      { info: 'CurrConns: 80\n' },
      /^maxconn: 80 of at most 100 .*raise `maxconn`/,
    ],
    ['too few files', { info: 'Ulimit-n: 199\n' }, /^open-files: .*needs 200 open files, 199 .*ulimit -n/],
    ['an old process', { info: 'Stopping: 1\n' }, /^stopping: the process 7 is ending/],
    [
      'a frontend on the port that takes nearly nobody more',
      { listeners: listener('a', 1514), frontends: ['other,9,9,', 'a,80,100,'] },
      /^frontend-maxconn: the frontend a has 80 of at most 100 .*raise its `maxconn`$/,
    ],
    [
      'two frontends on the port',
      { listeners: listener('b', 1514) + listener('a', 1514) },
      /^frontends: the frontends a, b all listen on port 1514; leave the one that leads to the backend be$/,
    ],
    [
      'two frontends on the port, of a HAProxy that lists them only among all descriptors',
      { allListeners: listener('b', 1514) + listener('a', 1514) },
      /^frontends: the frontends a, b/,
    ],
  ])('is given on %s', async (_what, site, text) => {
    expect(await adviceOn(site)).toEqual([expect.stringMatching(text)]);
  });

  it('is not given on frontends where descriptors are not shown', async () => {
    expect(await adviceOn({ listeners: 'Unknown command\n', allListeners: 'Unknown command\n' })).toEqual([]);
  });

  it('is not sought among all descriptors where there are many', async () => {
    const site = { info: 'CurrConns: 1001\nMaxconn: 90000\nUlimit-n: 180000\n' };
    const { driver, lines } = scripted((line) => answerOf(site, line), { agentPort: 1514 });
    expect(await driver.prepare(never)).toEqual([]);
    expect(lines).not.toContain('show fd');
  });

  it.each(['operator', 'user', '?'])('is nothing for the level %s: it is refused', async (level) => {
    await expect(adviceOn({ level })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/level admin/),
    });
  });

  it('is nothing for a frontend of the backend’s name: there is no backend', async () => {
    const { driver } = scripted((line) =>
      line === 'show stat be 2 -1' ? '# pxname,svname,mode,algo,\n\n' : answerOf({}, line),
    );
    await expect(driver.prepare(never)).rejects.toMatchObject({ code: 'no-backend' });
  });

  it('knows listeners of IPv4 and IPv6, and no other descriptors', () => {
    const other = '  9 : st=0x1 owner=0x1 iocb=0x1(sock_conn_iocb) back=0 fam=ipv4 lport=1514 rport=5 fe=agents\n';
    const v6 = listener('agents', 1514).replace('ipv4', 'ipv6');
    const unix = listener('agents', 1).replace('ipv4 lport=1', 'unix');
    expect(parseListeners(other + v6 + unix)).toEqual([{ frontend: 'agents', port: 1514 }]);
  });
});

describe('an instance', () => {
  it.each([
    [sound, { pid: 7, startedAt: 9, version: '2.6.12' }],
    ['Name: HAProxy\nVersion: 3.2.0\nPid: 8\n', { pid: 8, startedAt: 0, version: '3.2.0' }],
  ])('is read of %j', async (info, expected) => {
    expect(await scripted(() => `${info}\n`).driver.instance(never)).toEqual(expected);
  });

  it.each([
    ['no pid', 'Name: HAProxy\nVersion: 3\n\n'],
    ['a pid that is no number', 'Name: HAProxy\nVersion: 3\nPid: x\n\n'],
    ['no version', 'Name: HAProxy\nPid: 8\n\n'],
    ['another name', 'Name: Squid\nVersion: 3\nPid: 8\n\n'],
  ])('with %s is refused', async (_what, info) => {
    await expect(scripted(() => info).driver.instance(never)).rejects.toMatchObject({ code: 'bad-answer' });
  });
});
