import { never, scripted } from './rig.ts';

const persist = { path: '/etc/haproxy/conf.d/agents.cfg', binary: '/usr/sbin/haproxy' };
const quiet = (settings = {}) => scripted(() => '\n', { persist, ...settings });
const at = (name: string, address: string, weight = 100) => ({ name, address, port: 1514, weight });

const textOf = async (servers: readonly ReturnType<typeof at>[], settings = {}) => {
  const { driver, files } = quiet(settings);
  await driver.persist(servers, never);
  return files[0]!.text;
};

describe('the file with which HAProxy begins', () => {
  it('holds the whole backend, and each server with its weight and its check', async () => {
    const text = await textOf([at('w1', '10.0.0.1'), at('w2', '::2', 50), at('w3', 'w3.example')]);
    expect(text.split('\n').filter((line) => line !== '' && !/^\s*#/.test(line))).toEqual([
      'backend be',
      '    mode tcp',
      '    balance leastconn',
      '    option redispatch',
      '    retries 3',
      '    timeout connect 5s',
      '    timeout server 10m',
      '    timeout tunnel 10m',
      '    option srvtcpka',
      '    server w1 10.0.0.1:1514 weight 100 check inter 1000 fall 3 rise 2',
      '    server w2 [::2]:1514 weight 50 check inter 1000 fall 3 rise 2',
      '    server w3 w3.example:1514 weight 100 check inter 1000 fall 3 rise 2 init-addr libc,none',
    ]);
  });

  it('is the same for the same servers, in whatever order', async () => {
    const servers = [at('b', '10.0.0.1'), at('a', '10.0.0.2'), at('c', '10.0.0.3')];
    expect(await textOf(servers)).toBe(await textOf([...servers].reverse()));
  });

  it('is a backend too when there is no server', async () => {
    expect(await textOf([])).toMatch(/\nbackend be\n {4}mode tcp\n/);
  });

  it('is judged by the binary before it stands, by nobody where there is none, and not written at all without a path', async () => {
    const judged = quiet();
    await judged.driver.persist([], never);
    expect(judged.files).toMatchObject([{ path: persist.path, program: '/usr/sbin/haproxy' }]);
    const unjudged = quiet({ persist: { path: '/x.cfg' } });
    await unjudged.driver.persist([], never);
    expect(unjudged.files).toMatchObject([{ path: '/x.cfg', program: undefined }]);
    const none = scripted(() => '\n');
    await none.driver.persist([at('w1', '10.0.0.1')], never);
    expect(none.files).toEqual([]);
  });

  it.each([
    at('w1\nbackend x', '10.0.0.1'),
    at('w1 check', '10.0.0.1'),
    at('w1', '10.0.0.1 disabled'),
    at('w1', 'a\nb'),
    at('w1', '"$HOME"'),
    at('w1', '0.0.0.0'),
    at('w1', '10.0.0.1', 0),
    { ...at('w1', '10.0.0.1'), port: 0 },
  ])('never holds %j', async (server) => {
    const { driver, files } = quiet();
    await expect(driver.persist([at('w0', '10.0.0.1'), server], never)).rejects.toMatchObject({ code: 'bad-name' });
    expect(files).toEqual([]);
  });
});
