import { openDice } from '../../src/dice.ts';
import { openHaproxyMachine } from '../../src/haproxy/machine.ts';
import { simulatedHaproxy } from '../../src/haproxy/simulated-haproxy.ts';
import { openHost } from '../../src/host.ts';
import { openTimeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';

const endpoint = { kind: 'unix', path: '/run/haproxy/admin.sock' } as const;
const limits = { timeoutMs: 5_000, maxBytes: 100_000 };

function rig() {
  const timeline = openTimeline(openDice(1), openTrace(10));
  const machine = openHaproxyMachine(timeline, openDice(2));
  const host = openHost(timeline, 'master', 1);
  const haproxy = simulatedHaproxy(machine, host, openDice(3));
  machine.begin({ backend: 'wazuh_reporting', path: '/agents.cfg', reach: () => 'up' });
  const signal = new AbortController();
  const asked = (line: string): Promise<string> =>
    haproxy.runtime(endpoint, line, limits, signal.signal).catch((error: { code?: string }) => `${error.code}`);
  const after = async (ms: number): Promise<void> => {
    const until = timeline.now() + ms;
    timeline.after(ms, 'end', () => {});
    await timeline.drive(() => timeline.now() >= until);
  };
  return { timeline, machine, host, haproxy, signal, asked, after };
}

describe('the machine of HAProxy', () => {
  it('answers through its port, with a way there and back', async () => {
    const { asked, after, haproxy } = rig();
    const answer = asked('show version');
    expect(haproxy.open()).toBe(1);
    await after(100);
    expect(await answer).toBe('2.6.12-1+deb12u4\n\n');
    expect(haproxy.open()).toBe(0);
  });

  it('is another process after a restart and after a reload', async () => {
    const { machine } = rig();
    const pids = [machine.process()!.settings.pid];
    machine.reload();
    pids.push(machine.process()!.settings.pid);
    machine.kill();
    expect(machine.process()).toBeUndefined();
    machine.start();
    pids.push(machine.process()!.settings.pid);
    expect(new Set(pids).size).toBe(3);
  });

  it('forgets servers that were added at run time, but for those of its file', async () => {
    const { machine, haproxy, signal, after } = rig();
    machine.ask('add server wazuh_reporting/a 10.0.0.1:1514 weight 100', 'operator');
    const text = 'backend wazuh_reporting\n    server b 10.0.0.2:1514 weight 100 check inter 1000 fall 3 rise 2\n';
    const written = haproxy.replaceFile('/agents.cfg', text, undefined, signal.signal);
    await after(100);
    await written;
    machine.kill();
    machine.start();
    expect(
      machine
        .process()!
        .servers()
        .map(({ name }) => name),
    ).toEqual(['b']);
  });

  it.each([
    ['refused', 'unreachable'],
    ['silent', 'timed-out'],
  ] as const)('that is away, %s, rejects as production does', async (how, code) => {
    const { machine, asked, after } = rig();
    machine.away.push(how);
    const answer = asked('show version');
    await after(6_000);
    expect(await answer).toBe(code);
  });

  it('tells which session was ended, and by whom', () => {
    const { machine } = rig();
    machine.ask('add server wazuh_reporting/a 10.0.0.1:1514;set server wazuh_reporting/a state ready', 'operator');
    const session = machine.process()!.connect({ source: '10.0.0.9:1', opened: () => {}, closed: () => {} })!;
    const heard: object[] = [];
    machine.hear((event) => event.what === 'cut' && heard.push(event));
    machine.ask(`shutdown session ${session.id}`, 'master');
    expect(heard).toEqual([{ what: 'cut', by: 'master', source: '10.0.0.9:1', server: 'a', left: 0 }]);
  });
});
