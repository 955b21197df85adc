/** The model with a clock that is moved by hand. */
import { openDice } from '../../src/dice.ts';
import { type ServerSettings, serverFrom } from '../../src/haproxy/index.ts';
import { type HaproxyProcess, openHaproxyProcess } from '../../src/haproxy/process.ts';
import type { ModelSession } from '../../src/haproxy/sessions.ts';
import { openHandClock } from './hand-clock.ts';
import { addressOf, backend, staticServer } from './steps.ts';
import { asked, type View, viewOf } from './view.ts';

/** Longer than any check takes to say its last word. */
const restMs = 2_000;

export function openModel(port: number, version: string) {
  const clock = openHandClock();
  const dice = openDice(1);
  const listening = new Set(['s0', 'a', 'b', 'c'].map(addressOf));
  const clients = new Map<string, { source: string; session: ModelSession | undefined }>();
  let starts = 0;
  let connects = 0;
  let process: HaproxyProcess;
  const start = (): void => {
    starts += 1;
    process = openHaproxyProcess(
      {
        ...{ backend, frontend: 'agents', version, pid: 100 + starts, startedAt: starts, connectMs: 1_000 },
        ...{ retries: 0, redispatch: false, servers: [serverFrom(staticServer(port).split(' ')) as ServerSettings] },
      },
      {
        ...clock,
        reach: (address) => (listening.has(address) ? 'up' : 'refused'),
      },
      dice,
    );
  };
  start();
  const labelOf = (source: string): string | undefined =>
    [...clients].find(([, client]) => client.source === source)?.[0];
  const model = {
    ask: (line: string): string => process.ask(line),
    labelOf,
    listening: (): readonly string[] => [...listening],
    connect: (label: string): void => {
      const source = `127.0.0.1:${10_000 + ++connects}`;
      const client = { source, session: undefined as ModelSession | undefined };
      clients.set(label, client);
      client.session = process.connect({ source, opened: () => {}, closed: () => clients.delete(label) });
    },
    leave: (label: string): void => {
      const session = clients.get(label)?.session;
      clients.delete(label);
      if (session !== undefined) process.leave(session);
    },
    listen: (address: string): void => void listening.add(address),
    silence: (address: string): void => {
      listening.delete(address);
      process.ended(address, port);
      for (const old of olds) old.ended(address, port);
    },
    restart: (how: 'restart' | 'reload'): void => {
      if (how === 'restart') process.kill();
      else olds.push(process);
      start();
    },
    /** Until nothing changes any more. */
    rest: (): void => clock.pass(restMs),
    view: (): View => viewOf(process.ask(asked(backend)), labelOf, [...clients.keys()].sort()),
  };
  const olds: HaproxyProcess[] = [];
  return model;
}
