/** A stage on which the master is asked for its view. */
import type { NodeView } from '@muster/protocol';
import { openInvariants } from '../../src/invariants/index.ts';
import { openStage, type Stage } from './stage.ts';

const row = (liveness: NodeView['liveness']): NodeView => ({
  ...{ name: 'worker1', role: 'worker', version: '0', address: '-', liveness, reason: '-', sync: 'in-sync' },
  ...{ behindMs: 0, files: 0, heardMs: 0, loopDelayMs: 0 },
});

export interface Viewed extends Stage {
  /** What the master's view shows of the worker, now. */
  sees(liveness: NodeView['liveness'] | undefined): Promise<void>;
}

/** The master's process has started. */
export async function openViewed(): Promise<Viewed> {
  const stage = await openStage();
  stage.master.running = () => ({ system: { inspect: () => [] }, stop: async () => {} }) as never;
  const watching = openInvariants(stage.world);
  const sees: Viewed['sees'] = async (liveness) => {
    const nodes = liveness === undefined ? [] : [row(liveness)];
    stage.master.ask = async () => ({ type: 'cluster', cluster: 'one', nodes });
    watching.sampled();
    await Promise.resolve();
    await Promise.resolve();
  };
  stage.becomes(stage.master, 'started');
  return { ...stage, sees };
}

/** The master's process ends so, and the next one runs at once. */
export function restart(stage: Stage, what: 'killed' | 'power-lost' | 'stopped' = 'killed'): void {
  stage.becomes(stage.master, what);
  stage.becomes(stage.master, 'started');
}
