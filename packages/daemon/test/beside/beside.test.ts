/** What is said of the manager beside a node: its version, its daemons, the key's fingerprint. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeHost } from '../../src/adapters/host.ts';
import { daemonRows } from '../../src/beside/daemons.ts';
import { keyFingerprint } from '../../src/beside/fingerprint.ts';
import { managerVersion } from '../../src/beside/manager-version.ts';

const key = 'c98b62a9b6169ac5f67dae55ae4a9088';

describe('the fingerprint of a key', () => {
  it('is the same for the same key and cluster, and another for any other', () => {
    const all = [keyFingerprint(key, 'one'), keyFingerprint(key, 'two'), keyFingerprint(`${key}a`, 'one')];
    expect(new Set(all).size).toBe(3);
    expect(all.every((each) => /^[0-9a-f]{16}$/.test(each))).toBe(true);
    expect(keyFingerprint(key, 'one')).toBe(all[0]);
  });

  it('stays what it is over versions: nodes of two compare it', () => {
    expect(keyFingerprint(key, 'wazuh')).toMatchInlineSnapshot(`"213e0c51f9023eba"`);
  });
});

describe('the daemons', () => {
  const states = (files: readonly string[], alive: readonly number[] = [], version = '4.14.7') =>
    Object.fromEntries(
      daemonRows(files, (pid) => alive.includes(pid), version).map(({ name, state }) => [name, state]),
    );

  it('of 4.x are 17, and those without a file are stopped; the cluster daemon is Muster', () => {
    const rows = states([]);
    expect(Object.keys(rows)).toHaveLength(17);
    expect(new Set(Object.values(rows))).toEqual(new Set(['stopped', 'running']));
    expect(rows['wazuh-clusterd']).toBe('running');
  });

  it.each([
    [['wazuh-db-12.pid'], [12], 'running'],
    [['wazuh-db-12.pid'], [], 'failed'],
    [['wazuh-db-12.pid', 'wazuh-db-13.pid'], [13], 'running'],
    [['wazuh-db-12.pid', 'wazuh-db.failed'], [12], 'failed'],
    [['wazuh-db-12.pid', '.restart'], [12], 'restarting'],
    [['wazuh-db-12.pid', 'wazuh-db.start'], [12], 'starting'],
    [['wazuh-db-x.pid', 'wazuh-db-0.pid', 'wazuh-db-99999999999.pid', 'wazuh-db.pid'], [0], 'stopped'],
    [['wazuh-dbd-12.pid'], [12], 'stopped'],
  ] as const)('with %j and the processes %j wazuh-db is %s', (files, alive, state) => {
    expect(states(files, alive)['wazuh-db']).toBe(state);
  });

  it('of 3.x have the names of then', () => {
    const rows = states(['ossec-remoted-5.pid', 'wazuh-modulesd-6.pid'], [5, 6], '3.8.2');
    expect([rows['ossec-remoted'], rows['wazuh-modulesd'], rows['wazuh-apid']]).toEqual([
      'running',
      'running',
      undefined,
    ]);
  });
});

describe('the version of the manager', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'muster-beside-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const lay = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  it.each([
    ['VERSION.json', '{\n  "version": "4.14.7",\n  "stage": "rc1"\n}', '4.14.7'],
    ['VERSION', 'v4.14.7\n', '4.14.7'],
    ['bin/wazuh-control', '#!/bin/sh\n# a comment\nVERSION="v4.9.2"\nREVISION="40920"\n', '4.9.2'],
    ['etc/ossec-init.conf', 'DIRECTORY="/var/ossec"\nVERSION="v3.8.2"\n', '3.8.2'],
  ])('is read of R/%s', async (path, text, version) => {
    lay(path, text);
    expect(await managerVersion(root, nodeHost)).toBe(version);
  });

  it('is none where there is no manager, or where its files are something else', async () => {
    expect(await managerVersion(root, nodeHost)).toBeUndefined();
    lay('VERSION.json', 'no version');
    mkdirSync(join(root, 'VERSION'));
    mkdirSync(join(root, 'bin'));
    symlinkSync('/etc/passwd', join(root, 'bin/wazuh-control'));
    expect(await managerVersion(root, nodeHost)).toBeUndefined();
  });

  it('of /etc/ossec-init.conf counts for the R that it names alone', async () => {
    const init = new TextEncoder().encode('DIRECTORY="/var/ossec"\nVERSION="v3.8.2"\n');
    const readEnd = async (path: string) => (path === '/etc/ossec-init.conf' ? { bytes: init, cut: false } : undefined);
    expect(await managerVersion('/var/ossec', { readEnd })).toBe('3.8.2');
    expect(await managerVersion('/opt/other', { readEnd })).toBeUndefined();
  });
});

it('the machine: this process runs, none of a number that no system gives; the disk has room; a zone is told', async () => {
  expect([nodeHost.runs(process.pid), nodeHost.runs(999_999_999)]).toEqual([true, false]);
  const { freeBytes, totalBytes } = await nodeHost.space('/');
  expect([freeBytes <= totalBytes, Number.isSafeInteger(totalBytes)]).toEqual([true, true]);
  expect(Math.abs(nodeHost.zoneMinutes(0))).toBeLessThanOrEqual(1_440);
  expect(nodeHost.zone).not.toBe('');
});
