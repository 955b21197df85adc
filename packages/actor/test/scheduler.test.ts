import { nactScheduler, type Scheduler, type Turn } from '../src/index.ts';
import { shuffled } from './shuffled.ts';

const loop = async (turns = 10): Promise<void> => {
  for (let n = 0; n < turns; n++) await new Promise((resolve) => setImmediate(resolve));
};

/** The port's promises; every scheduler passes these. */
describe.each<[string, () => { readonly scheduler: Scheduler; rest(): Promise<void> }]>([
  ['nact', () => ({ scheduler: nactScheduler(), rest: () => loop() })],
  ['a shuffled one', () => shuffled(() => 0)],
])('a scheduler: %s', (_name, open) => {
  it('runs once per wake, later', async () => {
    const { scheduler, rest } = open();
    let runs = 0;
    const turn = scheduler.mailbox('/a', () => runs++);
    await rest();
    expect(runs).toBe(0);
    turn.wake();
    expect(runs).toBe(0);
    await rest();
    expect(runs).toBe(1);
  });

  it('runs again, not inside, when it is woken in its turn', async () => {
    const { scheduler, rest } = open();
    const seen: string[] = [];
    const turn: Turn = scheduler.mailbox('/a', () => {
      seen.push('in');
      if (seen.length < 5) turn.wake();
      seen.push('out');
    });
    turn.wake();
    await rest();
    expect(seen).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
  });

  it('begins no turn after a close, not even one that was asked for', async () => {
    const { scheduler, rest } = open();
    let runs = 0;
    const turn = scheduler.mailbox('/a', () => runs++);
    turn.wake();
    turn.close();
    turn.close();
    turn.wake();
    await rest();
    expect(runs).toBe(0);
  });

  it('can be closed in the middle of a turn', async () => {
    const { scheduler, rest } = open();
    let runs = 0;
    const turn: Turn = scheduler.mailbox('/a', () => {
      runs++;
      turn.wake();
      turn.close();
    });
    turn.wake();
    await rest();
    expect(runs).toBe(1);
  });

  it('takes any name, and one name twice', async () => {
    const { scheduler, rest } = open();
    let runs = 0;
    for (const name of ['/node:wörker @ 1%', '/node:wörker @ 1%', '']) scheduler.mailbox(name, () => runs++).wake();
    await rest();
    expect(runs).toBe(3);
  });
});

describe('nact', () => {
  it('gives no turn after its stop, and says so to who comes later', async () => {
    const scheduler = nactScheduler();
    let runs = 0;
    const turn = scheduler.mailbox('/a', () => runs++);
    turn.wake();
    scheduler.stop();
    scheduler.stop();
    turn.wake();
    turn.close();
    await loop();
    expect(runs).toBe(0);
    expect(() => scheduler.mailbox('/b', () => {})).toThrow('scheduler is stopped');
  });

  it('two schedulers do not disturb each other', async () => {
    const seen: string[] = [];
    const [one, two] = [nactScheduler(), nactScheduler()];
    one.mailbox('/a', () => seen.push('one')).wake();
    two.mailbox('/a', () => seen.push('two')).wake();
    one.stop();
    await loop();
    expect(seen).toEqual(['two']);
  });
});
