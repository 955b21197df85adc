import { parseArgs } from 'node:util';
import type { NeighboursSettings } from './neighbours.ts';

const flags = {
  root: { type: 'string', default: '' },
  node: { type: 'string', default: '' },
  'enrol-port': { type: 'string', default: '0' },
  'agents-port': { type: 'string', default: '0' },
  'keys-every': { type: 'string', default: '50ms' },
} as const;

/** Reads the words of the command line; throws an error that names every fault. */
export function parseNeighboursArguments(argv: readonly string[]): NeighboursSettings {
  const { values } = parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false });
  const { root, node } = values;
  const [enrolPort, agentsPort] = [values['enrol-port'], values['agents-port']].map(portOf);
  const keysEveryMs = Number(/^(\d{1,6})ms$/.exec(values['keys-every'])?.[1] ?? 0);
  const faults = [
    root === '' ? '--root: give the root of a node' : '',
    /^[A-Za-z0-9_-]{1,64}$/.test(node) ? '' : `--node ${node}: give the name of the node`,
    enrolPort === undefined ? `--enrol-port ${values['enrol-port']}: give a number from 0 to 65535` : '',
    agentsPort === undefined ? `--agents-port ${values['agents-port']}: give a number from 0 to 65535` : '',
    keysEveryMs > 0 ? '' : `--keys-every ${values['keys-every']}: give a time such as 50ms`,
  ].filter((text) => text !== '');
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { root, node, enrolPort: enrolPort ?? 0, agentsPort: agentsPort ?? 0, keysEveryMs };
}

const portOf = (text: string): number | undefined =>
  /^\d{1,5}$/.test(text) && Number(text) < 65_536 ? Number(text) : undefined;
