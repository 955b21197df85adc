import { ask, type Ref, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import {
  type AddedAgent,
  type Asker,
  getRegistrationState,
  type NewAgent,
  type Refused,
  type Registrar,
  type RegistrationAnswer,
  type RegistrationDeps,
  type RegistrationEvent,
  type RegistrationMessage,
  type RegistrationRequest,
  registrationDefaults,
  spawnRegistration,
} from '../src/index.ts';

const key = '5'.repeat(64);
const agent = (name: string, more: object = {}): RegistrationRequest =>
  ({ type: 'register-agent', name, ip: 'any', ...more }) as RegistrationRequest;
const local: Asker = { type: 'local' };
const w1: Asker = { type: 'worker', node: 'w1' };
const limits = { ...registrationDefaults, answerMs: 10_000 };

/** A registrar whose answers wait until the test gives them. */
function openRegistrar() {
  const asked: string[] = [];
  const waiting: ((answer: AddedAgent | Refused | Error) => void)[] = [];
  const later = <T>(what: string, signal: AbortSignal): Promise<T> => {
    asked.push(what);
    return new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => asked.push(`given up: ${what}`));
      waiting.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer as T)));
    });
  };
  const registrar: Registrar = {
    kind: 'authd',
    add: ({ name }: NewAgent, signal) => later(`add ${name}`, signal),
    remove: (id, purge, signal) => later(`remove ${id}${purge ? ' purge' : ''}`, signal),
    assignGroup: (id, _sum, signal) => later(`group ${id}`, signal),
  };
  const answer = async (value: object): Promise<void> => {
    waiting.shift()!(value as AddedAgent);
    await settle();
  };
  return { registrar, asked, answer };
}

type By = RegistrationDeps['by'];

async function rig(by: By, more: Partial<Record<'perSecond' | 'burst' | 'underWay', number>> = {}) {
  const system = testSystem();
  const events: RegistrationEvent[] = [];
  const deps = { clock: system.clock, by, report: (event: RegistrationEvent) => void events.push(event) };
  const ref: Ref<RegistrationMessage> = system.root.spawn((parent) =>
    spawnRegistration(parent, deps, { ...limits, ...more }),
  );
  const request = (what: RegistrationRequest, from: Asker = local) => {
    const answers: (RegistrationAnswer | Error)[] = [];
    void ask<RegistrationMessage, RegistrationAnswer>(
      ref,
      (replyTo) => ({ type: 'request', from, request: what, replyTo }),
      60_000,
    ).then(
      (answer) => answers.push(answer),
      (error: Error) => answers.push(error),
    );
    return answers;
  };
  await settle();
  /** A stop waits for work in flight, on this clock. */
  const stop = async (): Promise<void> => {
    const stopped = system.stop();
    await system.clock.advance(60_000);
    await stopped;
  };
  return { system, stop, clock: system.clock, ref, events, request };
}

const added = (id: number, name: string): AddedAgent => ({ id, name, ip: 'any', key });

describe('registration on the master', () => {
  it('adds an agent by the registrar, answers with its key, and tells the audit log all but the key', async () => {
    const { registrar, asked, answer } = openRegistrar();
    const { stop, events, request } = await rig({ role: 'master', registrar });
    const answers = request(agent('web'), w1);
    await settle();
    await answer(added(7, 'web'));
    expect(asked).toEqual(['add web']);
    expect(answers).toEqual([{ type: 'agent-registered', id: 7, name: 'web', ip: 'any', key }]);
    expect(events).toEqual([{ type: 'handled', peer: 'w1', operation: 'add', name: 'web', id: 7, result: 'done' }]);
    expect(JSON.stringify(events)).not.toContain(key);
    await stop();
  });

  it('shows in its state what is asked for, and no more of it', async () => {
    const { registrar, answer } = openRegistrar();
    const { system, stop, request } = await rig({ role: 'master', registrar });
    request(agent('web', { key }), w1);
    await settle();
    const shown = system.state('/registration');
    expect(shown).toMatchObject({ done: 0, operations: [{ from: w1, request: 'register-agent', running: true }] });
    expect(JSON.stringify(shown)).not.toContain(key);
    await answer(added(7, 'web'));
    await stop();
  });

  it('passes on the code and the words of a refusal, but for keys that they quote', async () => {
    const { registrar, answer } = openRegistrar();
    const { stop, events, request } = await rig({ role: 'master', registrar });
    const answers = request(agent('web', { key }));
    await settle();
    await answer({ code: 9008, text: `Duplicate name: web (${key})` });
    expect(answers).toEqual([{ type: 'registration-refused', code: 9008, text: 'Duplicate name: web (…)' }]);
    expect(events).toMatchObject([{ result: 'refused', code: 9008, text: 'Duplicate name: web (…)' }]);
    await stop();
  });

  it('adds and removes one after the other; groups are asked for meanwhile', async () => {
    const { registrar, asked, answer } = openRegistrar();
    const { stop, request } = await rig({ role: 'master', registrar });
    request(agent('web'));
    request({ type: 'remove-agent', id: 3, purge: false });
    const group = request({ type: 'assign-group', id: 4, mergedSum: '0'.repeat(32) });
    request(agent('db'));
    await settle();
    expect(asked).toEqual(['add web', 'group 4']);
    await answer(added(7, 'web'));
    expect(asked).toEqual(['add web', 'group 4', 'remove 3']);
    await answer({ group: 'default' });
    expect(group).toEqual([{ type: 'group-assigned', id: 4, group: 'default' }]);
    await answer({ id: 3 });
    expect(asked.at(-1)).toBe('add db');
    await stop();
  });

  it('refuses what is malformed without asking anybody', async () => {
    const { registrar, asked } = openRegistrar();
    const { stop, request } = await rig({ role: 'master', registrar });
    const answers = request(agent('../x'));
    await settle();
    expect(answers).toMatchObject([{ type: 'registration-refused', code: 9005 }]);
    expect(asked).toEqual([]);
    await stop();
  });

  it('says when an asker that asks too often may ask again, and hears it then', async () => {
    const { registrar } = openRegistrar();
    const { stop, clock, ref, request } = await rig({ role: 'master', registrar }, { perSecond: 2, burst: 1 });
    request(agent('a1'), w1);
    const limited = request(agent('a2'), w1);
    const other = request(agent('a3'));
    await settle();
    expect(limited).toEqual([
      {
        type: 'registration-refused',
        code: 9001,
        text: 'Asked too often: 2 requests a second are taken; try again in 0.5 s',
      },
    ]);
    expect(other).toEqual([]);
    await clock.advance(500);
    const again = request(agent('a2'), w1);
    await settle();
    expect(again).toEqual([]);
    expect(await ask(ref, getRegistrationState, 1_000)).toMatchObject({ underWay: 3, limited: 1, refused: 1 });
    await stop();
  });

  it('lets no more than its bound be under way', async () => {
    const { registrar } = openRegistrar();
    const { stop, request } = await rig({ role: 'master', registrar }, { underWay: 2 });
    request(agent('a1'));
    request(agent('a2'));
    const third = request(agent('a3'));
    await settle();
    expect(third).toMatchObject([{ code: 9001, text: expect.stringContaining('2 requests are under way') }]);
    await stop();
  });

  it('answers in time when the registrar does not, and removes again whom it adds too late', async () => {
    const { registrar, asked, answer } = openRegistrar();
    const { stop, clock, events, request } = await rig({ role: 'master', registrar });
    const answers = request(agent('web'));
    await clock.advance(9_999);
    expect(answers).toEqual([]);
    await clock.advance(1);
    expect(answers).toMatchObject([{ code: 9001, text: expect.stringContaining('within 10 s') }]);
    await answer(added(7, 'web'));
    expect(asked).toEqual(['add web', 'remove 7 purge']);
    await answer({ id: 7 });
    expect(events.map(({ operation, result }) => `${operation} ${result}`)).toEqual([
      'add refused',
      'add done',
      'undo done',
    ]);
    await stop();
  });

  it('goes on with the next when the registrar hangs, and gives the first up in the end', async () => {
    const { registrar, asked } = openRegistrar();
    const { stop, clock, ref, request } = await rig({ role: 'master', registrar });
    request(agent('web'));
    await clock.advance(10_000);
    request(agent('db'));
    await settle();
    expect(asked).toEqual(['add web', 'add db']);
    await clock.advance(10_000);
    expect(asked).toEqual(['add web', 'add db', 'given up: add web']);
    expect(await ask(ref, getRegistrationState, 1_000)).toMatchObject({ underWay: 1 });
    await stop();
  });

  it('removes again an agent that was added for a worker whose link has closed, and drops what had not begun', async () => {
    const { registrar, asked, answer } = openRegistrar();
    const { stop, ref, request } = await rig({ role: 'master', registrar });
    request(agent('web'), w1);
    request(agent('db'), w1);
    const mine = request(agent('own'));
    await settle();
    tell(ref, { type: 'worker-unlinked', peer: 'w1' });
    await settle();
    await answer(added(7, 'web'));
    await answer(added(8, 'own'));
    expect(mine).toMatchObject([{ id: 8 }]);
    await answer({ id: 7 });
    expect(asked).toEqual(['add web', 'add own', 'remove 7 purge']);
    expect(await ask(ref, getRegistrationState, 1_000)).toMatchObject({ underWay: 0, undone: 1 });
    await stop();
  });

  it('makes 9001 of a registrar that cannot be asked, with the cure', async () => {
    const { registrar, answer } = openRegistrar();
    const { system, stop, request } = await rig({ role: 'master', registrar });
    const answers = request(agent('web'));
    await settle();
    await answer(Object.assign(new Error('no such socket'), { code: 'ENOENT' }));
    expect(answers).toMatchObject([{ code: 9001, text: expect.stringContaining('see that wazuh-authd runs') }]);
    expect(system.crashes).toEqual([]);
    await stop();
  });

  it.each([
    ['an id beyond the range', { ...added(7, 'web'), id: 2 ** 31 }],
    ['a key that is none', { ...added(7, 'web'), key: 'secret' }],
    ['a name with a line feed', added(7, 'web\n')],
    ['a code that is none', { code: 'x', text: 'y' }],
  ])('takes no answer with %s from the registrar', async (_what, value) => {
    const { registrar, answer } = openRegistrar();
    const { stop, request } = await rig({ role: 'master', registrar });
    const answers = request(agent('web'));
    await settle();
    await answer(value);
    expect(answers).toMatchObject([{ type: 'registration-refused', code: 9001 }]);
    await stop();
  });

  it('fails those who ask at once when it crashes, and serves again', async () => {
    const { registrar, asked } = openRegistrar();
    const { system, stop, clock, request } = await rig({ role: 'master', registrar });
    const answers = request(agent('web'));
    await settle();
    system.crash('/registration', new Error('injected'));
    await settle();
    expect(answers).toMatchObject([{ name: 'ActorCrashedError' }]);
    expect(asked).toEqual(['add web', 'given up: add web']);
    request(agent('db'));
    await settle();
    expect(asked.at(-1)).toBe('add db');
    await clock.advance(60_000);
    expect(system.crashes).toHaveLength(1);
    await stop();
  });
});

describe('registration on a worker', () => {
  const reach = (answer: (request: RegistrationRequest) => Promise<RegistrationAnswer>): By => ({
    role: 'worker',
    askMaster: answer,
  });

  it('hands the request to the master, checked and as it is, and its answer back', async () => {
    const asked: RegistrationRequest[] = [];
    const by = reach(async (request) => {
      asked.push(request);
      return { type: 'agent-registered', id: 7, name: 'web', ip: '10.0.0.0/8', key };
    });
    const { stop, events, request } = await rig(by);
    const answers = request(agent('web', { ip: '10.0.0.0/255.0.0.0' }));
    await settle();
    expect(asked).toEqual([agent('web', { ip: '10.0.0.0/8' })]);
    expect(answers).toMatchObject([{ type: 'agent-registered', id: 7, key }]);
    expect(events).toMatchObject([{ peer: 'local', operation: 'add', result: 'done' }]);
    await stop();
  });

  it('says that it cannot reach the master, with 9001, and what to do', async () => {
    const by = reach(() =>
      Promise.reject(Object.assign(new Error('there is no link to the master'), { code: 'closed' })),
    );
    const { stop, request } = await rig(by);
    const answers = request(agent('web'));
    await settle();
    const text =
      'Cannot reach the master (closed: there is no link to the master); try again when this node is linked to it';
    expect(answers).toEqual([{ type: 'registration-refused', code: 9001, text }]);
    await stop();
  });

  it("passes on the master's refusal", async () => {
    const by = reach(async () => ({ type: 'registration-refused', code: 9013, text: 'Too many agents' }));
    const { stop, request } = await rig(by);
    const answers = request(agent('web'));
    await settle();
    expect(answers).toEqual([{ type: 'registration-refused', code: 9013, text: 'Too many agents' }]);
    await stop();
  });

  it('takes no answer to something else', async () => {
    const by = reach(async () => ({ type: 'agent-removed', id: 1 }));
    const { stop, request } = await rig(by);
    const answers = request(agent('web'));
    await settle();
    expect(answers).toMatchObject([{ code: 9001, text: expect.stringContaining('something else') }]);
    await stop();
  });

  it('forwards nothing for another node', async () => {
    const { stop, request } = await rig(reach(() => Promise.reject(new Error('asked'))));
    const answers = request(agent('web'), w1);
    await settle();
    expect(answers).toMatchObject([{ code: 9015 }]);
    await stop();
  });

  it('has the master remove again whom it added too late', async () => {
    const asked: string[] = [];
    let answerLate = (_: RegistrationAnswer): void => {};
    const by = reach((request) => {
      asked.push(request.type);
      return new Promise((resolve) => {
        answerLate = resolve;
      });
    });
    const { stop, clock, request } = await rig(by);
    request(agent('web'));
    await clock.advance(10_000);
    answerLate({ type: 'agent-registered', id: 7, name: 'web', ip: 'any', key });
    await settle();
    expect(asked).toEqual(['register-agent', 'remove-agent']);
    await stop();
  });
});
