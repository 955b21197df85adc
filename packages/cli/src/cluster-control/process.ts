/** Adapter: this process's streams, clock and files, for `cluster_control`. */
import { resolve } from 'node:path';
import { openControl } from '@muster/control';
import { zoneMinutes } from '@muster/reference-forms';
import { bearBrokenPipes } from '../broken-pipe.ts';
import type { Standstill } from './faults.ts';
import type { ClusterControlDeps } from './run.ts';

bearBrokenPipes();

/** Milliseconds from the start of this process after which a node that does not answer is given up: it ends within 2 s. */
const patienceMs = 1_750;
/** Milliseconds that are left for an answer however slowly this process started. */
const leastMs = 1_200;

export const clusterControlDeps: ClusterControlDeps = {
  open: (root) => openControl(root, Math.max(leastMs, Math.round(patienceMs - performance.now()))),
  whyStill,
  clock: () => ({ nowMs: Date.now(), zoneMinutes }),
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  resolve: (path) => resolve(path),
};

async function whyStill(root: string): Promise<Standstill> {
  const { readConfig } = await import('@muster/daemon');
  try {
    return (await readConfig(root)).cluster.disabled ? 'disabled' : 'stopped';
  } catch (error) {
    return { invalid: error instanceof Error ? error.message : String(error) };
  }
}
