import type { Role } from '@muster/protocol';
import { type Findings, lenient, quoted } from './fault.ts';
import { isKey } from './key.ts';
import { badValue, isYesNo, type Options, optionsOf } from './options-of.ts';
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
};

/** Addresses that no other node could reach, or that stand for one still to be written. `127.0.0.1` is allowed. */
export const reservedNodes: readonly string[] = ['localhost', 'NODE_IP', '0.0.0.0', '127.0.1.1'];

const known = new Set(
  'name node_name node_type key port bind_addr nodes hidden disabled haproxy_helper interval socket_timeout connection_timeout'.split(
    ' ',
  ),
);

/**
 * Reads a section. A disabled one may be unfinished, as shipped (no key, `NODE_IP`): its faults, save
 * that of `disabled` itself, become warnings.
 */
export function readCluster(section: Element, findings: Findings): ClusterConfig {
  const disabled = readDisabled(optionsOf(section, findings), findings);
  const used = disabled ? lenient(findings) : findings;
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
  const written = blocks.flatMap((block) => block.children.filter((child) => child.name === 'node'));
  const found = written.map((node) => node.text).filter((text) => text !== '');
  const nodes = found.length === 0 ? absentCluster.nodes : found;
  const bare = blocks.some((block) => block.children.length === 0 && block.text.trim() !== '');
  if (bare) badNodes(findings, 'text without <node>', 'The field nodes must hold node elements.');
  if (nodes.length > 1) {
    findings.warn(
      `Found ${nodes.length} nodes in the cluster section. Only the first, ${quoted(nodes[0])}, is used: it is taken as the master.`,
    );
  }
  const reserved = nodes.filter((node) => reservedNodes.includes(node));
  if (reserved.length > 0 && !bare) {
    badNodes(findings, reserved.join(', '), `Invalid elements in node fields: ${reserved.join(', ')}.`);
  }
  const blank = nodes.filter((node) => /\s/.test(node));
  if (blank.length > 0) badNodes(findings, blank.join(', '), 'An address in a node field holds blanks.');
  return nodes;
}

const badNodes = (findings: Findings, value: string, text: string): void =>
  badValue(findings, {
    option: 'cluster.nodes',
    value,
    text,
    allowed: `an IP address or DNS name without blanks, none of ${reservedNodes.join(', ')}`,
    cure: "Write <nodes><node>the master's address</node></nodes>, the same on every node, the master too.",
  });

/** What the C daemons accept in `name` and `node_name` (`reference/config.md` 1, set C). */
const setC = /^[A-Za-z0-9!"#$%&'\-.:<=>?[\\\]^_{|}~]*$/;

/** The name is part of the TLS identity, which holds at most 256 bytes. */
const maxClusterName = 128;

function readName(options: Options, findings: Findings): string {
  const value = options.text('name') ?? absentCluster.name;
  if (value.length > maxClusterName) {
    badValue(findings, {
      option: 'cluster.name',
      value,
      text: `The cluster name has ${value.length} characters`,
      allowed: `at most ${maxClusterName} characters`,
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
  if (/^[A-Za-z0-9_-]{1,64}$/.test(value)) return value;
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
  const unknown = section.children.filter((child) => !known.has(child.name));
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
