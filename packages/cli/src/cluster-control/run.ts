/** Runs one command line of `cluster_control`, with the world passed in. */

import type { ControlClient } from '@muster/control';
import type { WallClock } from '@muster/reference-forms';
import { renderAgents38, renderAgents414 } from './agents.ts';
import { askAgents, askHealth, askNodes } from './ask.ts';
import { faultOf, type Standstill } from './faults.ts';
import { renderHealth } from './health.ts';
import { examplesText, helpText, usageText, wrongUseText } from './help.ts';
import { renderNodes38, renderNodes414 } from './nodes.ts';
import { type Options, readCommandLine } from './options.ts';
import type { Profile } from './profile.ts';

export interface ClusterControlDeps {
  /** Connects to the node of `root`. Rejects with a `ControlError`. */
  readonly open: (root: string) => Promise<ControlClient>;
  /** Why nothing runs for `root`. */
  readonly whyStill: (root: string) => Promise<Standstill>;
  /** Read when the answers are there. */
  readonly clock: () => WallClock;
  /** Text as it is, to stdout and to stderr. */
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** An absolute path, of one that may be relative. */
  readonly resolve: (path: string) => string;
}

/** Says how the process should end: 2 for words that fit no option, otherwise as the original of the profile. Never rejects. */
export async function runClusterControl(
  argv: readonly string[],
  deps: ClusterControlDeps,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<0 | 1 | 2> {
  const line = readCommandLine(argv, environment.MUSTER_PROFILE);
  switch (line.kind) {
    case 'help':
      deps.out(helpText(line.profile));
      return 0;
    case 'wrong-use':
      deps.error(wrongUseText(line.profile, line.text));
      return 2;
    case 'wrong-filter':
      tellWrongFilter(line.profile, deps);
      return 1;
    case 'run':
      return await show(line.options, deps, line.options.root ?? (environment.MUSTER_ROOT || '/var/ossec'));
  }
}

function tellWrongFilter(profile: Profile, { out, error }: ClusterControlDeps): void {
  if (profile === '3.8') return out(`Wrong arguments.\n${helpText(profile)}`);
  error(`ERROR: Wrong arguments: -fs goes with -a only.\n${usageText(profile)}`);
}

async function show(options: Options, deps: ClusterControlDeps, givenRoot: string): Promise<0 | 1> {
  if (options.show === 'nothing' || options.show === 'usage') {
    deps.out(options.show === 'usage' ? examplesText() : helpText(options.profile));
    return 0;
  }
  const root = deps.resolve(givenRoot);
  const debug = (text: string): void => (options.debug ? deps.error(`DEBUG: ${text}\n`) : undefined);
  try {
    debug(`Asking the Muster of R (${root}) in the layout of ${options.profile}.`);
    const client = await deps.open(root);
    deps.out(await view(client, options, deps).finally(() => client.close()));
    debug('Answered.');
    return 0;
  } catch (error) {
    const { text, code } = await faultOf(error, options.profile, () => deps.whyStill(root));
    if (!options.debug) {
      deps.error(`${text}\n`);
      return code;
    }
    // The originals let such an error end them: with all that is known of it, and 1.
    deps.error(`${text}\n${traceOf(error)}\n`);
    return 1;
  }
}

async function view(client: ControlClient, options: Options, { clock }: ClusterControlDeps): Promise<string> {
  const { profile, nodes, statuses } = options;
  switch (options.show) {
    case 'nodes': {
      const rows = await askNodes(client, options);
      return profile === '3.8' ? renderNodes38(rows, nodes) : renderNodes414(rows, nodes);
    }
    case 'agents': {
      const agents = await askAgents(client, options);
      return profile === '3.8' ? renderAgents38(agents, statuses) : renderAgents414(agents);
    }
    default:
      return renderHealth(await askHealth(client, options), profile, clock());
  }
}

/** An error and what caused it, with the places in the code. */
function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${traceOf(error.cause)}`;
}
