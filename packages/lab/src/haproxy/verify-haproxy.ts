/** The proof of HAProxy: agents come through it to every node alike, and a node that was away gets its share without a reload. */
import type { BalancerView } from '@muster/protocol';
import type { LabNode } from '../layout.ts';
import type { Step } from '../verify.ts';
import { unbalanced } from './balance-text.ts';

export interface HaproxyBench {
  /** How many agents come through it. */
  readonly agents: number;
  /** Undefined while the master does not answer. */
  readonly balance: () => Promise<BalancerView | undefined>;
  /** Undefined while it does not run. */
  readonly pid: () => number | undefined;
}

/** Where the steps of agents begin, and where a killed node comes back. */
export interface HaproxySteps {
  readonly shared: Step;
  readonly back: Step;
}

/** Milliseconds: the killed node's neighbours are started again after 10 s. */
const awayMs = 10_000;
const goalMs = 3_000;

export function haproxySteps(bench: HaproxyBench, nodes: readonly LabNode[]): HaproxySteps {
  const names = nodes.map(({ name }) => name);
  let first: number | undefined;
  const even = async (): Promise<string> => unbalanced(await bench.balance(), names, bench.agents);
  return {
    shared: {
      name: 'HAProxy gives each node its share of the agents',
      goalMs,
      paths: [],
      act: async () => {
        first = bench.pid();
      },
      also: even,
    },
    back: {
      name: 'the killed node is back, and has its share again; no reload',
      goalMs: awayMs + goalMs,
      paths: [],
      act: async () => {},
      also: async () => (await even()) || (bench.pid() === first ? '' : 'HAProxy is another process than before'),
    },
  };
}
