import type { NodeView } from '@muster/protocol';
import { openViewed, restart, type Viewed } from './viewed.ts';

describe('a worker that was killed', () => {
  /** Long after the start of the master. */
  async function killedStage(): Promise<Viewed> {
    const stage = await openViewed();
    stage.pass(600_000);
    stage.becomes(stage.worker, 'killed');
    return stage;
  }
  const downAfter = ({ master }: Viewed): number => {
    const { downAfterMs, intervalMs } = master.config()!.muster.keepAlive;
    return downAfterMs + intervalMs;
  };
  /** Two looks beyond the time in which it has to be down. */
  async function looked(stage: Viewed, liveness: NodeView['liveness']): Promise<void> {
    stage.pass(downAfter(stage) + 2_500);
    await stage.sees(liveness);
    stage.pass(2_000);
    await stage.sees(liveness);
  }

  test.each(['up', 'unknown', 'suspect'] as const)('is not %s for long, also in bad weather', async (liveness) => {
    const stage = await killedStage();
    await looked(stage, liveness);
    expect(stage.violations).toEqual([expect.stringContaining(`liveness: the master sees worker1 ${liveness}`)]);
  });

  test.each<[string, (stage: Viewed) => unknown]>([
    ['is down in time', () => {}],
    [
      'may be shown alive for a moment',
      (stage) => {
        stage.pass(downAfter(stage) + 2_500);
        return stage.sees('up');
      },
    ],
  ])('%s', async (_, act) => {
    const stage = await killedStage();
    await act(stage);
    await looked(stage, 'down');
    expect(stage.violations).toEqual([]);
  });

  test.each<[string, (stage: Viewed) => unknown]>([
    ['the master was started anew', (stage) => restart(stage)],
    ['the master stood still', ({ master, becomes }) => becomes(master, 'paused')],
    [
      'an actor of the master crashed',
      ({ master, logs }) => logs(master, '/x crashed: crashed on request. It is restarted.'),
    ],
    ['the network is slow', ({ world }) => (world.network.faults.latency.maxMs = 5_000)],
    ['it runs again', ({ worker, becomes }) => becomes(worker, 'started')],
    ['it is starting', ({ worker }) => (worker.host = () => ({ pausedUntil: () => 0 }) as never)],
  ])('is not judged where %s', async (_, act) => {
    const stage = await killedStage();
    stage.pass(downAfter(stage) - 1_000);
    act(stage);
    stage.pass(4_000);
    await stage.sees('up');
    stage.pass(2_000);
    await stage.sees('up');
    expect(stage.violations).toEqual([]);
  });
});
