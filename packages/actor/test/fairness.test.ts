import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { nactScheduler, openSystem, spawnActor, systemClock, systemRandom, type Turn, tell } from '../src/index.ts';

const iteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Mailboxes whose every turn takes `turnMs` of a clock of their own, and the order of what happened. */
function busy(turnMs: number) {
  const seen: string[] = [];
  let now = 0;
  const scheduler = nactScheduler({ now: () => now });
  const open = (name: string, turns: number): Turn => {
    let left = turns;
    const turn: Turn = scheduler.mailbox(name, () => {
      now += turnMs;
      seen.push(name);
      if (--left > 0) turn.wake();
    });
    return turn;
  };
  return { seen, open, scheduler };
}

describe('a visit of nact to the mailboxes', () => {
  it('gives turns first come, first served, until 5 ms are used; timers and sockets come before the next', async () => {
    const { seen, open } = busy(2);
    for (const name of ['a', 'b', 'c', 'd', 'e']) open(name, 1).wake();
    setImmediate(() => seen.push('the loop goes on'));
    await iteration();
    await iteration();
    await iteration();
    expect(seen).toEqual(['a', 'b', 'c', 'the loop goes on', 'd', 'e']);
  });

  it('lets no mailbox that always has more keep the others from their turn', async () => {
    const { seen, open } = busy(5);
    open('greedy', 4).wake();
    open('other', 2).wake();
    for (let n = 0; n < 10; n++) await iteration();
    expect(seen).toEqual(['greedy', 'other', 'greedy', 'other', 'greedy', 'greedy']);
  });

  it('takes as many mailboxes as time allows, each that is woken meanwhile included', async () => {
    const { seen, open } = busy(0);
    open('a', 1_000).wake();
    await iteration();
    await iteration();
    expect(seen).toHaveLength(1_000);
  });

  it('lets promises run on between two turns', async () => {
    const seen: string[] = [];
    const scheduler = nactScheduler();
    scheduler.mailbox('a', () => void Promise.resolve().then(() => seen.push('promise of a'))).wake();
    scheduler.mailbox('b', () => seen.push('b')).wake();
    await iteration();
    await iteration();
    expect(seen).toEqual(['promise of a', 'b']);
  });
});

/** How many messages were handled while a timer, and a round trip of a socket, was waited for. */
interface Delays {
  readonly timer: readonly number[];
  readonly pings: readonly number[];
  readonly handled: number;
}

const samples = 100;
/** What a message costs: 256 of them fill the 5 ms of a turn. */
const messageMs = 0.02;
/** 50 ms of messages: counted, for on a busy machine time passes that has nothing to do with them. */
const mostMessages = 50 / messageMs;

describe('while 200 actors flood themselves', () => {
  it('a timer and a ping over a socket wait for 2,500 messages at most at p99, and messages flow', async () => {
    const server = createServer((socket) => socket.pipe(socket));
    const scheduler = nactScheduler();
    const flood = openFlood(scheduler);
    try {
      const socket = await connected(server);
      const { timer, pings, handled } = await measure(socket, flood.handled);
      socket.destroy();
      process.stdout.write(`p99 amid the flood: a timer waits for ${p99(timer)} messages, a ping for ${p99(pings)}\n`);
      expect(p99(timer)).toBeLessThan(mostMessages);
      expect(p99(pings)).toBeLessThan(mostMessages);
      expect(handled).toBeGreaterThan(0);
    } finally {
      await flood.stop();
      scheduler.stop();
      server.close();
    }
  });
});

const p99 = (delays: readonly number[]): number =>
  delays.toSorted((a, b) => a - b)[Math.ceil(delays.length * 0.99) - 1] ?? 0;

function openFlood(scheduler: ReturnType<typeof nactScheduler>) {
  const system = openSystem({ clock: systemClock, random: systemRandom, scheduler, giveUp: () => {} });
  let handled = 0;
  for (let n = 0; n < 200; n++) {
    const self = spawnActor<number, 'more', never, 'again'>(system.root, {
      name: `flooded-${n}`,
      clock: systemClock,
      init: () => 0,
      decide: (count) => ({ state: count + 1, effects: ['again'] }),
      perform: () => {
        const until = performance.now() + messageMs;
        while (performance.now() < until);
        handled++;
        tell(self, 'more');
      },
    });
    tell(self, 'more');
  }
  return { handled: () => handled, stop: () => system.stop() };
}

async function connected(server: Server): Promise<Socket> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

async function measure(socket: Socket, handled: () => number): Promise<Delays> {
  const before = handled();
  const [timer, pings] = await Promise.all([
    repeated((done) => void systemClock.after(1, done), handled),
    repeated((done) => {
      socket.once('data', done);
      socket.write('x');
    }, handled),
  ]);
  return { timer, pings, handled: handled() - before };
}

async function repeated(start: (done: () => void) => void, handled: () => number): Promise<readonly number[]> {
  const waits: number[] = [];
  while (waits.length < samples) {
    const began = handled();
    await new Promise<void>((resolve) => start(resolve));
    waits.push(handled() - began);
  }
  return waits;
}
