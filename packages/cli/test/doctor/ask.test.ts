/** What the doctor asks: nobody who hangs is waited for. */
import { manualClock } from '@muster/actor/testing';
import { type ControlClient, ControlError, type NodeClient } from '@muster/control';
import { askNode } from '../../src/doctor/ask.ts';
import { cluster, info, row } from './facts.ts';

const never = <T>(): Promise<T> => new Promise(() => {});
const health = async () => ({ node: 'zeus', pid: 7 }) as never;

async function asked(
  client: Partial<ControlClient>,
  at: (name: string | undefined) => Partial<NodeClient> = () => ({}),
) {
  const clock = manualClock();
  const closed: number[] = [];
  const whole = { close: () => closed.push(1), health, at, ...client } as unknown as ControlClient;
  const answer = askNode({ clock, look: async () => whole });
  let elapsedMs = 0;
  let done = false;
  void answer.finally(() => {
    done = true;
  });
  while (!done) {
    await clock.advance(50);
    elapsedMs += 50;
  }
  return { node: await answer, elapsedMs, closed };
}

it('a node that says nothing is given up', async () => {
  const { node, elapsedMs, closed } = await asked({ health: never, cluster: never });
  expect(node).toMatchObject({ ok: false, code: 'timeout' });
  expect([elapsedMs <= 1_500, closed]).toEqual([true, [1]]);
});

it('one that does not run says so', async () => {
  const clock = manualClock();
  const look = () => Promise.reject(new ControlError('not-running', 'No Muster runs.'));
  expect(await askNode({ clock, look })).toEqual({ ok: false, why: 'No Muster runs.', code: 'not-running' });
});

it('of others that hang each is named, and all together take as long as one', async () => {
  const names = Array.from({ length: 60 }, (_, at) => `w${at}`);
  const nodes = [row('zeus', { role: 'master' }), ...names.map((name) => row(name)), row('away', { liveness: 'down' })];
  const whole = info();
  if (!whole.ok) throw new Error('bug: it is known');
  const { value } = whole;
  const { node, elapsedMs } = await asked({ cluster: async () => cluster(...nodes) }, (name) => ({
    nodeInfo: () => (name === undefined ? Promise.resolve(value.info) : never()),
    links: never,
  }));
  if (!node.ok) throw new Error(node.why);
  const { infos, links } = node.value;
  expect([infos.get('zeus')?.ok, infos.get('w0')?.ok, infos.get('w59')?.ok, infos.has('away'), links.ok]).toEqual([
    ...[true, false, false, false, false],
  ]);
  expect(elapsedMs).toBeLessThanOrEqual(1_700);
});
