/** What the command line of `cluster_control` says. Pure. */
import { type Given, idOf, type OptionSpec, parseWords } from './parse.ts';
import { isProfile, type Profile, profiles } from './profile.ts';

export interface Options {
  readonly profile: Profile;
  /** R; undefined: what the environment says. */
  readonly root: string | undefined;
  readonly debug: boolean;
  /** What to show. */
  readonly show: 'agents' | 'nodes' | 'health' | 'health-more' | 'usage' | 'nothing';
  /** Names behind `-fn`; empty: all nodes. */
  readonly nodes: readonly string[];
  /** Words behind `-fs`; empty: all agents. */
  readonly statuses: readonly string[];
}

/** `wrong-use`: words that fit no option. `wrong-filter`: `-fs` without `-a`. */
export type CommandLine =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help'; readonly profile: Profile }
  | { readonly kind: 'wrong-use'; readonly profile: Profile; readonly text: string }
  | { readonly kind: 'wrong-filter'; readonly profile: Profile };

const flag = (short: string, long: string, more: Partial<OptionSpec> = {}): OptionSpec => ({
  names: [short, long],
  arity: 'none',
  ...more,
});

const help = flag('-h', '--help', { immediate: true });
const debug = flag('-d', '--debug');
const filterNode = flag('-fn', '--filter-node', { arity: 'many' });
const filterStatus = flag('-fs', '--filter-agent-status', { arity: 'many' });
const root: OptionSpec = { names: ['--root'], arity: 'one', whole: true };
const profile: OptionSpec = { names: ['--profile'], arity: 'one', choices: profiles, whole: true };
const agents = flag('-a', '--list-agents', { exclusive: true });
const nodes = flag('-l', '--list-nodes', { exclusive: true });
const health = flag('-i', '--health', { exclusive: true, arity: 'optional' });
const usage = flag('-u', '--usage', { exclusive: true });

const common = [help, debug, filterNode, filterStatus, root, profile, agents, nodes, health];
const optionsOf: Readonly<Record<Profile, readonly OptionSpec[]>> = { '3.8': common, '4.14': [...common, usage] };

/** `ambient`: MUSTER_PROFILE; the option beats it. */
export function readCommandLine(argv: readonly string[], ambient: string | undefined): CommandLine {
  const wanted = profileIn(argv) ?? (ambient || '4.14');
  const used = isProfile(wanted) ? wanted : '4.14';
  const parsed = parseWords(argv, optionsOf[used]);
  if (!parsed.ok) return { kind: 'wrong-use', profile: used, text: parsed.text };
  if (parsed.immediate !== undefined) return { kind: 'help', profile: used };
  if (used !== wanted) return { kind: 'wrong-use', profile: used, text: strangeProfile(wanted) };
  const options = read(parsed.given, used);
  if (options.statuses.length > 0 && options.show !== 'agents') return { kind: 'wrong-filter', profile: used };
  return { kind: 'run', options };
}

/** One behind the option was refused before. */
const strangeProfile = (found: string): string =>
  `environment MUSTER_PROFILE: invalid choice: '${found}' (choose from ${profiles.map((each) => `'${each}'`).join(', ')})`;

function read(given: Given, used: Profile): Options {
  const words = (option: OptionSpec): readonly string[] => given.get(idOf(option)) ?? [];
  return {
    profile: used,
    root: words(root)[0],
    debug: given.has(idOf(debug)),
    show: shown(given, words(health)[0]),
    nodes: words(filterNode),
    statuses: words(filterStatus),
  };
}

function shown(given: Given, word: string | undefined): Options['show'] {
  if (given.has(idOf(agents))) return 'agents';
  if (given.has(idOf(nodes))) return 'nodes';
  if (given.has(idOf(health))) return word === 'more' ? 'health-more' : 'health';
  return given.has(idOf(usage)) ? 'usage' : 'nothing';
}

/** The options depend on the profile, so it is looked for first. */
function profileIn(argv: readonly string[]): string | undefined {
  const at = argv.findLastIndex((word) => word === '--profile' || word.startsWith('--profile='));
  const word = argv[at];
  return word === '--profile' ? argv[at + 1] : word?.slice('--profile='.length);
}
