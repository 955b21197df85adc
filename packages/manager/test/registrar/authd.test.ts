import fc from 'fast-check';
import { authdRegistrar, unixSockets } from '../../src/index.ts';
import { authdDouble, doubleSockets, remotedDouble, type Served, serve } from '../../src/testing/index.ts';
import { cleanUp, forever, key, newRoot } from '../rig.ts';

const served: Served[] = [];
afterAll(async () => {
  await Promise.all(served.map((one) => one.close()));
  await cleanUp();
});

async function open({ real = true, role = 'master' as 'master' | 'worker' } = {}) {
  const root = newRoot();
  const grouped: unknown[] = [];
  const authd = authdDouble({
    role,
    newKey: () => key(),
    groups: new Set(['default', 'web']),
    grouped: (...all) => void grouped.push(all),
  });
  const remoted = remotedDouble({ guess: (sum) => (sum === '1'.repeat(32) ? 'web' : undefined) });
  const doubles = { 'queue/sockets/auth': authd, 'queue/sockets/remote': remoted };
  let mishap: Served['mishap'] = () => ({ what: 'none' });
  if (real) {
    const one = await serve(root, doubles);
    served.push(one);
    one.mishap = (path) => mishap(path);
  }
  const sockets = real ? unixSockets() : doubleSockets(root, doubles);
  return {
    authd,
    grouped,
    registrar: authdRegistrar(sockets, root),
    meet: (next: ReturnType<Served['mishap']>) => {
      mishap = () => next;
    },
  };
}

describe.each([true, false])('authd and remoted (behind real sockets: %s)', (real) => {
  it('add, remove, and assign a group', async () => {
    const { registrar, authd, grouped } = await open({ real });
    expect(await registrar.add({ name: 'web-1', ip: 'any', groups: ['web', 'default'] }, forever)).toEqual({
      id: 1,
      name: 'web-1',
      ip: 'any',
      key: key(),
    });
    expect(grouped).toEqual([[1, ['web', 'default']]]);
    expect(await registrar.remove(1, false, forever)).toEqual({ id: 1 });
    expect(authd.clientKeys()).toBe(`001 !web-1 any ${key()}\n`);
    expect(await registrar.remove(1, true, forever)).toEqual({ id: 1 });
    expect(await registrar.assignGroup(1, '1'.repeat(32), forever)).toEqual({ group: 'web' });
    expect(await registrar.assignGroup(1, '2'.repeat(32), forever)).toEqual({ group: 'default' });
  });

  it('refuse with their own codes', async () => {
    const { registrar } = await open({ real });
    const add = (name: string, more = {}) => registrar.add({ name, ip: 'any', ...more }, forever);
    await add('web-1');
    expect(await add('web-1')).toMatchObject({ code: 9008 });
    expect(await add('web-2', { id: 1 })).toMatchObject({ code: 9012 });
    expect(await add('web-2', { groups: ['nope'] })).toMatchObject({ code: 9014 });
    expect(await registrar.remove(9, false, forever)).toMatchObject({ code: 9011 });
    const worker = await open({ real, role: 'worker' });
    expect(await worker.registrar.add({ name: 'web-1', ip: 'any' }, forever)).toMatchObject({ code: 9015 });
  });

  it('are not even asked for what cannot be', async () => {
    const { registrar, authd } = await open({ real });
    expect(await registrar.add({ name: 'a"},{', ip: 'any' }, forever)).toMatchObject({ code: 9005 });
    expect(await registrar.remove(0, true, forever)).toMatchObject({ code: 9010 });
    expect(await registrar.assignGroup(2 ** 31, '', forever)).toMatchObject({ code: 9010 });
    expect(authd.clientKeys()).toBe('');
  });
});

describe('authd behind a socket', () => {
  const framed = (text: string): Uint8Array => {
    const bytes = Buffer.from(`xxxx${text}`);
    bytes.writeUInt32LE(bytes.length - 4);
    return bytes;
  };

  it.each([
    ['no JSON', 'garbage'],
    ['an array', '[]'],
    ['nothing', ''],
    ['no data', '{"error":0}'],
    ['an id that is none', `{"error":0,"data":{"id":"x","name":"aa","ip":"any","key":"${'1'.repeat(64)}"}}`],
    ['a key that is none', '{"error":0,"data":{"id":"001","name":"aa","ip":"any","key":"short"}}'],
    ['an error that is none', '{"error":"x"}'],
  ])('that answers %s is named as one that does not speak as authd does', async (_, answer) => {
    const { registrar, meet } = await open();
    meet({ what: 'instead', answer: framed(answer) });
    await expect(registrar.add({ name: 'aa', ip: 'any' }, forever)).rejects.toMatchObject({
      name: 'ManagerError',
      code: 'bad-answer',
      at: 'queue/sockets/auth',
    });
  });

  it('is passed on, or named, for any answer at all', async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const answers = fc.oneof(
      fc.string(),
      value.map((one) => JSON.stringify(one)),
      fc
        .record(
          { error: value, data: fc.record({ id: value, group: value }), group: value, message: value },
          { requiredKeys: [] },
        )
        .map((one) => JSON.stringify(one)),
    );
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const double = { handle: () => Buffer.from(answer) };
        const registrar = authdRegistrar(
          doubleSockets('/r', { 'queue/sockets/auth': double, 'queue/sockets/remote': double }),
          '/r',
        );
        for (const asked of [
          registrar.add({ name: 'aa', ip: 'any' }, forever),
          registrar.remove(1, true, forever),
          registrar.assignGroup(1, '', forever),
        ]) {
          const outcome = await asked.catch((error: Error) => error);
          if (outcome instanceof Error) expect(outcome.name).toBe('ManagerError');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('that dies, cuts or refuses is named with its cure; one that splits its answer is understood', async () => {
    const { registrar, meet } = await open();
    const add = () => registrar.add({ name: 'aa', ip: 'any' }, forever);
    meet({ what: 'cut', share: 0.5 });
    await expect(add()).rejects.toMatchObject({
      code: 'cut-short',
      message: expect.stringContaining('look into its log'),
    });
    meet({ what: 'none' });
    // It had been added: a repetition tells.
    expect(await add()).toMatchObject({ code: 9008 });
    meet({ what: 'split' });
    expect(await registrar.add({ name: 'bb', ip: 'any' }, forever)).toMatchObject({ id: 2 });
    const nowhere = authdRegistrar(unixSockets(), newRoot());
    await expect(nowhere.remove(1, false, forever)).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining('start the manager'),
    });
  });
});
