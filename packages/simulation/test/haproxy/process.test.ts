import { openDice } from '../../src/dice.ts';
import { openHaproxyProcess, type Reach, type ServerSettings, serverFrom } from '../../src/haproxy/index.ts';
import { openHandClock } from './hand-clock.ts';

const backend = 'wazuh_reporting';

function rig(reach: (address: string) => Reach = () => 'up', servers: readonly string[] = []) {
  const clock = openHandClock();
  const process = openHaproxyProcess(
    {
      ...{ backend, frontend: 'agents', version: '2.6.12', pid: 1, startedAt: 1, connectMs: 5_000 },
      ...{ retries: 3, redispatch: true },
      servers: servers.map((line) => serverFrom(line.split(' ')) as ServerSettings),
    },
    { ...clock, reach },
    openDice(1),
  );
  const closed: string[] = [];
  const opened: string[] = [];
  let ports = 0;
  return {
    process,
    closed,
    opened,
    connect: () => {
      const source = `10.0.0.1:${++ports}`;
      const client = {
        source,
        opened: (at: string) => void opened.push(at),
        closed: () => void closed.push(source),
      };
      return process.connect(client);
    },
    pass: clock.pass,
    status: (name: string) =>
      new RegExp(`^${backend},${name},(?:[^,]*,){15}([^,]*)`, 'm').exec(process.ask(`show stat ${backend} 4 -1`))?.[1],
  };
}

const add = (name: string, address: string): string =>
  `add server ${backend}/${name} ${address}:1514 check inter 1s rise 2 fall 3 weight 100`;

describe('the modelled process', () => {
  it('has a new server in maintenance, and up before any check once it is ready', () => {
    const { process, status } = rig(() => 'silent');
    process.ask(`${add('a', '10.0.0.2')};enable health ${backend}/a`);
    expect(status('a')).toBe('MAINT');
    process.ask(`set server ${backend}/a state ready`);
    expect(status('a')).toBe('UP 1/3');
  });

  it('never takes a dead host for up when it was drained until its check spoke', () => {
    const { process, status, pass } = rig(() => 'refused');
    process.ask(`${add('a', '10.0.0.2')};enable health ${backend}/a;set server ${backend}/a state drain`);
    expect(status('a')).toBe('DRAIN 1/3');
    pass(3_000);
    process.ask(`set server ${backend}/a state ready`);
    expect(status('a')).toBe('DOWN');
  });

  it('gives the id of an ended session to the next one', () => {
    const { process, connect, pass } = rig(undefined, ['a 10.0.0.2:1514 check']);
    const first = connect()!;
    expect(process.ask(`shutdown session ${first.id}`)).toBe('\n');
    pass(10);
    expect(connect()!.id).toBe(first.id);
  });

  it('ends a session a moment after it said so, and lists and counts it until then', () => {
    const { process, connect, closed, pass } = rig(undefined, ['a 10.0.0.2:1514 check']);
    const first = connect()!;
    process.ask(`shutdown session ${first.id}`);
    expect([closed, process.sessions().length, process.servers()[0]!.sessions]).toEqual([[], 1, 1]);
    expect(process.ask(`shutdown session ${first.id}`)).toBe('\n');
    expect(connect()!.id).not.toBe(first.id);
    pass(10);
    expect([closed, process.sessions().length, process.servers()[0]!.sessions]).toEqual([['10.0.0.1:1'], 1, 1]);
  });

  it('leaves connections where they are when an address changes', () => {
    const { process, connect, closed } = rig(undefined, ['a 10.0.0.2:1514 check']);
    connect();
    process.ask(`set server ${backend}/a addr 10.0.0.3`);
    process.ended('10.0.0.3', 1514);
    expect(closed).toEqual([]);
    process.ended('10.0.0.2', 1514);
    expect(closed).toEqual(['10.0.0.1:1']);
  });

  it('tries the server of a refused connection three times, the last time another', () => {
    const { connect, opened, pass } = rig(
      (address) => (address === '10.0.0.2' ? 'refused' : 'up'),
      ['a 10.0.0.2:1514', 'b 10.0.0.3:1514 weight 100'],
    );
    connect();
    connect();
    pass(10_000);
    expect(opened).toEqual(['b', 'b']);
  });

  it('closes a connection at once when it has no server', () => {
    const { connect, closed, pass } = rig();
    expect(connect()).toBeUndefined();
    pass(1);
    expect(closed).toHaveLength(1);
  });
});
