import { ask } from '@muster/actor';
import { getBalance } from '../src/index.ts';
import { admins, calm, member, modelWith, rig, up } from './rig.ts';

describe('who is in the cluster has a server', () => {
  it('who is up is added in drain, and gets agents once its check is good, within two seconds', async () => {
    const { pass, members, model, of, system } = rig({ model: modelWith(['w1', 'w2']) });
    await members(...up('w1', 'w2'));
    await pass(50);
    expect(admins(model)).toEqual({ w1: 'drain', w2: 'drain' });
    await pass(1_450);
    expect(admins(model)).toEqual({ w1: 'ready', w2: 'ready' });
    expect(of('membership')).toEqual([{ type: 'membership', adding: ['w1', 'w2'], removing: [] }]);
    expect(of('joined').map(({ server }) => server)).toEqual(['w1', 'w2']);
    expect(model.file().map(({ name }) => name)).toEqual(['w1', 'w2']);
    await system.stop();
  });

  it('before the cluster spoke nothing is changed', async () => {
    const { pass, model, system } = rig({ model: modelWith(['w1']) });
    model.configure(member('w1'));
    model.driver.setState('w1', 'drain');
    await pass(5_000);
    expect(model.calls.filter((call) => !/^(instance|servers|prepare)/.test(call))).toEqual([]);
    await system.stop();
  });

  it('one that left is drained, emptied in chunks, put into maintenance and removed', async () => {
    const { pass, members, model, of, system } = await calm(['w1', 'w2', 'w3'], 150, {
      config: { chunk: 20, pauseMs: 500 },
    });
    await members(member('w1'), member('w2', { standing: 'left' }), member('w3'));
    await pass(10_000);
    expect(model.counts()).toEqual({ w1: 75, w3: 75 });
    expect(of('chunk-cut').map(({ cuts, left }) => [cuts, left])).toEqual([
      [20, 30],
      [20, 10],
      [10, 0],
    ]);
    expect([of('leaving').length, of('removed').length]).toEqual([1, 1]);
    expect(model.calls.filter((call) => / w2\b/.test(call) && !call.startsWith('cut'))).toEqual([
      'state w2 drain',
      'state w2 maint',
      'remove w2',
    ]);
    expect(model.file().map(({ name }) => name)).toEqual(['w1', 'w3']);
    await system.stop();
  });

  it('a removal that HAProxy refuses for connections that still close is asked again until it is done', async () => {
    let busy = 3;
    const { pass, members, model, of, system } = await calm(['w1', 'w2'], 4, {
      port: (port) => ({
        ...port,
        removeServer: async (name, signal) => (busy-- > 0 ? 'busy' : await port.removeServer(name, signal)),
      }),
    });
    await members(member('w1'), member('w2', { standing: 'left' }));
    await pass(20_000);
    expect(Object.keys(model.counts())).toEqual(['w1']);
    expect([of('removed').length, of('failed').length]).toEqual([1, 0]);
    await system.stop();
  });

  it('a drained one is emptied and kept, and takes agents again when it may', async () => {
    const { pass, members, model, system } = await calm(['w1', 'w2', 'w3'], 90);
    await members(member('w1'), member('w2', { standing: 'drained' }), member('w3'));
    await pass(5_000);
    expect([model.counts(), admins(model).w2]).toEqual([{ w1: 45, w2: 0, w3: 45 }, 'drain']);
    await members(...up('w1', 'w2', 'w3'));
    await pass(5_000);
    expect([model.counts(), admins(model).w2]).toEqual([{ w1: 30, w2: 30, w3: 30 }, 'ready']);
    expect(model.ended).toHaveLength(30 + 30);
    await system.stop();
  });

  it('one that moved is replaced', async () => {
    const { pass, members, model, system } = await calm(['w1', 'w2'], 40);
    model.live('10.0.7.2 1514');
    await members(member('w1'), member('w2', { address: '10.0.7.2' }));
    await pass(10_000);
    expect(model.servers.get('w2')?.address).toBe('10.0.7.2');
    expect(model.counts()).toEqual({ w1: 20, w2: 20 });
    await system.stop();
  });

  it('one that cluster and HAProxy see down is emptied at once, and removed after its time', async () => {
    const { pass, members, model, system } = await calm(['w1', 'w2'], 40, { config: { removeAfterMs: 60_000 } });
    model.die('10.0.0.2 1514', false);
    const down = member('w2', { standing: 'down', since: system.clock.now() });
    await members(member('w1'), down);
    await pass(10_000);
    expect(model.counts()).toEqual({ w1: 40, w2: 0 });
    await pass(49_000);
    expect(Object.keys(model.counts())).toEqual(['w1', 'w2']);
    await pass(3_000);
    expect(Object.keys(model.counts())).toEqual(['w1']);
    await system.stop();
  });

  it("an operator's own server is kept while HAProxy sees it up, and takes part", async () => {
    const model = modelWith(['w1']);
    model.live('10.5.0.1 1514');
    model.configure({ name: 'spare', address: '10.5.0.1', port: 1514, weight: 100 });
    const { pass, members, system } = rig({ model });
    model.join(10);
    await members(member('w1'));
    await pass(5_000);
    expect(model.counts()).toEqual({ spare: 5, w1: 5 });
    expect(model.file().map(({ name }) => name)).toEqual(['spare', 'w1']);
    await system.stop();
  });

  it('a server edited by hand is put right and told: state, weight, gone', async () => {
    const { pass, model, of, system } = await calm(['w1', 'w2', 'w3'], 30);
    model.driver.setState('w1', 'drain');
    model.driver.setState('w2', 'maint');
    model.driver.setWeight('w3', 7);
    await pass(4_000);
    expect(admins(model)).toEqual({ w1: 'ready', w2: 'ready', w3: 'ready' });
    expect(model.servers.get('w3')?.weight).toBe(100);
    expect(of('mended').map(({ server, found, to }) => `${server} ${found} ${to}`)).toEqual([
      'w1 drain ready',
      'w2 maint drain',
    ]);
    expect(model.ended).toHaveLength(0);
    await system.stop();
  });

  it('the advice of the driver is told once, and shown', async () => {
    const advice = { code: 'algorithm', text: 'roundrobin does not converge: write balance leastconn' };
    const { pass, model, of, balancer, system } = await calm(['w1'], 0, {
      port: (port) => ({ ...port, prepare: async () => [advice] }),
    });
    model.restart();
    await pass(3_000);
    expect(of('advice')).toEqual([]);
    expect((await ask(balancer, getBalance, 1_000)).advice).toEqual([advice]);
    await system.stop();
  });
});

describe('a node that comes and goes', () => {
  const clockOf = (rigged: Awaited<ReturnType<typeof calm>>) => rigged.system.clock.now();

  it('one that was silent and is back keeps its sessions: nobody is moved', async () => {
    const rigged = await calm(['w1', 'w2', 'w3'], 90);
    for (let i = 0; i < 10; i++) {
      await rigged.members(member('w1'), member('w2', { standing: 'suspect', since: clockOf(rigged) }), member('w3'));
      await rigged.pass(1_200);
      expect(admins(rigged.model).w2).toBe('drain');
      await rigged.members(...up('w1', 'w2', 'w3'));
      await rigged.pass(1_200);
    }
    expect(admins(rigged.model).w2).toBe('ready');
    expect(rigged.model.ended).toHaveLength(0);
    await rigged.system.stop();
  });

  it('all silent: all stay ready', async () => {
    const rigged = await calm(['w1', 'w2'], 20);
    const since = clockOf(rigged);
    await rigged.members(member('w1', { standing: 'suspect', since }), member('w2', { standing: 'suspect', since }));
    await rigged.pass(3_000);
    expect(admins(rigged.model)).toEqual({ w1: 'ready', w2: 'ready' });
    expect(rigged.model.calls.filter((call) => call.startsWith('state'))).toEqual([]);
    await rigged.system.stop();
  });

  it('one that was down and is back is balanced once; one that flaps moves nobody more often than the frequency', async () => {
    const rigged = await calm(['w1', 'w2', 'w3'], 90, { config: { frequencyMs: 60_000 } });
    const { model, members, pass, of } = rigged;
    const flap = async (): Promise<void> => {
      model.die('10.0.0.2 1514', true);
      await members(member('w1'), member('w2', { standing: 'down', since: clockOf(rigged) }), member('w3'));
      await pass(5_000);
      model.live('10.0.0.2 1514');
      await members(...up('w1', 'w2', 'w3'));
      await pass(5_000);
    };
    await flap();
    expect([of('plan').length, model.ended.length]).toEqual([1, 30]);
    expect(model.counts()).toEqual({ w1: 30, w2: 30, w3: 30 });
    const from = clockOf(rigged);
    for (let i = 0; i < 12; i++) await flap();
    const minutes = (clockOf(rigged) - from) / 60_000;
    expect(of('plan').length - 1).toBeLessThanOrEqual(Math.ceil(minutes));
    await pass(70_000);
    expect(Math.max(...Object.values(model.counts())) - Math.min(...Object.values(model.counts()))).toBeLessThanOrEqual(
      6,
    );
    await rigged.system.stop();
  });
});
