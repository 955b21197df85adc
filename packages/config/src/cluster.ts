import { isNodeName, type Role } from '@muster/protocol';
import { type Findings, lenient, quoted, withLines } from './fault.ts';
import { isKey } from './key.ts';
import { clusterOptions } from './option-names.ts';
import { badValue, isYesNo, lineOf, type Options, optionsOf } from './options-of.ts';
import type { Element } from './ossec-xml.ts';

/** The `<cluster>` section of `ossec.conf` (`reference/config.md` 1). */
export interface ClusterConfig {
  readonly name: string;
  /** `[A-Za-z0-9_-]{1,64}`. */
  readonly nodeName: string;
  readonly nodeType: Role;
  /** 32 of `[A-Za-z0-9_]`; never logged, never used raw. Empty only when `disabled`. */
  readonly key: string;
  /** 1025 to 65534. */
  readonly port: number;
  /** Only the master listens on it. */
  readonly bindAddr: string;
  /** At least one when not `disabled`; the first is the master. */
  readonly nodes: readonly string[];
  /** Alerts do not name the cluster. Read by the manager's own daemons. */
  readonly hidden: boolean;
  /** The node does not take part in a cluster: the section says so, or there is none. */
  readonly disabled: boolean;
  /** There is no `<cluster>` section; then all else is default. */
  readonly absent: boolean;
}

/** What holds without a `<cluster>` section. */
export const absentCluster: ClusterConfig = {
  name: 'wazuh',
  nodeName: 'node01',
  nodeType: 'master',
  key: '',
  port: 1516,
  bindAddr: '0.0.0.0',
  nodes: ['NODE_IP'],
  hidden: false,
  disabled: true,
  absent: true,
};

/** Addresses that no other node could reach, or that stand for one still to be written. `127.0.0.1` is allowed. */
export const reservedNodes: readonly string[] = ['localhost', 'NODE_IP', '0.0.0.0', '127.0.1.1'];

/**
 * Reads a section. A disabled one may be unfinished, as shipped (no key, `NODE_IP`): its faults, save
 * that of `disabled` itself, become warnings.
 */
export function readCluster(section: Element, findings: Findings): ClusterConfig {
  const located = withLines(findings, (option) => lineOf(section, option));
  const disabled = readDisabled(optionsOf(section, located), located);
  const used = disabled ? lenient(findings) : located;
  const options = optionsOf(section, used);
  warnOfLegacy(section, options, findings);
  return {
    key: readKey(options, used),
    nodeType: readNodeType(options, used),
    port: readPort(options, used),
    nodes: readNodes(options, used),
    name: readName(options, used),
    nodeName: readNodeName(options, used),
    bindAddr: readBindAddr(options, used),
    hidden: readHidden(options, used),
    disabled,
    absent: false,
  };
}

function readDisabled(options: Options, findings: Findings): boolean {
  const value = options.text('disabled') ?? 'no';
  if (isYesNo(value)) return value === 'yes';
  badValue(findings, {
    option: 'cluster.disabled',
    value,
    text: `Allowed values for 'disabled' field are 'yes' and 'no'. Found: ${quoted(value)}`,
    allowed: 'yes, no',
    cure: 'Write <disabled>no</disabled> to take part in the cluster.',
  });
  return false;
}

function readKey(options: Options, findings: Findings): string {
  const value = options.text('key') ?? '';
  if (isKey(value)) return value;
  const foreign = value.replace(/[A-Za-z0-9_]/g, '').length;
  const empty = value === '';
  badValue(findings, {
    option: 'cluster.key',
    value,
    secret: true,
    text: empty ? 'Unspecified key' : 'Key must be 32 characters long and only have alphanumeric characters',
    allowed: `exactly 32 letters (A-Z, a-z), digits or _${foreign > 0 ? `; ${foreign} of these are something else` : ''}`,
    cure: 'Make a key with `muster key` and write the same <key> on every node.',
  });
  return '';
}

function readNodeType(options: Options, findings: Findings): Role {
  const value = options.text('node_type') ?? 'master';
  if (value === 'master' || value === 'worker') return value;
  if (value === 'client') {
    findings.warn("Deprecated node type 'client'. Using 'worker' instead.");
    return 'worker';
  }
  badValue(findings, {
    option: 'cluster.node_type',
    value,
    text: `Invalid node type ${quoted(value)}. Correct values are master and worker`,
    allowed: 'master, worker',
    cure: 'Write master on one node and worker on all others.',
  });
  return 'worker';
}

function readPort(options: Options, findings: Findings): number {
  const value = options.text('port') ?? '1516';
  const port = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (port > 1024 && port < 65535) return port;
  badValue(findings, {
    option: 'cluster.port',
    value,
    text: Number.isNaN(port)
      ? 'Cluster port must be an integer.'
      : 'Port must be higher than 1024 and lower than 65535.',
    allowed: 'an integer from 1025 to 65534',
    cure: 'Write the port that the master listens on, the same on every node; 1516 is the usual one.',
  });
  return 1516;
}

function readNodes(options: Options, findings: Findings): readonly string[] {
  const blocks = options.all('nodes');
  const written = blocks
    .flatMap((block) => block.children.filter((child) => child.name === 'node'))
    .filter(({ text }) => text !== '');
  const nodes = written.map(({ text }) => text);
  const bare = blocks.find((block) => block.children.length === 0 && block.text.trim() !== '');
  if (bare !== undefined) {
    badNodes(findings, 'The field nodes must hold node elements.', 'text without <node>', bare.line);
  } else if (nodes.length === 0) {
    unspecifiedNodes(options, findings);
  }
  if (nodes.length > 1) {
    findings.warn(
      `Found ${nodes.length} nodes in the cluster section. Only the first, ${quoted(nodes[0])}, is used: it is taken as the master.`,
    );
  }
  const reserved = written.filter(({ text }) => reservedNodes.includes(text));
  const blank = written.filter(({ text }) => /\s/.test(text));
  const list = (elements: readonly Element[]): string => elements.map(({ text }) => text).join(', ');
  if (reserved.length > 0) {
    const text = `Invalid elements in node fields: ${list(reserved)}.`;
    badNodes(findings, text, list(reserved), reserved[0]?.line);
  }
  if (blank.length > 0) badNodes(findings, 'An address in a node field holds blanks.', list(blank), blank[0]?.line);
  return nodes.length === 0 ? absentCluster.nodes : nodes;
}

const allowedNodes = `an IP address or DNS name without blanks, none of ${reservedNodes.join(', ')}`;
const cureOfNodes = "Write <nodes><node>the master's address</node></nodes>, the same on every node, the master too.";

function badNodes(findings: Findings, text: string, value: string, line: number | undefined): void {
  const at = line === undefined ? {} : { line };
  badValue(findings, { option: 'cluster.nodes', value, text, allowed: allowedNodes, cure: cureOfNodes, ...at });
}

/** The reference goes on with its default, `NODE_IP`, and refuses that; here what is missing is told. */
function unspecifiedNodes(options: Options, findings: Findings): void {
  const stray = options.all('node').at(0);
  findings.fault({
    code: 3004,
    text: stray === undefined ? 'Unspecified nodes' : 'Unspecified nodes: <node> stands outside of <nodes>',
    option: 'cluster.nodes',
    allowed: allowedNodes,
    cure: stray === undefined ? cureOfNodes : `Put <nodes> and </nodes> around it. ${cureOfNodes}`,
    ...(stray?.line === undefined ? {} : { line: stray.line }),
  });
}

/** What the C daemons accept in `name` and `node_name` (`reference/config.md` 1, set C). */
const setC = /^[A-Za-z0-9!"#$%&'\-.:<=>?[\\\]^_{|}~]*$/;

/** The name is part of the TLS identity, which holds at most 256 bytes; `isClusterName` of @muster/link says the same. */
const maxClusterNameBytes = 128;

function readName(options: Options, findings: Findings): string {
  const value = options.text('name') ?? absentCluster.name;
  const bytes = Buffer.byteLength(value);
  if (bytes > maxClusterNameBytes) {
    badValue(findings, {
      option: 'cluster.name',
      value,
      text: `The cluster name has ${bytes} bytes`,
      allowed: `at most ${maxClusterNameBytes} bytes (a letter with an accent has two)`,
      cure: 'Choose a shorter name, the same on every node.',
    });
  }
  if (!setC.test(value)) {
    findings.warn(
      `The cluster name ${quoted(value)} holds a character that the manager's other daemons refuse; they will not start with it.`,
    );
  }
  return value;
}

function readNodeName(options: Options, findings: Findings): string {
  const value = options.text('node_name') ?? absentCluster.nodeName;
  if (isNodeName(value)) return value;
  badValue(findings, {
    option: 'cluster.node_name',
    value,
    text: `The node name ${quoted(value)} is not allowed: the master would refuse it at the hello (3060)`,
    allowed: '1 to 64 letters (A-Z, a-z), digits, _ or -',
    cure: 'Choose a name of these characters, another on every node; a dotted host name does not do.',
  });
  return absentCluster.nodeName;
}

function readBindAddr(options: Options, findings: Findings): string {
  const value = options.text('bind_addr') ?? absentCluster.bindAddr;
  if (!/\s/.test(value)) return value;
  badValue(findings, {
    option: 'cluster.bind_addr',
    value,
    text: 'The address to bind holds blanks',
    allowed: 'an IP address or DNS name of this host without blanks',
    cure: 'Write <bind_addr>0.0.0.0</bind_addr> for every IPv4 address of this host.',
  });
  return absentCluster.bindAddr;
}

function readHidden(options: Options, findings: Findings): boolean {
  const value = options.text('hidden') ?? 'no';
  if (!isYesNo(value)) {
    findings.warn(`The option hidden is ${quoted(value)}; the manager's other daemons accept only yes and no (1235).`);
  }
  return value === 'yes';
}

function warnOfLegacy(section: Element, options: Options, findings: Findings): void {
  if (options.all('interval').length > 0) {
    findings.warn('The option interval of the cluster section has no effect any more. Remove it.');
  }
  const unknown = section.children.filter((child) => !clusterOptions.has(child.name));
  for (const name of new Set(unknown.map((child) => child.written))) {
    findings.warn(
      `The option ${quoted(name)} of the cluster section is unknown and ignored; the manager's other daemons refuse the file for it (1230).`,
    );
  }
  if (!section.endsInText) {
    findings.warn(
      "Between the last option and </cluster> there is no blank or line end: the manager's other daemons then think that this node is not a worker. Write </cluster> on a line of its own.",
    );
  }
}
