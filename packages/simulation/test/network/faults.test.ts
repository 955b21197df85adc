import { linked, observe, textOf, utf8 } from './rig.ts';

const ends = (text: string) => expect.objectContaining({ message: expect.stringContaining(text) });

describe('a process that dies', () => {
  it('is heard of at once by its peer: what it had given to the system still comes', async () => {
    const { near, far, main, worker, network, run } = await linked();
    far.connection.write(utf8('last words'));
    main.kill();
    await run();
    expect(textOf(near)).toBe('last words');
    expect(near).toMatchObject({ closed: 1, error: undefined });
    expect(far.closed).toBe(0);
    expect([network.open(main), network.open(worker)]).toEqual([0, 0]);
  });

  it.each([
    ['with more unread bytes than node reads ahead', 16 * 1024 + 1, 0, 'ECONNRESET'],
    ['with bytes that node has read ahead', 16 * 1024, 0, undefined],
    ['while it stands still, with one unread byte', 1, 60_000, 'ECONNRESET'],
  ])('%s: its kernel ends the connection accordingly', async (_, bytes, pauseMs, error) => {
    const { near, far, main, run } = await linked();
    far.connection.pause();
    main.pause(pauseMs);
    near.connection.write(new Uint8Array(bytes));
    await run(10);
    main.kill();
    await run();
    expect(near.closed).toBe(1);
    expect(near.error?.code).toBe(error);
  });

  it('resets what is written to it afterwards', async () => {
    const { near, main, run } = await linked();
    main.kill();
    near.connection.write(utf8('too late'));
    await run();
    expect(near.closed).toBe(1);
  });

  it('at its n-th effect has sent what was before, and nothing of it', async () => {
    const { near, far, worker, run, timeline } = await linked();
    worker.dieAtEffect(3, () => {});
    for (const word of ['a', 'b', 'c', 'd']) near.connection.write(utf8(word));
    await run();
    expect(textOf(far)).toBe('ab');
    expect(far.closed).toBe(1);
    expect(timeline.now()).toBeLessThan(10_000);
  });

  it('leaves nothing pending when its peer is dead too', async () => {
    const { near, far, main, worker, network, run, timeline, dial } = await linked();
    near.connection.write(new Uint8Array(1_000_000));
    far.connection.write(new Uint8Array(1_000_000));
    const heal = network.partition(['main'], ['w1']);
    dial(worker);
    await run(100);
    main.kill();
    worker.kill();
    heal();
    const before = timeline.now();
    await run();
    expect(timeline.now() - before).toBeLessThan(5_000);
    expect([near.closed, far.closed, network.open(main), network.open(worker)]).toEqual([0, 0, 0, 0]);
  });
});

describe('a machine that vanishes', () => {
  it('says nothing: its peers hear nothing until it is back, and then a reset, when they say something', async () => {
    const { near, far, main, host, listen, network, run, timeline } = await linked();
    far.connection.write(utf8('on the wire'));
    network.vanish('main');
    main.kill();
    near.connection.write(utf8('anybody?'));
    await run(60_000);
    expect([near.bytes, near.closed]).toEqual([0, 0]);
    listen(host('main', 2));
    const back = timeline.now();
    await run();
    expect(near).toMatchObject({ bytes: 0, closed: 1, error: ends('ECONNRESET') });
    expect(timeline.now() - back).toBeLessThan(2_100);
  });

  it('may die before it vanishes', async () => {
    const { near, far, main, network, run } = await linked();
    far.connection.write(utf8('on the wire'));
    main.kill();
    network.vanish('main');
    await run(60_000);
    expect([near.bytes, near.closed]).toEqual([0, 0]);
  });

  it('leaves its peers half open for as long as they say nothing', async () => {
    const { near, main, worker, host, listen, network, run } = await linked();
    network.vanish('main');
    main.kill();
    listen(host('main', 2));
    await run();
    expect([near.closed, network.open(worker)]).toEqual([0, 1]);
    near.connection.end();
    await run();
    expect(near).toMatchObject({ closed: 1, error: ends('ECONNRESET') });
  });

  it('is given up after a quarter of an hour by those who wait for its answer', async () => {
    const { near, main, network, run, timeline } = await linked();
    network.vanish('main');
    main.kill();
    const start = timeline.now();
    near.connection.write(utf8('anybody?'));
    await run();
    expect(near).toMatchObject({ closed: 1, error: ends('ETIMEDOUT') });
    expect(timeline.now() - start).toBe(15 * 60_000);
  });
});

describe('a partition', () => {
  it('holds bytes back both ways, and delivers them after healing', async () => {
    const { near, far, network, run } = await linked();
    const heal = network.partition(['main', 'w2'], ['w1']);
    const other = network.partition(['w1'], ['main']);
    near.connection.write(utf8('to main'));
    far.connection.write(utf8('to w1'));
    await run(30_000);
    heal();
    await run(30_000);
    expect([near.bytes, far.bytes]).toEqual([0, 0]);
    other();
    await run();
    expect([textOf(near), textOf(far)]).toEqual(['to w1', 'to main']);
  });

  it('that heals is noticed by the next retransmission, which takes at most as long as the outage, and 2 s', async () => {
    const waits: number[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const { near, far, network, run, timeline } = await linked(seed);
      const heal = network.partition(['main'], ['w1']);
      near.connection.write(utf8('x'));
      await run(60_000);
      heal();
      const healed = timeline.now();
      await run();
      expect(far.bytes).toBe(1);
      waits.push(timeline.now() - healed);
    }
    expect(Math.max(...waits)).toBeLessThan(2_001);
    expect(Math.max(...waits)).toBeGreaterThan(1_000);
    expect(Math.min(...waits)).toBeLessThan(1_000);
  });

  it('holds back what is on its way, and not what has arrived', async () => {
    const { near, far, network, run } = await linked();
    far.connection.pause();
    near.connection.write(utf8('early,'));
    await run(10);
    near.connection.write(utf8('late'));
    const heal = network.partition(['main'], ['w1']);
    far.connection.resume();
    await run(1_000);
    expect(textOf(far)).toBe('early,');
    heal();
    await run();
    expect(textOf(far)).toBe('early,late');
  });

  it('also holds back what was to arrive in a moment', async () => {
    const { near, far, network, run } = await linked();
    near.connection.write(utf8('x'));
    const heal = network.partition(['main'], ['w1']);
    await run(60_000);
    expect(far.bytes).toBe(0);
    heal();
    await run();
    expect(far.bytes).toBe(1);
  });

  it('hides the end of a process until it heals', async () => {
    const { near, main, network, run } = await linked();
    const heal = network.partition(['main'], ['w1']);
    main.kill();
    await run(60_000);
    expect(near.closed).toBe(0);
    heal();
    await run();
    expect(near.closed).toBe(1);
  });

  it('fills the writer`s queue beyond the window', async () => {
    const { near, network, run } = await linked();
    network.partition(['main'], ['w1']);
    near.connection.write(new Uint8Array(1_000_000));
    await run(1_000);
    expect(near.connection.buffered()).toBe(1_000_000 - 256 * 1024);
    expect(network.mostBuffered('w1')).toBe(1_000_000 - 256 * 1024);
    expect(network.mostBuffered('main')).toBe(0);
  });

  it('is given up by itself only after a quarter of an hour of unacknowledged bytes', async () => {
    const { near, far, network, run } = await linked();
    network.partition(['main'], ['w1']);
    await run(3_600_000);
    near.connection.write(utf8('x'));
    await run(15 * 60_000 - 1);
    expect(near.closed).toBe(0);
    await run(2);
    expect(near).toMatchObject({ closed: 1, error: ends('ETIMEDOUT') });
    expect(far.closed).toBe(0);
  });
});

describe('a way that loses everything', () => {
  it('leaves the other direction as it is', async () => {
    const { near, far, network, run } = await linked();
    const heal = network.oneWay('main', 'w1');
    near.connection.write(utf8('to main'));
    far.connection.write(utf8('to w1'));
    await run(10_000);
    expect([textOf(near), textOf(far)]).toEqual(['', 'to main']);
    heal();
    await run();
    expect([textOf(near), textOf(far)]).toEqual(['to w1', 'to main']);
  });

  it('loses the acknowledgements too: the sender fills its window, and gives up', async () => {
    const { near, far, network, run } = await linked();
    network.oneWay('main', 'w1');
    near.connection.write(new Uint8Array(1_000_000));
    await run(10_000);
    expect(far.bytes).toBe(256 * 1024);
    expect(near.connection.buffered()).toBe(1_000_000 - 256 * 1024);
    await run(15 * 60_000);
    expect(near).toMatchObject({ closed: 1, error: ends('ETIMEDOUT') });
  });

  it('that heals lets the writer go on', async () => {
    const { near, far, network, run } = await linked();
    const heal = network.oneWay('main', 'w1');
    near.connection.write(new Uint8Array(1_000_000));
    await run(10_000);
    heal();
    await run();
    expect(far.bytes).toBe(1_000_000);
    expect(near).toMatchObject({ closed: 0, drained: 1 });
    network.oneWay('main', 'w1')();
    far.connection.pause();
    near.connection.write(new Uint8Array(1_000_000));
    expect(near.connection.buffered()).toBe(1_000_000 - 256 * 1024);
  });
});

describe('a reset', () => {
  it('ends both ends with an error, and cuts what is on its way anywhere', async () => {
    const cuts = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const { near, far, network, run } = await linked(seed);
      near.connection.write(new Uint8Array(1_000));
      network.reset('w1', 'main');
      await run();
      expect([near.error, far.error]).toEqual([ends('ECONNRESET'), ends('ECONNRESET')]);
      expect([near.closed, far.closed]).toEqual([1, 1]);
      cuts.add(far.bytes);
    }
    expect(cuts.size).toBeGreaterThan(10);
  });

  it('of others is not heard', async () => {
    const { near, far, network, run } = await linked();
    network.reset('w2', 'main');
    await run();
    expect([near.closed, far.closed]).toEqual([0, 0]);
  });

  it('is noticed by an end that does not read, unless bytes wait before it: then when it writes', async () => {
    const { near, far, network, run } = await linked();
    near.connection.pause();
    far.connection.write(utf8('unread'));
    await run(10);
    network.reset('w1', 'main');
    await run(10);
    expect([near.closed, far.closed]).toEqual([0, 1]);
    near.connection.write(utf8('x'));
    await run();
    expect(near).toMatchObject({ closed: 1, error: ends('EPIPE') });
    const other = await linked();
    other.near.connection.pause();
    other.network.reset('w1', 'main');
    await other.run();
    expect([other.near.closed, other.far.closed]).toEqual([1, 1]);
  });
});

describe('a slow network', () => {
  it('delays by its latency, its bandwidth and its stalls', async () => {
    const { near, far, network, run } = await linked();
    network.faults.latency = { minMs: 100, maxMs: 100 };
    network.faults.bandwidth = 10;
    near.connection.write(new Uint8Array(1_000));
    await run(199);
    expect(far.bytes).toBe(0);
    await run(2);
    expect(far.bytes).toBe(1_000);
    network.faults.stall = 1;
    network.faults.stallMs = 500;
    near.connection.write(new Uint8Array(10));
    await run(600);
    expect(far.bytes).toBe(1_000);
    await run(2);
    expect(far.bytes).toBe(1_010);
  });

  it('cuts anywhere what was written at once, and joins what was written apart', async () => {
    const { near, far, network, run } = await linked();
    network.faults.split = 1;
    near.connection.write(utf8('abcdefghijklmnopqrstuvwxyz'));
    await run();
    expect(far.pieces.length).toBeGreaterThan(1);
    expect(textOf(far)).toBe('abcdefghijklmnopqrstuvwxyz');
    network.faults.split = 0;
    far.pieces.length = 0;
    far.connection.pause();
    for (const word of ['one ', 'two ', 'three']) near.connection.write(utf8(word));
    await run(10);
    far.connection.resume();
    await run();
    expect(far.pieces.map((piece) => Buffer.from(piece).toString())).toEqual(['one two three']);
  });
});

describe('a process that stands still', () => {
  it('reads nothing until it goes on, and then all; its writer waits', async () => {
    const { near, far, main, run } = await linked();
    main.pause(2_000);
    near.connection.write(new Uint8Array(1_000_000));
    await run(1_999);
    expect(far.bytes).toBe(0);
    expect(near.connection.buffered()).toBe(1_000_000 - 256 * 1024);
    await run();
    expect(far.bytes).toBe(1_000_000);
    expect(near).toMatchObject({ drained: 1 });
    expect(near.connection.buffered()).toBe(0);
  });

  it('runs what was due before it reads', async () => {
    const { near, far, main, run, timeline } = await linked();
    main.pause(2_000);
    near.connection.write(utf8('x'));
    let before = -1;
    main.after(1_500, 'deadline', () => {
      before = far.bytes;
    });
    await run(2_000.5);
    expect([before, far.bytes]).toEqual([0, 1]);
    expect(timeline.now()).toBeCloseTo(3_000.5);
  });
});

describe('an end of a connection', () => {
  it('may send on until it reads the other`s end, and both close in good order', async () => {
    const { near, far, run } = await linked();
    near.connection.write(utf8('question'));
    near.connection.end();
    near.connection.write(utf8('not sent'));
    far.connection.write(utf8('answer'));
    await run();
    expect([textOf(near), textOf(far)]).toEqual(['answer', 'question']);
    expect([near, far]).toMatchObject([
      { closed: 1, error: undefined },
      { closed: 1, error: undefined },
    ]);
  });

  it('that was destroyed resets what still comes', async () => {
    const { near, far, run } = await linked();
    far.connection.write(new Uint8Array(1_000_000));
    await run(0.01);
    near.connection.destroy(new Error('enough'));
    await run();
    expect(near).toMatchObject({ closed: 1, error: ends('enough') });
    expect(far).toMatchObject({ closed: 1, error: ends('ECONNRESET') });
  });

  it('tells what it is given, with the names of both, in the order given', async () => {
    const { near, far, network, run } = await linked();
    const told: string[] = [];
    network.onSent(({ from, to, bytes }) => told.push(`${from}>${to} ${Buffer.from(bytes).toString()}`));
    near.connection.cork();
    near.connection.write(utf8('a'));
    near.connection.cork();
    near.connection.write(utf8('b'));
    expect(near.connection.buffered()).toBe(2);
    near.connection.uncork();
    expect(told).toEqual([]);
    near.connection.uncork();
    far.connection.write(utf8('c'));
    expect(told).toEqual(['w1>main a', 'w1>main b', 'main>w1 c']);
    await run();
    expect(far.pieces).toHaveLength(1);
  });

  it('gives its reader bytes of its own', async () => {
    const { near, far, run } = await linked();
    const sent = utf8('shared');
    near.connection.write(sent);
    await run();
    far.pieces[0]!.fill(0);
    expect(Buffer.from(sent).toString()).toBe('shared');
  });

  it('that nobody listens to is closed when somebody does', async () => {
    const rig = await linked();
    const dialed = rig.dial(rig.worker);
    await rig.run(100);
    rig.accepted[1]!.destroy();
    await rig.run(100);
    const near = observe(dialed.connection!);
    const far = observe(rig.accepted[1]!);
    await rig.run();
    expect([near.closed, far.closed]).toEqual([1, 1]);
  });
});
