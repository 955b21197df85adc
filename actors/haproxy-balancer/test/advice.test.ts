import { ask } from '@muster/actor';
import { getBalance } from '../src/index.ts';
import { ModelFault } from './haproxy-model.ts';
import { member, modelWith, rig } from './rig.ts';

describe('advice', () => {
  /** A HAProxy that advises `advice`, counted. */
  const advising = () => {
    let advice: readonly { code: string; text: string }[] = [];
    let asked = 0;
    const rigged = rig({
      model: modelWith(['w1']),
      port: (port) => ({
        ...port,
        prepare: async () => {
          asked += 1;
          return advice;
        },
      }),
    });
    const advise = (...now: typeof advice): void => {
      advice = now;
    };
    const shown = async () => (await ask(rigged.balancer, getBalance, 1_000)).advice;
    return { ...rigged, shown, asked: () => asked, advise };
  };
  const nearly = (count: number) => ({ code: 'maxconn', text: `${count} of at most 2000 connections are open` });

  it('is looked for every minute, comes and goes, and is told when it comes', async () => {
    const { pass, members, of, shown, advise, asked, system } = advising();
    await members(member('w1'));
    await pass(30_000);
    expect([asked(), await shown()]).toEqual([1, []]);
    advise(nearly(1_700));
    await pass(31_000);
    expect([asked(), await shown()]).toEqual([2, [nearly(1_700)]]);
    advise(nearly(1_800));
    await pass(61_000);
    expect([asked(), await shown()]).toEqual([3, [nearly(1_800)]]);
    expect(of('advice')).toEqual([{ type: 'advice', ...nearly(1_700) }]);
    advise();
    await pass(61_000);
    expect(await shown()).toEqual([]);
    advise(nearly(1_900));
    await pass(61_000);
    expect(of('advice')).toHaveLength(2);
    expect(of('reached')).toHaveLength(1);
    await system.stop();
  });

  it('that cannot be looked for again stays as it was, and nothing else suffers', async () => {
    let fails = false;
    const { pass, members, of, balancer, system } = rig({
      model: modelWith(['w1']),
      port: (port) => ({
        ...port,
        prepare: async () => {
          if (fails) throw new ModelFault('timed-out', 'no answer');
          return [nearly(1_700)];
        },
      }),
    });
    await members(member('w1'));
    await pass(5_000);
    fails = true;
    await pass(150_000);
    const { reachable, advice } = await ask(balancer, getBalance, 1_000);
    expect([reachable, advice, of('unreachable')]).toEqual([true, [nearly(1_700)], []]);
    await system.stop();
  });
});
