/** The model of HAProxy passes the suite that the real one passes, with the driver of production. */
import { type HaproxyPorts, openRuntimeDriver } from '@muster/haproxy';
import { type DriverStage, driverCompliance } from '@muster/haproxy/testing';
import { openDice } from '../../src/dice.ts';
import { type HaproxyMachine, openHaproxyMachine } from '../../src/haproxy/machine.ts';
import type { Timeline } from '../../src/timeline.ts';
import { openHandClock } from './hand-clock.ts';

const framework = {
  describe: (title: string, body: () => void) => void describe(title, body),
  it: (title: string, body: () => Promise<void>) => void it(title, body),
  equal: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
};

const path = '/etc/haproxy/conf.d/agents.cfg';
const backend = 'wazuh_reporting';

/** Answers at once. */
const portsOf = (machine: HaproxyMachine): HaproxyPorts => ({
  runtime: async (_endpoint, line, _limits, signal) => {
    signal.throwIfAborted();
    return machine.ask(line, 'test');
  },
  http: () => Promise.reject(new Error('no HTTP here')),
  resolve: () => Promise.reject(new Error('no names here')),
  replaceFile: async (file, text) => void machine.files.set(file, text),
  wait: async () => {},
});

async function openModelStage(): Promise<DriverStage> {
  const { now, after, pass } = openHandClock();
  const timeline: Timeline = {
    now,
    after: (delayMs, _what, run) => after(delayMs, run),
    ready: () => {},
    drive: async () => {},
  };
  const machine = openHaproxyMachine(timeline, openDice(1));
  const alive = new Set<number>();
  machine.begin({ backend, path, reach: (_address, port) => (alive.has(port) ? 'up' : 'refused') });
  let ports = 2_000;
  let sources = 10_000;
  const endpoint = { kind: 'unix', path: '/run/haproxy/admin.sock' } as const;
  return {
    driver: openRuntimeDriver({ endpoint, backend, agentPort: 1514, persist: { path } }, portsOf(machine)),
    manager: async (kind) => {
      ports += 1;
      if (kind === 'alive') alive.add(ports);
      return { address: '127.0.0.1', port: ports };
    },
    until: async (what, holds) => {
      for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 100) {
        if (await holds()) return;
        pass(100);
      }
      throw new Error(`not within a minute: ${what}`);
    },
    connect: async (count) => {
      for (let n = 0; n < count; n++) {
        sources += 1;
        machine.process()?.connect({ source: `10.9.0.1:${sources}`, opened: () => {}, closed: () => {} });
      }
    },
    restart: async () => {
      machine.kill();
      pass(1_000);
      machine.start();
    },
    close: async () => machine.kill(),
  };
}

driverCompliance('the runtime driver on the model of HAProxy', framework, openModelStage);
