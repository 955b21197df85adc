import type { ControlAnswers } from '@muster/control';
import { recorded } from '../../src/events/operations.ts';

function opened(answers: Partial<ControlAnswers>) {
  const rows: string[] = [];
  const all = recorded(answers as ControlAnswers, {
    record: (kind, subject, text) => void rows.push(`${kind} ${subject}: ${text}`),
  });
  return { all, rows };
}
const fine = async (): Promise<void> => {};

it('each order is recorded, with what it was', async () => {
  const { all, rows } = opened({
    ...{ setLogLevel: fine, crash: fine, restart: fine, tellActor: fine, forget: fine, syncNow: fine },
    askActor: async () => ({ type: 'actor-answer', shown: '{}', tookMs: 1 }),
    bench: async () => ({ type: 'bench', count: 9, tookMs: 1, p50Ms: 1, p99Ms: 1, maxMs: 1 }),
    drain: async () => true,
  });
  await all.setLogLevel('debug');
  await all.crash('/integrity');
  await all.restart('/integrity');
  await all.tellActor('/integrity', '{"type":"dirty","directories":["etc"]}');
  await all.askActor('/integrity', 'no JSON');
  await all.bench('/integrity', 9);
  await all.forget('worker1');
  await all.syncNow();
  await all.drain('worker1', true);
  await all.drain('worker1', false);
  expect(rows).toEqual([
    'operated log: An operator set the level of the log to debug.',
    'operated /integrity: An operator made it crash, for a drill.',
    'operated /integrity: An operator restarted it.',
    'operated /integrity: An operator told it dirty.',
    'operated /integrity: An operator asked it a message.',
    'operated /integrity: An operator measured it with 9 messages.',
    'forgotten worker1: An operator had it forgotten: it is listed no more.',
    'operated files: An operator had all files looked at.',
    'drained worker1: An operator drains it: its agents are moved, and it gets no new ones.',
    'undrained worker1: An operator ended its drain: it gets agents again.',
  ]);
});

it('what was refused, or changed nothing, is not', async () => {
  const { all, rows } = opened({
    crash: async () => {
      throw new Error('There is no running actor');
    },
    drain: async () => false,
  });
  await expect(all.crash('/nobody')).rejects.toThrow('no running actor');
  expect(await all.drain('worker1', true)).toBe(false);
  expect(rows).toEqual([]);
});

it('views are as they were', () => {
  const health = async () => ({ type: 'health' }) as never;
  expect(opened({ health }).all.health).toBe(health);
});
