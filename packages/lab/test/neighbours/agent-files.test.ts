import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileName, openAgentFiles } from '../../src/neighbours/agent-files.ts';

const agent = { id: 7, name: 'gate-1', ip: 'any', key: 'k' };
const report = {
  uname: 'Linux |gate-1 |4.15.0 |#1 SMP |x86_64 [Ubuntu|ubuntu: 18.04 (Bionic Beaver)]',
  version: 'Wazuh v3.8.2',
  configSum: 'c'.repeat(32),
  mergedSum: 'm'.repeat(32),
  labels: [
    ['place', 'gate'],
    ['!rack', '4'],
  ],
} as const;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'neighbours-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const info = (): string => join(root, 'queue/agent-info/gate-1-any');
const assignment = (): string => join(root, 'queue/agent-groups/007');
const files = () => openAgentFiles({ root, node: 'worker1', hostname: 'host1' });
const long = new Date('2020-01-01T00:00:00Z');

describe('the files of a remoted', () => {
  it('are empty after a startup', async () => {
    await (await files()).startup(agent);
    expect(readFileSync(info(), 'utf8')).toBe('');
    expect(readdirSync(join(root, 'queue/agent-groups'))).toEqual([]);
  });

  it('hold after a keep-alive what the agent said, and which node heard it', async () => {
    await (await files()).keepAlive(agent, report);
    expect(readFileSync(info(), 'utf8')).toBe(
      `${report.uname} - Wazuh v3.8.2 / ${report.configSum}\n"place":gate\n"!rack":4\n${report.mergedSum} merged.mg\n` +
        '#"manager_hostname":host1\n#"node_name":worker1\n',
    );
  });

  it('keep content and time at another startup', async () => {
    const one = await files();
    await one.keepAlive(agent, report);
    const text = readFileSync(info(), 'utf8');
    utimesSync(info(), long, long);
    await one.startup(agent);
    expect(readFileSync(info(), 'utf8')).toBe(text);
    expect(statSync(info()).mtime).toEqual(long);
  });

  it('get only a new time from a keep-alive that says the same', async () => {
    const one = await files();
    await one.keepAlive(agent, report);
    writeFileSync(info(), 'not rewritten');
    utimesSync(info(), long, long);
    await one.keepAlive(agent, report);
    expect(readFileSync(info(), 'utf8')).toBe('not rewritten');
    expect(statSync(info()).mtimeMs).toBeGreaterThan(long.getTime());
  });

  it('are rewritten when the agent says something else, and when they are gone', async () => {
    const one = await files();
    await one.keepAlive(agent, report);
    await one.keepAlive(agent, { ...report, version: 'Wazuh v3.9.0' });
    expect(readFileSync(info(), 'utf8')).toContain('Wazuh v3.9.0');
    unlinkSync(info());
    await one.keepAlive(agent, { ...report, version: 'Wazuh v3.9.0' });
    expect(readFileSync(info(), 'utf8')).toContain('Wazuh v3.9.0');
  });

  it('assign the group default to an agent that has none, and to no other', async () => {
    const one = await files();
    await one.keepAlive(agent, report);
    expect(readFileSync(assignment(), 'utf8')).toBe('default\n');
    writeFileSync(assignment(), 'dmz\n');
    await one.keepAlive(agent, report);
    expect(readFileSync(assignment(), 'utf8')).toBe('dmz\n');
  });

  it('are named after the agent and its address, without a mask', () => {
    expect(fileName({ name: 'gate-1', ip: '10.0.0.0/8' })).toBe('gate-1-10.0.0.0');
  });
});
