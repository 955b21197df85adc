import type { BalancerEvent } from '@muster/haproxy-balancer';
import type { Generation } from '@muster/integrity';
import type { Liveness } from '@muster/keep-alive';
import type { RegistrationEvent } from '@muster/registration';
import {
  balancerWords,
  crashWords,
  dialerWords,
  drainWords,
  type EventWords,
  generationWords,
  listenerWords,
  livenessWordsOf,
  registrationWords,
} from '../../src/events/words.ts';

const line = (words: EventWords | undefined): string | undefined =>
  words === undefined ? undefined : `${words.kind} ${words.subject}: ${words.text}`;

it.each([
  ['up', 'its beats arrive', 'joined worker1: It is up: its beats arrive.'],
  ['suspect', 'link lost: closed', 'suspect worker1: It is suspected to be gone: link lost: closed.'],
  ['down', 'no beat for 12 s', 'lost worker1: It is down: no beat for 12 s.'],
  ['left', 'it said goodbye: stopping.', 'left worker1: It has left: it said goodbye: stopping.'],
  ['unknown', 'linked again, no beat yet', undefined],
] as const)('a node that is %s', (to: Liveness, reason, expected) => {
  const event = { type: 'liveness-changed', peer: 'worker1', from: 'unknown', to, reason } as const;
  expect(line(livenessWordsOf(event))).toBe(expected);
});

it('late loops and clocks that differ are the log’s matter', () => {
  expect(livenessWordsOf({ type: 'own-loop-lagged', lateMs: 3_000 })).toBeUndefined();
  expect(livenessWordsOf({ type: 'clock-skew', peer: 'w', skewMs: 9_000, text: '' })).toBeUndefined();
});

describe('whom a master turns away', () => {
  it('is known by host, not by port, before it has a name', () => {
    const rejection = { code: 'wrong-key', remoteAddress: '10.0.0.7:4711', text: 'it has another key' } as const;
    expect(line(listenerWords({ type: 'rejected', rejection }))).toBe(
      'refused 10.0.0.7: Turned away (wrong-key): it has another key.',
    );
    const failure = { code: 'other-cluster', text: 'it is of cluster two' };
    expect(line(listenerWords({ type: 'greeting-failed', address: '10.0.0.7:4711', failure }))).toBe(
      'refused 10.0.0.7: No link came of its connection (other-cluster): it is of cluster two.',
    );
  });

  it('is known by its name when it has proven the key', () => {
    const refused = { name: 'worker1', address: '10.0.0.8:1', code: 'name-taken', text: 'another holds it' } as const;
    expect(line(listenerWords({ type: 'refused', ...refused }))).toBe(
      'refused worker1: Refused, from 10.0.0.8:1 (name-taken): another holds it.',
    );
    const replaced = { type: 'replaced', name: 'worker1', address: '10.0.0.8:1', by: '10.0.0.8:2' } as const;
    expect(line(listenerWords(replaced))).toBe(
      'lost worker1: Its link from 10.0.0.8:1 was dead; 10.0.0.8:2 takes its place.',
    );
  });

  it('is nobody while it listens', () => {
    expect(listenerWords({ type: 'listening', address: '0.0.0.0', port: 1516 })).toBeUndefined();
  });
});

it('a worker that cannot reach its master says why, and how often', () => {
  const failure = { code: 'refused', text: 'nobody listens there' };
  const event = { type: 'dial-failed', failure, nextTryMs: 1_000 } as const;
  expect(line(dialerWords({ ...event, times: 1 }))).toBe(
    'unreachable master: It cannot be reached (refused): nobody listens there.',
  );
  expect(line(dialerWords({ ...event, times: 10 }))).toBe(
    'unreachable master: It cannot be reached, 10 times so far (refused): nobody listens there.',
  );
});

it('a generation has its files and what changed; the first of a start has nothing before it', () => {
  const tree = { files: 3 } as Generation['tree'];
  const id = { epoch: 2, generation: 7 };
  const changes = { put: [{}], remove: ['a', 'b'] } as unknown as NonNullable<Generation['since']>['changes'];
  expect(line(generationWords('master', { id, tree }))).toBe(
    'generation master: Generation 7 of epoch 2, 3 files: the first of this start.',
  );
  expect(line(generationWords('master', { id, tree, since: { base: id, changes } }))).toBe(
    'generation master: Generation 7 of epoch 2, 3 files: 1 file created or changed, 2 deleted.',
  );
});

it.each([
  ['restart', 'It is restarted.'],
  ['give-up', 'Its supervisor gives up.'],
  ['stop', 'It stays stopped.'],
] as const)('a crash with outcome %s', (outcome, end) => {
  expect(line(crashWords('/file-sync', new Error('bug: no tree'), outcome))).toBe(
    `crashed /file-sync: It crashed: bug: no tree. ${end}`,
  );
  expect(crashWords('/file-sync', 'thrown', outcome).text).toBe(`It crashed: thrown. ${end}`);
});

it('of a HAProxy the plans are told, and nothing else', () => {
  const plan: BalancerEvent = { type: 'plan', cuts: 3, of: 10, from: { worker1: 3, worker2: 0 } };
  expect(line(balancerWords('10.0.0.9:5555', plan))).toBe(
    'balanced 10.0.0.9:5555: 3 of 10 sessions are ended, for their agents to connect elsewhere: 3 from worker1.',
  );
  expect(balancerWords('10.0.0.9:5555', { type: 'balanced', sessions: 10 })).toBeUndefined();
});

it('a drain and its end', () => {
  expect([drainWords('worker1', true).kind, drainWords('worker1', false).kind]).toEqual(['drained', 'undrained']);
});

const handled: RegistrationEvent = {
  type: 'handled',
  peer: 'local',
  operation: 'add',
  result: 'done',
  id: 5,
  name: 'web',
};
it.each([
  [{}, 'registered 005: Agent 005 (web) registered, asked for by a program on this machine.'],
  [{ peer: 'worker1' }, 'registered 005: Agent 005 (web) registered, asked for by worker1.'],
  [{ operation: 'remove' }, 'removed 005: Agent 005 (web) removed, asked for by a program on this machine.'],
  [
    { operation: 'undo' },
    'removed 005: Agent 005 (web) removed, asked for by a program on this machine, for nobody heard its key.',
  ],
  [{ operation: 'assign-group' }, undefined],
  [{ result: 'refused', code: 9008, text: 'Duplicate name' }, undefined],
] as const)('an agent: %j', (change, expected) => {
  expect(line(registrationWords({ ...handled, ...change }))).toBe(expected);
});
