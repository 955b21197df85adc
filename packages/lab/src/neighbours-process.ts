/** Adapter: the neighbours of one node, started, killed and started again. */
import { fileURLToPath } from 'node:url';
import { type HelperProcess, startHelper } from './helper-process.ts';
import type { LabNode } from './layout.ts';

export interface NeighboursProcess {
  readonly node: LabNode;
  /** The same after each start: agents know them. */
  readonly enrolPort: number;
  readonly agentsPort: number;
  pid(): number | undefined;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process that runs, or ran last, is gone. */
  ended(): Promise<unknown>;
  /** Starts it again, when it has ended. Resolves when it listens, or when it was stopped meanwhile; rejects with its last words. */
  restart(): Promise<void>;
  /** Also one that is only being started. It is not started again. */
  stop(graceMs: number): Promise<void>;
}

const program = fileURLToPath(new URL('../dist/neighbours/main.js', import.meta.url));

type Ports = Pick<NeighboursProcess, 'enrolPort' | 'agentsPort'>;

/** Resolves when it listens, on free ports. Rejects with its last words. */
export async function startNeighbours(node: LabNode, warn: (text: string) => void): Promise<NeighboursProcess> {
  let launched = launch(node, { enrolPort: 0, agentsPort: 0 }, warn);
  const ports = await launched.listening;
  let stopped = false;
  return {
    node,
    ...ports,
    pid: () => (launched.helper.runs() ? launched.helper.pid : undefined),
    kill: (signal) => launched.helper.kill(signal),
    ended: () => launched.helper.gone,
    restart: async () => {
      await launched.helper.gone;
      if (stopped) return;
      launched = launch(node, ports, warn);
      await launched.listening;
    },
    stop: (graceMs) => {
      stopped = true;
      return launched.helper.stop(graceMs);
    },
  };
}

interface Launched {
  readonly helper: HelperProcess;
  readonly listening: Promise<Ports>;
}

function launch({ name, root }: LabNode, { enrolPort, agentsPort }: Ports, warn: (text: string) => void): Launched {
  const words = ['--root', root, '--node', name, '--enrol-port', `${enrolPort}`, '--agents-port', `${agentsPort}`];
  let listens = (_ports: Ports): void => {};
  const helper = startHelper(program, words, (value) => {
    const news = value as { readonly type: string; readonly text?: string } & Ports;
    if (news.type === 'listening') listens({ enrolPort: news.enrolPort, agentsPort: news.agentsPort });
    if (news.type === 'warning') warn(`${name}: ${news.text ?? ''}`);
  });
  const listening = new Promise<Ports>((resolve, reject) => {
    listens = resolve;
    void helper.gone.then((words) => reject(new Error(`The neighbours of ${name} ended. ${words}`)));
  });
  return { helper, listening };
}
