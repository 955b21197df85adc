/** The printed configurations, judged by the programs that read them. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  connectionsOf,
  HaproxyError,
  ownServers,
  printAgentsFile,
  printHaproxy,
  printInitScript,
  printNginx,
  printUnit,
  type Site,
  siteDefaults,
} from '../../src/index.ts';
import { findHaproxy, wantedHere } from '../../src/testing/index.ts';

const site: Site = {
  ...siteDefaults,
  cluster: 'wazuh',
  master: { address: '127.0.0.1' },
  nodes: [
    { name: 'zeus', address: '127.0.0.1', port: 1514, weight: 100 },
    { name: 'worker1', address: '2001:db8::5', port: 2514, weight: 50 },
  ],
};
const paths = { socket: '/run/haproxy/admin.sock', agentsFile: undefined };

const folder = mkdtempSync(join(tmpdir(), 'muster-printed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const run = promisify(execFile);
/** What a program says of files; its exit code decides. */
const judged = async (program: string, ...words: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await run(program, words);
  return `${stdout}${stderr}`;
};

/** Skips in one line what a machine lacks, unless it is required. */
function where(name: string, program: string | undefined, test: (program: string) => Promise<void>): void {
  const title = `is taken by ${name}`;
  const missing = program === undefined ? `there is no ${name} here` : undefined;
  if (!wantedHere(name, `what is printed for ${name}`, missing)) it.skip(title, () => {});
  else if (program !== undefined) it(title, () => test(program));
  else it(title, () => Promise.reject(new Error(`MUSTER_REQUIRE=${name}, but ${missing}`)));
}

function findNginx(): string | undefined {
  if (userInfo().uid !== 0) return undefined;
  return ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find((path) => {
    try {
      execFileSync(path, ['-v'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** The account may be missing where HAProxy was not installed as a package. */
const forAnybody = (text: string): string => text.replace(/^ {4}(user|group) haproxy\n/gm, '');

describe('the configuration for HAProxy', () => {
  where('haproxy', findHaproxy(), async (haproxy) => {
    const whole = put('whole.cfg', forAnybody(printHaproxy(site, paths)));
    await judged(haproxy, '-c', '-f', whole);
    const main = put('main.cfg', forAnybody(printHaproxy(site, { ...paths, agentsFile: '/etc/haproxy/agents.cfg' })));
    await judged(haproxy, '-c', '-f', main, '-f', put('agents.cfg', printAgentsFile(site)));
    const elsewhere = printHaproxy({ ...site, bind: '127.0.0.1' }, { ...paths, runtime: '[::1]:9999' });
    await judged(haproxy, '-c', '-f', put('elsewhere.cfg', forAnybody(elsewhere)));
    await expect(judged(haproxy, '-c', '-f', main)).rejects.toThrow(/wazuh_reporting/);
  });

  it('leads agents to every node, and those that enrol to the master alone', () => {
    const text = printHaproxy(site, paths);
    expect(text.match(/^ {4}server .*$/gm)).toEqual([
      '    server worker1 [2001:db8::5]:2514 weight 50 check inter 1000 fall 3 rise 2',
      '    server zeus 127.0.0.1:1514 weight 100 check inter 1000 fall 3 rise 2',
      '    server master_register 127.0.0.1:1515 check inter 2s fall 3 rise 2',
    ]);
    expect(text).toContain('balance leastconn');
  });

  it('listens where it is told, for agents and for a Muster on another machine', () => {
    const text = printHaproxy({ ...site, bind: '10.0.0.2' }, { ...paths, runtime: '[2001:db8::2]:9999' });
    expect(text.match(/^ {4}bind .*$/gm)).toEqual([
      '    bind 10.0.0.2:1514',
      '    bind 10.0.0.2:1515',
      '    bind 127.0.0.1:9000',
    ]);
    expect(text).toContain('    stats socket ipv6@2001:db8::2:9999 level admin\n');
    expect(printNginx({ ...site, bind: '::1' }).match(/listen .*;/g)).toEqual([
      'listen [::1]:1514;',
      'listen [::1]:1515;',
    ]);
  });

  it('would ask itself where a node is on loopback, on a port that it listens on', () => {
    const own = ['zeus (127.0.0.1:1514)', 'the master, for enrolment (127.0.0.1:1515)'];
    expect(ownServers(site)).toEqual(own);
    expect(ownServers({ ...site, bind: '10.0.0.2' })).toEqual([]);
    expect(ownServers({ ...site, bind: '127.0.0.1' })).toEqual(own);
    expect(ownServers({ ...site, master: { address: '10.0.0.1' }, agentPort: 9 })).toEqual([]);
  });

  it('has room for the agents that there may be, and says how many file descriptors that takes', () => {
    expect(connectionsOf({ ...site, agents: 100_000 })).toBe(125_500);
    expect(printHaproxy({ ...site, agents: 100_000 }, paths)).toMatch(/251100[\s\S]*maxconn 125500\n/);
  });
});

describe('the configuration for nginx', () => {
  where('nginx', findNginx(), async (nginx) => {
    const path = put('nginx.conf', printNginx(site));
    await judged(nginx, '-t', '-q', '-c', path, '-g', `error_log ${join(folder, 'error.log')};`);
  });

  it('leads agents to every node, and those that enrol to the master alone', () => {
    const text = printNginx(site);
    expect(text.match(/^ {8}server .*$/gm)).toEqual([
      '        server 127.0.0.1:1514 weight=100 max_fails=3 fail_timeout=10s; # zeus',
      '        server [2001:db8::5]:2514 weight=50 max_fails=3 fail_timeout=10s; # worker1',
      '        server 127.0.0.1:1515;',
    ]);
  });
});

describe('what starts HAProxy', () => {
  const service = { configs: ['/etc/haproxy/haproxy.cfg', '/etc/haproxy/conf.d/agents.cfg'], files: 26_200 };
  const both = '-f /etc/haproxy/haproxy.cfg -f /etc/haproxy/conf.d/agents.cfg';

  it('reads every file, and checks them before a reload: as a unit', () => {
    const unit = printUnit(service);
    expect(unit).toContain(`ExecStart=/usr/sbin/haproxy -Ws ${both} -p /run/haproxy.pid\n`);
    expect(unit).toContain(`ExecReload=/usr/sbin/haproxy -c -q ${both}\n`);
    expect(unit).toContain('LimitNOFILE=26200\n');
  });

  where('haproxy', findHaproxy(), async (haproxy) => {
    const config = put(
      'served.cfg',
      `global\n    maxconn 100\nlisten one\n    mode tcp\n    timeout client 1s\n    timeout server 1s\n    timeout connect 1s\n    bind ${join(folder, 'one.sock')}\n`,
    );
    const script = put('init', printInitScript({ configs: [config], files: 400 }));
    const env = { ...process.env, HAPROXY: haproxy, PIDFILE: join(folder, 'pid'), RUNDIR: join(folder, 'run') };
    const init = (word: string) =>
      run('sh', [script, word], { env }).then(
        ({ stdout }) => stdout.trim(),
        (error: { code: number }) => error.code,
      );
    try {
      expect(await init('status')).toBe(3);
      expect(await init('start')).toBe('');
      expect(await init('start')).toMatch(/^haproxy runs already, as process \d+\.$/);
      const first = await init('status');
      expect(await init('reload')).toBe('');
      expect(await init('status')).toMatch(/^haproxy runs, as process \d+\.$/);
      expect(await init('status')).not.toBe(first);
      writeFileSync(config, 'nonsense\n');
      expect(await init('reload')).toBe(1);
      expect(await init('restart')).toBe(1);
      expect(await init('status')).toMatch(/^haproxy runs, /);
    } finally {
      await init('stop');
    }
    expect(await init('status')).toBe(3);
    expect(await init('what')).toBe(2);
  });
});

describe('names that would end one line and begin another', () => {
  it.each([
    ['a node', { nodes: [{ name: 'w\n  server x', address: '127.0.0.1', port: 1514, weight: 100 }] }],
    ['an address', { nodes: [{ name: 'w', address: '127.0.0.1 backup', port: 1514, weight: 100 }] }],
    ['a port', { nodes: [{ name: 'w', address: '127.0.0.1', port: 70_000, weight: 100 }] }],
    ['the backend', { backend: 'a b' }],
    ['the master', { master: { address: 'm;n' } }],
  ])('are refused: %s', (_, wrong) => {
    expect(() => printHaproxy({ ...site, ...wrong }, paths)).toThrow(HaproxyError);
    expect(() => printNginx({ ...site, ...wrong })).toThrow(HaproxyError);
  });

  it('and the name of the cluster stays on its line', () => {
    expect(printHaproxy({ ...site, cluster: 'a\nb"' }, paths).split('\n')[0]).toContain('a?b');
  });
});
