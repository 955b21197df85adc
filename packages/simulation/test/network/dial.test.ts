import { linked, observe, openRig, optionsOf, textOf, utf8 } from './rig.ts';

describe('a dial', () => {
  it('ends in a connection whose acceptor knows who dialed, and whose dialer knows nobody', async () => {
    const rig = openRig();
    rig.listen(rig.host('main'));
    const dialed = rig.dial(rig.host('w1'));
    await rig.run();
    expect(dialed.connection).toMatchObject({ identity: undefined, remoteAddress: '10.0.0.1:1516' });
    expect(rig.accepted).toMatchObject([
      { identity: { cluster: 'alpha', node: 'w1', role: 'worker' }, remoteAddress: '10.0.0.2:32768' },
    ]);
    expect(dialed.at).toBeLessThan(10);
  });

  it('is refused where nobody listens, and where it meets that fault', async () => {
    const rig = openRig();
    const worker = rig.host('w1');
    const early = rig.dial(worker);
    await rig.run();
    rig.listen(rig.host('main'));
    rig.network.faults.refuse = 1;
    const late = rig.dial(worker);
    await rig.run();
    expect([early.error, late.error]).toMatchObject([{ code: 'refused' }, { code: 'refused' }]);
    expect(rig.network.open(worker)).toBe(0);
  });

  it('with another key is turned away, and both sides say so', async () => {
    const rig = openRig();
    const main = rig.host('main');
    rig.listen(main);
    const dialed = rig.dial(rig.host('stranger'), { key: 'another' });
    await rig.run(1_000);
    expect(dialed.error).toMatchObject({ name: 'LinkError', code: 'wrong-key' });
    expect(rig.rejected).toMatchObject([
      { code: 'wrong-key', remoteAddress: '10.0.0.2:32768', text: expect.stringMatching(/^stranger at/) },
    ]);
    expect(rig.network.open(main)).toBe(0);
  });

  it('to a machine that does not answer ends at its deadline', async () => {
    const rig = openRig();
    rig.listen(rig.host('main'));
    rig.network.faults.silent = 1;
    const silent = rig.dial(rig.host('w1'));
    await rig.run();
    rig.network.faults.silent = 0;
    rig.network.vanish('main');
    const vanished = rig.dial(rig.host('w2'), { handshakeMs: 700 });
    await rig.run();
    expect(silent).toMatchObject({ error: { code: 'timeout' }, at: 5_000 });
    expect(vanished).toMatchObject({ error: { code: 'timeout' }, at: 5_700 });
    expect(rig.rejected).toEqual([]);
  });

  it('over a partition waits for its healing, at most until its deadline', async () => {
    const rig = openRig();
    rig.listen(rig.host('main'));
    const heal = rig.network.partition(['main'], ['w1', 'w2']);
    const short = rig.dial(rig.host('w1'), { handshakeMs: 1_000 });
    const long = rig.dial(rig.host('w2'));
    await rig.run(2_000);
    heal();
    heal();
    await rig.run();
    expect(short).toMatchObject({ error: { code: 'timeout' }, at: 1_000 });
    expect(long.connection).toBeDefined();
    expect(rig.accepted).toHaveLength(1);
  });

  it('whose answers are lost ends at its deadline, and its master never hears of it', async () => {
    const rig = openRig();
    const main = rig.host('main');
    rig.listen(main);
    rig.network.oneWay('main', 'w1');
    const dialed = rig.dial(rig.host('w1'));
    await rig.run(100_000);
    expect(dialed).toMatchObject({ error: { code: 'timeout' } });
    expect(rig.accepted).toEqual([]);
    expect(rig.rejected.every(({ code }) => code === 'closed')).toBe(true);
    expect(rig.network.open(main)).toBe(0);
  });

  it('whose handshake takes too long ends at the deadlines of both sides', async () => {
    const rig = openRig();
    rig.listen(rig.host('main'), { handshakeMs: 1_000 });
    rig.network.faults.handshake = { minMs: 3_000, maxMs: 3_000 };
    const patient = rig.dial(rig.host('w1'));
    const hasty = rig.dial(rig.host('w2'), { handshakeMs: 500 });
    await rig.run(10_000);
    expect(patient.error).toMatchObject({ code: 'hung-up' });
    expect(patient.at).toBeCloseTo(1_000, -1);
    expect(hasty).toMatchObject({ error: { code: 'timeout' }, at: 500 });
    expect(rig.rejected.map(({ code }) => code).sort()).toEqual(['closed', 'handshake-timeout']);
  });

  it('that is proven to its dialer alone is cut at the acceptor`s deadline', async () => {
    const rig = openRig();
    rig.listen(rig.host('main'), { handshakeMs: 1_000 });
    rig.network.faults.handshake = { minMs: 1_200, maxMs: 1_200 };
    const dialed = rig.dial(rig.host('w1'));
    await rig.run(700);
    const near = observe(dialed.connection!);
    near.connection.write(utf8('hello'));
    await rig.run(5_000);
    expect(rig.accepted).toEqual([]);
    expect(rig.rejected).toMatchObject([{ code: 'handshake-timeout' }]);
    expect(near).toMatchObject({ closed: 1, bytes: 0 });
  });

  it('to a process that stands still waits in its kernel, and is done when it goes on', async () => {
    const rig = openRig();
    const main = rig.host('main');
    rig.listen(main);
    await rig.run(10);
    main.pause(3_000);
    const patient = rig.dial(rig.host('w1'));
    const hasty = rig.dial(rig.host('w2'), { handshakeMs: 1_000 });
    await rig.run(100_000);
    expect(patient.connection).toBeDefined();
    expect(patient.at).toBeGreaterThan(3_000);
    expect(hasty).toMatchObject({ error: { code: 'timeout' }, at: 1_010 });
    expect(rig.rejected).toMatchObject([{ code: 'closed' }]);
  });

  it('of a process that stands still is ended at the acceptor`s deadline', async () => {
    const rig = openRig();
    const worker = rig.host('w1');
    rig.listen(rig.host('main'));
    await rig.run(10);
    const dialed = rig.dial(worker, { handshakeMs: 60_000 });
    worker.pause(20_000);
    await rig.run(100_000);
    expect(rig.rejected).toMatchObject([{ code: 'handshake-timeout' }]);
    expect(dialed).toMatchObject({ error: { code: 'hung-up' } });
  });

  it('beyond the cap of connections is closed; one that ends makes room', async () => {
    const rig = openRig();
    rig.listen(rig.host('main'), { connections: 1 });
    const worker = rig.host('w1');
    const first = rig.dial(worker);
    await rig.run(100);
    const second = rig.dial(worker);
    await rig.run(100);
    expect(second.error).toMatchObject({ code: 'hung-up' });
    expect(rig.rejected).toMatchObject([{ code: 'too-many' }]);
    observe(rig.accepted[0]!);
    observe(first.connection!).connection.destroy();
    await rig.run(100);
    const third = rig.dial(worker);
    await rig.run(100);
    expect(third.connection).toBeDefined();
  });

  it('beyond what one machine may have unproven shuts out the oldest', async () => {
    const rig = openRig();
    const main = rig.host('main');
    rig.listen(main, { connectionsPerAddress: 2 });
    rig.network.faults.handshake = { minMs: 1_000, maxMs: 1_000 };
    const worker = rig.host('w1');
    const dials: ReturnType<typeof rig.dial>[] = [];
    for (let time = 0; time < 3; time++) {
      dials.push(rig.dial(worker));
      await rig.run(10);
    }
    await rig.run(5_000);
    expect(dials.map(({ error }) => error?.code)).toEqual(['hung-up', undefined, undefined]);
    expect(rig.rejected).toMatchObject([{ code: 'too-many' }]);
    expect(rig.network.open(main)).toBe(2);
  });

  it('that is aborted rejects at once, at every moment, and leaves nothing', async () => {
    for (let ms = 0; ms < 6; ms += 0.25) {
      const rig = openRig();
      const [main, worker] = [rig.host('main'), rig.host('w1')];
      rig.listen(main);
      const controller = new AbortController();
      const dialed = rig.dial(worker, {}, controller.signal);
      await rig.run(ms);
      controller.abort();
      await rig.run(1);
      dialed.connection?.destroy();
      await rig.run(200_000);
      for (const one of rig.accepted) observe(one);
      await rig.run(1_000);
      expect(dialed.connection !== undefined || dialed.error?.code === 'aborted').toBe(true);
      expect([rig.network.open(main), rig.network.open(worker)]).toEqual([0, 0]);
    }
  });

  it('ends when its listener closes, or dies, in the middle', async () => {
    for (const how of ['close', 'kill'] as const) {
      const rig = openRig();
      const main = rig.host('main');
      const listening = rig.network.transport(main, optionsOf('main')).listen({
        connection: () => {},
        rejected: () => {},
      });
      await rig.run(1);
      rig.network.faults.handshake = { minMs: 2_000, maxMs: 2_000 };
      const worker = rig.host('w1');
      const dialed = rig.dial(worker);
      await rig.run(500);
      if (how === 'kill') main.kill();
      else await (await listening).close();
      await rig.run();
      expect(dialed.error).toMatchObject({ code: 'hung-up' });
      expect([rig.network.open(main), rig.network.open(worker)]).toEqual([0, 0]);
    }
  });

  it('reaches the process that listens after a restart', async () => {
    const rig = await linked();
    rig.main.kill();
    await rig.run(10);
    const second = rig.host('main', 2);
    rig.listen(second);
    const dialed = rig.dial(rig.worker);
    await rig.run(100);
    const near = observe(dialed.connection!);
    const far = observe(rig.accepted[1]!);
    far.connection.write(utf8('again'));
    await rig.run(100);
    expect(textOf(near)).toBe('again');
  });

  it('is an effect, as each of its steps is: a process that dies of it is heard of no more', async () => {
    for (const nth of [1, 2, 3]) {
      const rig = openRig();
      const [main, worker] = [rig.host('main'), rig.host('w1')];
      rig.listen(main);
      let died = false;
      worker.dieAtEffect(nth, () => {
        died = true;
      });
      const dialed = rig.dial(worker);
      await rig.run(100_000);
      expect(died).toBe(true);
      expect(dialed).toMatchObject({ connection: undefined, error: undefined });
      for (const one of rig.accepted) observe(one);
      await rig.run(1_000);
      expect([rig.network.open(main), rig.network.open(worker)]).toEqual([0, 0]);
    }
  });

  it('has no address without a master, and a worker none to listen on', async () => {
    const rig = openRig();
    const main = rig.network.transport(rig.host('main'), optionsOf('main'));
    const worker = rig.network.transport(rig.host('w1'), optionsOf('w1'));
    await expect(main.dial(new AbortController().signal)).rejects.toMatchObject({ code: 'bad-option' });
    await expect(worker.listen({ connection: () => {}, rejected: () => {} })).rejects.toMatchObject({
      code: 'bad-option',
    });
    expect(() => rig.network.transport(rig.host('w2'), optionsOf('a b'))).toThrow(/cannot be proven/);
  });
});
