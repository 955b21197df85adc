import {
  clusterdIn,
  isStarted,
  listenersOf,
  listensOn,
  parseLimits,
  parseStatus,
  pidOfFile,
  timeKeeperIn,
} from '../../src/doctor/proc-text.ts';

it('reads the ids that a process acts with', () => {
  const text = 'Name:\tnode\nUid:\t0\t999\t999\t999\nGid:\t0\t998\t998\t998\nGroups:\t4 27 \n';
  expect(parseStatus(text)).toEqual({ uid: 999, gids: [998, 4, 27] });
});

it('reads the soft limit of open files', () => {
  const limits = (soft: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}  524288  files\n`;
  expect([parseLimits(limits('1024')), parseLimits(limits('unlimited'))]).toEqual([1_024, Number.POSITIVE_INFINITY]);
});

it("knows the manager's own daemon by where its program lies, and not ours", () => {
  const line = (...words: readonly string[]): string => `${words.join('\0')}\0`;
  expect(clusterdIn(line('/r/framework/python/bin/python3', '/r/framework/scripts/wazuh-clusterd.py'), '/r')).toBe(
    true,
  );
  expect(clusterdIn(line('/bin/sh', '/r/bin/wazuh-clusterd'), '/r')).toBe(true);
  expect(clusterdIn(line('/bin/sh', '/other/bin/wazuh-clusterd'), '/r')).toBe(false);
  expect(clusterdIn(line('node', 'main.js', 'start', '-f', '--root', '/r'), '/r')).toBe(false);
  expect(clusterdIn(line('vi', '/r/var/run/wazuh-clusterd-1.pid'), '/r')).toBe(false);
});

it('knows a Muster by the name of its pid file and its arguments', () => {
  const names = ['wazuh-clusterd-12.pid', 'wazuh-clusterd-x.pid', 'wazuh-remoted-12.pid', 'wazuh-clusterd-12.pid~'];
  expect(names.map(pidOfFile)).toEqual([12, undefined, undefined, undefined]);
  expect(isStarted('node\0main.js\0start\0-f\0--root\0/r\0')).toBe(true);
  expect([isStarted('/r/python3\0/r/wazuh-clusterd.py\0'), isStarted('start\0'), isStarted('')]).toEqual([
    false,
    false,
    false,
  ]);
});

it('finds who listens on a port', () => {
  const table =
    '  sl  local_address rem_address   st\n   0: 00000000:05EC 00000000:0000 0A 00000000:0 \n   1: 0100007F:05ED 0100007F:1000 01 0\n';
  expect([1516, 1517, 0].map((port) => listensOn(table, port))).toEqual([true, false, false]);
});

it('finds who listens on a socket, also where it was bound beside and linked there', () => {
  const table = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0: 00000002 00000000 00010000 0001 01 11 /r/a b.sock',
    '0: 00000002 00000000 00010000 0001 01 12 /r/a b.sock.3',
    '0: 00000002 00000000 00000000 0001 03 13 /r/a b.sock',
    '0: 00000002 00000000 00010000 0001 01 14 /r/a b.sock.x',
    '0: 00000003 00000000 00000000 0001 03 15',
  ].join('\n');
  expect(listenersOf(table, '/r/a b.sock')).toEqual(['11', '12']);
});

it('knows who keeps the time, by names that the system cuts', () => {
  expect(timeKeeperIn(['bash', 'systemd-timesyn'])).toBe('systemd-timesyncd');
  expect(timeKeeperIn(['bash'])).toBe('');
});
