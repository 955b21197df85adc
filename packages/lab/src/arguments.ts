import { parseArgs } from 'node:util';

export interface LabOptions {
  /** 1 to 32. */
  readonly workers: number;
  /** Simulated, 0 to 10,000. */
  readonly agents: number;
  /** A folder whose rules, decoders and lists (or whose whole `etc`) the master starts with. */
  readonly from: string | undefined;
  /** Verify, then end, after at most so many milliseconds. Undefined: run until Ctrl-C. */
  readonly forMs: number | undefined;
  /** Of the master on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** A real HAProxy stands in front, and agents go through it. */
  readonly haproxy: boolean;
  /** Leave the folder in place at the end. */
  readonly keep: boolean;
  /** Show the nodes' logs instead of the live view. */
  readonly verbose: boolean;
}

export type Parsed =
  | { readonly type: 'run'; readonly options: LabOptions }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly text: string };

export const help = `npm run lab [-- OPTIONS]

Starts a master and workers as processes of their own on this machine, each with a root in a temporary
folder, and shows how their files stay identical, and where simulated agents report.

  --workers N    how many workers, 1 to 32 (2)
  --agents N     how many simulated agents, 0 to 10000 (30)
  --from DIR     start with the rules/, decoders/ and lists/ of DIR, or with its etc/, instead of the sample
  --for TIME     verify a series of changes, print how long each took, and end: 30s, 2min
  --port PORT    of the master on 127.0.0.1, 1025 to 65534, or 0 for a free one (0)
  --haproxy      put a real HAProxy in front, found on PATH: agents go through it, Muster balances them
  --keep         leave the folder in place at the end
  --verbose      show the logs of the nodes instead of the live view
  --help         show this

Exit codes: 0 all that was verified held, or Ctrl-C; 1 something did not hold, and is named.`;

const flags = {
  workers: { type: 'string', default: '2' },
  agents: { type: 'string', default: '30' },
  from: { type: 'string' },
  for: { type: 'string' },
  port: { type: 'string', default: '0' },
  haproxy: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the words after `npm run lab --`. Every fault is named at once. */
export function parseArguments(argv: readonly string[]): Parsed {
  try {
    const { values } = parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false });
    return values.help ? { type: 'help' } : checked(values);
  } catch (error) {
    return wrong([error instanceof Error ? error.message : String(error)]);
  }
}

function checked(values: {
  readonly workers: string;
  readonly agents: string;
  readonly from?: string | undefined;
  readonly for?: string | undefined;
  readonly port: string;
  readonly haproxy: boolean;
  readonly keep: boolean;
  readonly verbose: boolean;
}): Parsed {
  const workers = wholeNumber(values.workers);
  const agents = wholeNumber(values.agents);
  const port = wholeNumber(values.port);
  const forMs = values.for === undefined ? undefined : durationMs(values.for);
  const faults = [
    workers >= 1 && workers <= 32 ? '' : `--workers ${values.workers}: give a number from 1 to 32`,
    agents <= 10_000 ? '' : `--agents ${values.agents}: give a number from 0 to 10000`,
    port === 0 || (port > 1024 && port < 65535) ? '' : `--port ${values.port}: give 0, or a number from 1025 to 65534`,
    forMs === undefined || forMs > 0 ? '' : `--for ${values.for}: give a time such as 30s or 2min`,
    values.haproxy && agents === 0 ? '--haproxy: there are no agents to go through it; leave --agents 0 out' : '',
    values.from === '' ? '--from: give a folder' : '',
  ].filter((text) => text !== '');
  if (faults.length > 0) return wrong(faults);
  const { haproxy, keep, verbose, from } = values;
  return { type: 'run', options: { workers, agents, from, forMs, port, haproxy, keep, verbose } };
}

const wholeNumber = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);

/** `30`, `30s`, `2m`, `2min`: milliseconds; NaN for anything else. */
function durationMs(text: string): number {
  const [, count, unit] = /^(\d{1,6})(s|m|min)?$/.exec(text) ?? [];
  return count === undefined ? Number.NaN : Number(count) * (unit === undefined || unit === 's' ? 1_000 : 60_000);
}

const wrong = (faults: readonly string[]): Parsed => ({
  type: 'wrong',
  text: `${faults.join('\n')}\nnpm run lab -- --help shows what there is.`,
});
