import type { HaproxyPort } from '../src/index.ts';
import { member, modelWith, rig } from './rig.ts';

const one = member('w1');
const two = member('w2');

/** HAProxy does not refuse this, and does nothing. */
const deaf =
  (call: 'setState' | 'setWeight' | 'ensureServer' | 'removeServer') =>
  (port: HaproxyPort): HaproxyPort => ({
    ...port,
    [call]: async (...args: readonly unknown[]) => {
      if (args[0] !== 'w1' && (args[0] as { name?: string }).name !== 'w1')
        return await (port[call] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
      calls.push(call);
      return call === 'removeServer' ? 'removed' : undefined;
    },
  });
let calls: string[] = [];
beforeEach(() => {
  calls = [];
});

describe('a step that HAProxy does not refuse, and that has no effect', () => {
  it.each([
    ['a state', 'setState', 'setting w1 to ready', {}],
    ['a weight', 'setWeight', 'setting the weight of w1', { weight: 50 }],
    ['an addition', 'ensureServer', 'adding w1', {}],
    ['a removal', 'removeServer', 'removing w1', { standing: 'left' }],
  ] as const)(
    '%s: rests like one that failed, is told once, and the others are balanced',
    async (_, call, doing, how) => {
      const model = modelWith(['w1', 'w2', 'w3']);
      if (call !== 'ensureServer') model.configure(one);
      model.configure(two);
      if (call === 'setState') model.driver.setState('w1', 'drain');
      model.join(60);
      model.configure(member('w3'));
      const { members, pass, of } = rig({ model, port: deaf(call) });
      await members({ ...one, ...how }, two, member('w3'));
      await pass(180_000);
      expect(calls.length).toBeGreaterThan(3);
      expect(calls.length).toBeLessThan(15);
      expect(of('failed')).toEqual([{ type: 'failed', doing, text: expect.stringMatching(/^w1 is as before/) }]);
      expect(of('plan').length).toBeGreaterThan(0);
      const { w2 = 0, w3 = 0 } = model.counts();
      expect(Math.abs(w2 - w3)).toBeLessThan(10);
    },
  );

  it('what an operator undoes once is done again a second later, and not called a failure for long', async () => {
    const model = modelWith(['w1', 'w2']);
    for (const each of [one, two]) model.configure(each);
    const { members, pass, of } = rig({ model });
    await members(one, two);
    await pass(2_000);
    for (let turn = 0; turn < 5; turn++) {
      model.driver.setState('w1', 'maint');
      await pass(10_000);
      expect(model.servers.get('w1')?.admin).toBe('ready');
    }
    expect(of('failed')).toEqual([]);
  });
});

it.each([
  ['a socket', { address: '', port: 0 }],
  ['a placeholder', { address: '0.0.0.0' }],
  ['the port of its client', { port: 0 }],
])('a server of an operator on %s does not keep the others from being written down', async (_, where) => {
  const model = modelWith(['w1']);
  model.configure(one);
  model.configure({ ...member('w9'), ...where });
  const { members, pass } = rig({ model });
  await members(one);
  await pass(10_000);
  expect(model.calls.filter((call) => call.startsWith('persist'))).toHaveLength(1);
  expect(model.file().map(({ name }) => name)).toEqual(['w1']);
});
