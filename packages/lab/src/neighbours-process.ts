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
  /** Starts it again, when it has ended. Resolves when it listens. */
  restart(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

const program = fileURLToPath(new URL('../dist/neighbours/main.js', import.meta.url));

type Ports = Pick<NeighboursProcess, 'enrolPort' | 'agentsPort'>;

/** Resolves when it listens, on free ports. Rejects with its last words. */
export async function startNeighbours(node: LabNode, warn: (text: string) => void): Promise<NeighboursProcess> {
  let [helper, ports] = await launch(node, { enrolPort: 0, agentsPort: 0 }, warn);
  return {
    node,
    ...ports,
    pid: () => (helper.runs() ? helper.pid : undefined),
    kill: (signal) => helper.kill(signal),
    ended: () => helper.gone,
    restart: async () => {
      await helper.gone;
      [helper, ports] = await launch(node, ports, warn);
    },
    stop: (graceMs) => helper.stop(graceMs),
  };
}

async function launch(
  { name, root }: LabNode,
  { enrolPort, agentsPort }: Ports,
  warn: (text: string) => void,
): Promise<[HelperProcess, Ports]> {
  const words = ['--root', root, '--node', name, '--enrol-port', `${enrolPort}`, '--agents-port', `${agentsPort}`];
  return await new Promise((resolve, reject) => {
    const helper = startHelper(program, words, (value) => {
      const news = value as { readonly type: string; readonly text?: string } & Ports;
      if (news.type === 'listening') resolve([helper, { enrolPort: news.enrolPort, agentsPort: news.agentsPort }]);
      if (news.type === 'warning') warn(`${name}: ${news.text ?? ''}`);
    });
    void helper.gone.then((words) => reject(new Error(`The neighbours of ${name} ended. ${words}`)));
  });
}
