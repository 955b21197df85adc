import type { Driver } from '@muster/haproxy';
import { HaproxyError } from '../../src/haproxy-error.ts';
import { never, scripted } from './rig.ts';

const server = { name: 'w1', address: '10.0.0.1', port: 1514, weight: 100 };
const calls: readonly (readonly [string, (driver: Driver) => Promise<unknown>])[] = [
  ['prepare', (driver) => driver.prepare(never)],
  ['instance', (driver) => driver.instance(never)],
  ['servers', (driver) => driver.servers(never)],
  ['ensureServer', (driver) => driver.ensureServer(server, never)],
  ['setState', (driver) => driver.setState('w1', 'ready', never)],
  ['setWeight', (driver) => driver.setWeight('w1', 1, never)],
  ['sessions', (driver) => driver.sessions(never)],
  ['cut', (driver) => driver.cut({ server: 'w1', sources: ['a:1'], keep: 0 }, never)],
  ['removeServer', (driver) => driver.removeServer('w1', never)],
];

const answers: readonly (readonly [string, string, string | undefined, RegExp])[] = [
  ['nothing at all', '', 'unreachable', /closed without an answer/],
  ['a page', '<!DOCTYPE html><html><body>Hello</body></html>\n', 'bad-answer', /speaks HTTP.*stats socket/],
  ['an HTTP error', 'HTTP/1.0 400 Bad request\r\n\r\n<html>\n', 'bad-answer', /speaks HTTP/],
  ['half a line', 'Pid: 12', 'bad-answer', /cut short/],
  ['a lack of rights', 'Permission denied\n\n', 'refused', /level admin/],
  ['an unknown backend', 'No such backend.\n', 'no-backend', /no backend "be"/],
  ['an unknown proxy', 'No such proxy.\n\n', 'no-backend', /no backend "be"/],
  ['a backend that it cannot find', "Can't find backend.\n\n", 'no-backend', /no backend "be"/],
  ['an unknown command', 'Unknown command, but maybe one of …\n  help\n\n', 'unsupported', /2\.6 or newer/],
  ['a banner of something else', '220 mail.example ESMTP\r\n', undefined, /./],
  ['control characters', '\x1b[2J\x07\x00\x1b]0;x\x07\n\n', undefined, /./],
  ['one line of 10 MB', `${'x'.repeat(10_000_000)}\n\n`, undefined, /./],
  ['10 MB of short lines', 'x\n'.repeat(5_000_000), undefined, /./],
  ['a table with other columns', '# be_id be_name\n4 be\n\n# pxname,name\nbe,w1\n\n', undefined, /./],
];

describe.each(calls)('%s, answered with', (_call, work) => {
  it.each(answers)('%s, is refused with a clear and short text', async (_what, answer, code, text) => {
    const fault = await work(scripted(() => answer).driver).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(HaproxyError);
    const { message, code: found, endpoint } = fault as HaproxyError;
    expect(endpoint).toBe('/run/admin.sock');
    expect(message).toMatch(text);
    expect(message.length).toBeLessThan(500);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none.
    expect(message).not.toMatch(/[\x00-\x1f\x7f]/);
    if (code !== undefined) expect(found).toBe(code);
    else expect(['bad-answer', 'failed', 'refused']).toContain(found);
  });

  it('a failure of the connection, hands it on', async () => {
    const reason = new HaproxyError('/run/admin.sock', 'unreachable', 'nobody listens there');
    await expect(work(scripted(() => reason).driver)).rejects.toBe(reason);
  });
});

it('a driver of a backend that cannot be one’s name is not opened', () => {
  expect(() => scripted(() => '', { backend: 'a;b' })).toThrow(/backend name "a;b" cannot be sent/);
});
