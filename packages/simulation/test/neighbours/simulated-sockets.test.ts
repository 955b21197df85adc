import { openDice } from '../../src/dice.ts';
import { openHost } from '../../src/host.ts';
import { type NeighbourFault, openNeighbours, simulatedSockets } from '../../src/neighbours/index.ts';
import { openTimeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const limits = { maxBytes: 100, timeoutMs: 5_000 };

function opened(how?: NeighbourFault['how']) {
  const timeline = openTimeline(openDice(1), openTrace(10));
  const host = openHost(timeline, 'worker1', 1);
  const neighbours = openNeighbours();
  const asked: string[] = [];
  neighbours.put('wdb', {
    exchange: (request) => {
      asked.push(new TextDecoder().decode(request));
      return bytes(`ok ${asked.at(-1)}`);
    },
    refusal: () => bytes('err no'),
  });
  if (how !== undefined) neighbours.faults.push({ which: 'wdb', how, probability: 1 });
  const sockets = simulatedSockets({ root: '/R', neighbours, now: timeline.now }, host, openDice(2));
  const ask = async (path = '/R/queue/db/wdb', signal = new AbortController().signal) => {
    let outcome: string | undefined;
    const done = sockets.exchange(path, bytes('x'), limits, signal).then(
      (answer) => {
        outcome = new TextDecoder().decode(answer);
      },
      (error: { code?: string; message: string }) => {
        outcome = error.code ?? error.message;
      },
    );
    await timeline.drive(() => outcome !== undefined || timeline.now() > 30_000);
    void done;
    return outcome;
  };
  return { ask, asked, host, neighbours, timeline, sockets };
}

describe('a simulated socket', () => {
  it('answers what its neighbour says, a while later', async () => {
    const { ask, asked, timeline, sockets } = opened();
    expect(await ask()).toBe('ok x');
    expect(asked).toEqual(['x']);
    expect(timeline.now()).toBeGreaterThan(0);
    expect(sockets.open()).toBe(0);
  });

  it.each([
    ['refused', 'ECONNREFUSED', 0],
    ['silent', 'timed-out', 0],
    ['done-unanswered', 'timed-out', 1],
    ['cut-short', 'cut-short', 1],
    ['err', 'err no', 0],
  ] as const)('with the fault %s says %s, and %d requests were carried out', async (how, said, count) => {
    const { ask, asked, sockets } = opened(how);
    expect(await ask()).toBe(said);
    expect(asked).toHaveLength(count);
    expect(sockets.open()).toBe(0);
  });

  it('of a neighbour that died refuses until it is there again', async () => {
    const { ask, neighbours, timeline } = opened('dies');
    expect(await ask()).toBe('cut-short');
    neighbours.faults.length = 0;
    expect(await ask()).toBe('ECONNREFUSED');
    let over = false;
    timeline.after(7_000, 'later', () => {
      over = true;
    });
    await timeline.drive(() => over);
    expect(await ask()).toBe('ok x');
  });

  it('that is none, or of a manager that is away, fails with the code of the system', async () => {
    const { ask, neighbours } = opened();
    expect(await ask('/R/queue/sockets/auth')).toBe('ENOENT');
    neighbours.isUp = () => false;
    expect(await ask()).toBe('ECONNREFUSED');
  });

  it('gives up when it is told to', async () => {
    const { ask, sockets } = opened('silent');
    const stop = new AbortController();
    const asked = ask(undefined, stop.signal);
    stop.abort(new Error('enough'));
    expect(await asked).toBe('enough');
    expect(sockets.open()).toBe(0);
  });

  it('answers nobody whose process died, and does nothing for it', async () => {
    const { ask, asked, host } = opened();
    host.dieAtEffect(1, () => {});
    expect(await ask()).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
