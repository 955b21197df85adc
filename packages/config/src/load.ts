import { type AgentsConfig, defaultAgents, readAgents } from './agents.ts';
import { absentCluster, type ClusterConfig, readCluster } from './cluster.ts';
import { ConfigError, type Fault, type Findings, lenient, withLines } from './fault.ts';
import { resolveHaproxy } from './haproxy.ts';
import type { HaproxyConfig } from './haproxy-config.ts';
import { type HaproxyHelperConfig, readHaproxyHelper } from './haproxy-helper.ts';
import { type DebugLevel, readDebugLevel } from './internal-options.ts';
import { musterLines } from './muster-lines.ts';
import type { MusterOptions } from './muster-options.ts';
import { readMuster } from './muster-yaml.ts';
import { parseOssec } from './ossec-xml.ts';
import { resolveOwner } from './owner.ts';
import { defaultAgentPort, readAgentPort } from './remote.ts';
import { clusterSection, warnOfOpenComment } from './section.ts';
import { synchronisedDirectories, type TableEntry } from './table.ts';

/** All that a node knows of itself before it starts. */
export interface NodeConfig {
  /** R, the manager's directory, absolute. */
  readonly root: string;
  readonly cluster: ClusterConfig;
  /** Only where `ossec.conf` has the block. Read on workers too, used on the master. */
  readonly haproxyHelper?: HaproxyHelperConfig;
  /** Only where something is to be balanced. */
  readonly haproxy?: HaproxyConfig;
  /** Where this node's manager takes agents' connections: the first `<remote>` for agents, else 1514. */
  readonly agentPort: number;
  readonly agents: AgentsConfig;
  readonly muster: MusterOptions;
  /** `wazuh_clusterd.debug`. */
  readonly debugLevel: DebugLevel;
  /** To be logged once at the start, in order. No secrets. */
  readonly warnings: readonly string[];
  /** The synchronised directories. */
  readonly table: readonly TableEntry[];
}

export interface ConfigSource {
  /** R, without a slash at the end. */
  readonly root: string;
  /** The text of a file; undefined when there is none. May reject (no right to read, a directory, …). */
  readonly read: (path: string) => Promise<string | undefined>;
  /** Whether there is a directory; then a missing one is told as that. Never rejects. Without it R is taken to be there. */
  readonly isDirectory?: (path: string) => Promise<boolean>;
}

/**
 * Reads `R/etc/ossec.conf`, `R/etc/muster.yaml`, the internal options, and the accounts of the system.
 *
 * @throws {ConfigError} and nothing else, with every fault found.
 */
export async function loadConfig({ root, read, isDirectory }: ConfigSource): Promise<NodeConfig> {
  if (isDirectory !== undefined && !(await isDirectory(root))) throw new ConfigError([noRoot(root)]);
  const collector = collect();
  const path = (name: string): string => `${root}/etc/${name}`;

  const ossecConf = collector.of(path('ossec.conf'));
  const { agentPort, ...ossec } = readOssec(await readText(read, path('ossec.conf'), ossecConf), ossecConf);
  const written = await readText(read, path('muster.yaml'), collector.of(path('muster.yaml')));
  const yaml = typeof written === 'string' ? written : '';
  const musterYaml = withLines(collector.of(path('muster.yaml')), musterLines(yaml));
  const muster = readMuster(yaml, musterYaml);
  const files = resolveOwner(muster, await readAccounts(read), musterYaml);
  const off = (findings: Findings): Findings => (ossec.cluster.disabled ? lenient(findings) : findings);
  const { cluster, haproxyHelper: helper } = ossec;
  const haproxy = resolveHaproxy(
    { cluster, helper, agentPort: () => agentPort(off(ossecConf)) },
    muster.options.haproxy,
    { ossec: off(ossecConf), muster: off(musterYaml) },
  );
  const [internal, local] = await Promise.all(
    ['internal_options.conf', 'local_internal_options.conf'].map((name) => readHint(read, path(name), collector.warn)),
  );
  const debugLevel = readDebugLevel(internal, local, collector.of(path('internal_options.conf')));
  if (collector.faults().length > 0) throw new ConfigError(collector.faults(), collector.warnings());
  return {
    root,
    ...ossec,
    ...(haproxy === undefined ? {} : { haproxy }),
    agentPort: haproxy?.agentPort ?? agentPort(unheard),
    muster: { ...muster.options, files },
    debugLevel,
    warnings: collector.warnings(),
    table: synchronisedDirectories,
  };
}

/** What is wrong with `<remote>` is the manager's own matter where nobody is led to it. */
const unheard: Findings = { fault: () => {}, warn: () => {} };

const noRoot = (root: string): Fault => ({
  code: 3006,
  text: `there is no directory ${root}`,
  option: '',
  file: root,
  allowed: 'the directory of the manager, usually /var/ossec',
  cure: 'Give the directory of the manager with --root.',
});

interface Ossec extends Pick<NodeConfig, 'cluster' | 'agents' | 'haproxyHelper'> {
  /** Reads `<remote>`: the manager's own, and a fault of ours only where agents are led to it. */
  readonly agentPort: (findings: Findings) => number;
}

function readOssec(text: Text, findings: Findings): Ossec {
  const nothing = { cluster: absentCluster, agents: defaultAgents, agentPort: () => defaultAgentPort };
  if (text === unreadable) return nothing;
  if (text === undefined) {
    findings.fault({
      code: 3006,
      text: 'there is no ossec.conf',
      option: '',
      allowed: "the manager's configuration file",
      cure: 'Give the directory of the manager with --root.',
    });
    return nothing;
  }
  const parsed = parseOssec(text);
  warnOfOpenComment(parsed.openComment, findings);
  if (!parsed.ok) {
    const { line } = parsed;
    findings.fault({
      code: 3006,
      text: parsed.text,
      option: '',
      allowed: 'elements that are closed in the order they were opened, each tag on one line',
      cure: 'Mend the line; write a literal < that could start a tag as \\<.',
      ...(line === undefined ? {} : { line }),
    });
    return nothing;
  }
  const section = clusterSection(parsed, findings);
  if (section === undefined) return { ...nothing, agents: readAgents(parsed.roots, false, findings) };
  const helper = section.children.filter((child) => child.name === 'haproxy_helper').at(-1);
  const cluster = readCluster(section, findings);
  const agents = readAgents(parsed.roots, !cluster.disabled, findings);
  const agentPort = (found: Findings): number => readAgentPort(parsed.roots, found);
  if (helper === undefined) return { cluster, agents, agentPort };
  const haproxyHelper = readHaproxyHelper(helper, cluster.disabled ? lenient(findings) : findings);
  return { cluster, agents, agentPort, haproxyHelper };
}

/** In place of a text that could not be read: the fault has been told. */
const unreadable = Symbol('unreadable');
type Text = string | undefined | typeof unreadable;

/** The text of a file that may be missing. What cannot be read is a fault. */
async function readText(read: ConfigSource['read'], file: string, findings: Findings): Promise<Text> {
  try {
    return await read(file);
  } catch (cause) {
    findings.fault({
      code: 3006,
      text: `${file} cannot be read: ${reasonOf(cause)}`,
      option: '',
      allowed: 'a file that this user may read',
      cure: cureOf(cause),
    });
    return unreadable;
  }
}

/** By the system's code, where the cause has one. */
function cureOf(cause: unknown): string {
  const { code } = cause as { readonly code?: unknown };
  if (code === 'EISDIR') return 'It is a directory: move it away, and put the file in its place.';
  if (code === 'ENOTDIR') return 'A part of the path is no directory. Give the directory of the manager with --root.';
  if (code === 'EACCES' || code === 'EPERM') {
    return 'Mend its owner or mode (the manager gives it root:wazuh, 0640), or run as another user.';
  }
  return 'Mend what the system says, or write the file anew.';
}

/** The text of a file that we can do without. */
async function readHint(
  read: ConfigSource['read'],
  file: string,
  warn: (text: string) => void,
): Promise<string | undefined> {
  try {
    return await read(file);
  } catch (cause) {
    warn(`${file} cannot be read and is ignored: ${reasonOf(cause)}`);
    return undefined;
  }
}

async function readAccounts(read: ConfigSource['read']): Promise<{ readonly passwd: string; readonly group: string }> {
  const [passwd = '', group = ''] = await Promise.all(
    ['/etc/passwd', '/etc/group'].map((file) => readHint(read, file, () => {})),
  );
  return { passwd, group };
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

interface Collector {
  readonly of: (file: string) => Findings;
  readonly warn: (text: string) => void;
  readonly faults: () => readonly Fault[];
  readonly warnings: () => readonly string[];
}

/** Gathers what the readers find. What two of them find alike is told once. */
function collect(): Collector {
  const faults = new Map<string, Fault>();
  const warnings = new Set<string>();
  const warn = (text: string): void => void warnings.add(text);
  return {
    of: (file) => ({ warn, fault: (fault) => void faults.set(JSON.stringify([file, fault]), { ...fault, file }) }),
    warn,
    faults: () => [...faults.values()],
    warnings: () => [...warnings],
  };
}
