import { isNodeName } from '@muster/protocol';
import { type Findings, quoted, withLines } from './fault.ts';
import { helperOptions } from './option-names.ts';
import { badValue, lineOf, type Options, optionsOf } from './options-of.ts';
import type { Element } from './ossec-xml.ts';

/** The `<haproxy_helper>` block of `ossec.conf` (`reference/config.md` 3). Only the master uses it. */
export interface HaproxyHelperConfig {
  /** `haproxy_disabled` is not `no`. */
  readonly disabled: boolean;
  /** It is `no`, and address, user and password are there. */
  readonly enabled: boolean;
  /** Which of the three are not there. Needed for a Data Plane API only. */
  readonly missing: readonly string[];
  readonly address: string;
  /** 1024 to 65535. */
  readonly port: number;
  readonly protocol: 'http' | 'https';
  readonly user: string;
  /** Secret. */
  readonly password: string;
  readonly backend: string;
  /** Name of an HAProxy resolvers section, for nodes given by name. */
  readonly resolver?: string;
  /** `true`: the system's authorities. Otherwise a path. https only, as the next three. */
  readonly cert: true | string;
  readonly clientCert?: string;
  readonly clientCertKey?: string;
  /** Secret. */
  readonly clientCertPassword?: string;
  /** Whole node names. */
  readonly excludedNodes: readonly string[];
  /** At least 10,000 ms. */
  readonly frequencyMs: number;
  /** At least 100 agents. */
  readonly agentChunkSize: number;
  /** 0 or more. */
  readonly agentReconnectionTimeMs: number;
  /** At least 10,000 ms. */
  readonly agentReconnectionStabilityTimeMs: number;
  /** Above 0, at most 1. */
  readonly imbalanceTolerance: number;
  /** 0 or more; the file says minutes. */
  readonly removeDisconnectedNodeAfterMs: number;
}

/** What balances where there is no block: what holds in one that says nothing (`reference/config.md` 3). */
export const helperDefaults: Pick<
  HaproxyHelperConfig,
  | 'backend'
  | 'resolver'
  | 'excludedNodes'
  | 'frequencyMs'
  | 'agentChunkSize'
  | 'agentReconnectionTimeMs'
  | 'agentReconnectionStabilityTimeMs'
  | 'imbalanceTolerance'
  | 'removeDisconnectedNodeAfterMs'
> = {
  backend: 'wazuh_reporting',
  excludedNodes: [],
  frequencyMs: 60_000,
  agentChunkSize: 300,
  agentReconnectionTimeMs: 5_000,
  agentReconnectionStabilityTimeMs: 60_000,
  imbalanceTolerance: 0.1,
  removeDisconnectedNodeAfterMs: 240 * 60_000,
};

/** Reads the block. Unlike the reference: an empty child counts as absent, the password is never split, names compare whole. */
export function readHaproxyHelper(block: Element, all: Findings): HaproxyHelperConfig {
  const findings = withLines(all, (option) => lineOf(block, option));
  const options = optionsOf(block, findings);
  const read: Reading = { options, findings };
  const wanted = readEnabled(options, findings);
  const access = readAccess(options, wanted, findings);
  warnOfUnknown(block, findings);
  return {
    ...access,
    port: integer(read, 'haproxy_port', 5555, [1024, 65535]),
    protocol: readProtocol(options, findings),
    backend: readName(options, 'haproxy_backend', findings) ?? helperDefaults.backend,
    ...optional('resolver', readName(options, 'haproxy_resolver', findings)),
    cert: options.text('haproxy_cert') ?? true,
    ...optional('clientCert', options.text('client_cert')),
    ...optional('clientCertKey', options.text('client_cert_key')),
    ...optional('clientCertPassword', options.text('client_cert_password')),
    excludedNodes: readExcludedNodes(options, findings),
    frequencyMs: 1000 * integer(read, 'frequency', 60, [10]),
    agentChunkSize: integer(read, 'agent_chunk_size', 300, [100]),
    agentReconnectionTimeMs: 1000 * integer(read, 'agent_reconnection_time', 5, [0]),
    agentReconnectionStabilityTimeMs: 1000 * integer(read, 'agent_reconnection_stability_time', 60, [10]),
    imbalanceTolerance: readTolerance(options, findings),
    removeDisconnectedNodeAfterMs: 60_000 * integer(read, 'remove_disconnected_node_after', 240, [0]),
  };
}

/** Where values come from, and what is wrong with them goes to. */
interface Reading {
  readonly options: Options;
  readonly findings: Findings;
}

const optional = <K extends string>(name: K, value: string | undefined): { readonly [P in K]?: string } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: string };

function readEnabled(options: Options, findings: Findings): boolean {
  const value = options.text('haproxy_disabled');
  if (value === undefined) {
    findings.fault({
      code: 3004,
      text: 'The haproxy_helper block has no haproxy_disabled',
      option: 'haproxy_helper.haproxy_disabled',
      allowed: 'yes, no',
      cure: 'Write <haproxy_disabled>no</haproxy_disabled> to use the helper, or remove the block.',
    });
  } else if (value !== 'yes' && value !== 'no') {
    findings.warn(`haproxy_disabled is ${quoted(value)}, neither yes nor no: the HAProxy helper stays disabled.`);
  }
  return value === 'no';
}

type Access = Pick<HaproxyHelperConfig, 'disabled' | 'enabled' | 'missing' | 'address' | 'user' | 'password'>;

/** Without address, user or password the helper stays off and the cluster runs (`reference/config.md` 3). */
function readAccess(options: Options, wanted: boolean, findings: Findings): Access {
  const required = ['haproxy_address', 'haproxy_user', 'haproxy_password'] as const;
  const [address = '', user = '', password = ''] = required.map((name) => options.text(name) ?? '');
  const values = [address, user, password];
  if (address !== '' && !/^([A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}|\[[0-9A-Fa-f:.]{2,45}\])$/.test(address))
    badHelperValue(findings, 'haproxy_address', address, 'an IP address or DNS name, without http:// and port');
  const missing = required.filter((_, index) => values[index] === '');
  return { disabled: !wanted, enabled: wanted && missing.length === 0, missing, address, user, password };
}

function readProtocol(options: Options, findings: Findings): 'http' | 'https' {
  const value = options.text('haproxy_protocol') ?? 'http';
  if (value !== 'http' && value !== 'https') {
    badHelperValue(findings, 'haproxy_protocol', value, 'http, https');
    return 'http';
  }
  const forTls = ['haproxy_cert', 'client_cert', 'client_cert_key', 'client_cert_password'];
  const idle = forTls.filter((name) => options.text(name) !== undefined);
  if (value === 'http' && idle.length > 0) {
    findings.warn(`HTTPS parameters ignored, for haproxy_protocol is http: ${idle.join(', ')}.`);
  }
  return value;
}

/** What HAProxy takes for a name. Undefined: there is none, or none of these. */
function readName(options: Options, name: string, findings: Findings): string | undefined {
  const value = options.text(name);
  if (value === undefined || /^[A-Za-z0-9_.:-]{1,128}$/.test(value)) return value;
  badHelperValue(findings, name, value, '1 to 128 letters (A-Z, a-z), digits, ., _, : or -');
  return undefined;
}

/** A comma list, `<node>` children, or both, over all elements of the name. */
function readExcludedNodes(options: Options, { warn }: Findings): readonly string[] {
  const written = options.all('excluded_nodes').at(-1);
  if (written === undefined) return [];
  const texts = [written.text, ...written.children.map((child) => child.text)];
  const names = texts.flatMap((text) => text.split(',')).map((name) => name.trim());
  const given = [...new Set(names.filter((name) => name !== ''))];
  const strange = given.filter((name) => !isNodeName(name));
  if (strange.length > 0)
    warn(`excluded_nodes names what can be no node, and is ignored: ${strange.map(quoted).join(', ')}.`);
  return given.filter((name) => !strange.includes(name));
}

/** The least and the largest value; without the latter there is no largest. */
type Range = readonly [min: number, max?: number];

function integer(read: Reading, name: string, fallback: number, [min, max]: Range): number {
  const value = read.options.text(name);
  if (value === undefined) return fallback;
  const number = /^[+-]?[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= (max ?? Number.MAX_SAFE_INTEGER)) return number;
  const allowed = max === undefined ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`;
  const text = Number.isNaN(number) ? `HAProxy Helper ${name} must be an integer.` : undefined;
  badHelperValue(read.findings, name, value, allowed, text);
  return fallback;
}

function readTolerance(options: Options, findings: Findings): number {
  const name = 'imbalance_tolerance';
  const value = options.text(name);
  if (value === undefined) return 0.1;
  const number = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(value) ? Number(value) : Number.NaN;
  if (number > 0 && number <= 1) return number;
  const text = Number.isNaN(number) ? `HAProxy Helper ${name} must be a float.` : undefined;
  badHelperValue(findings, name, value, 'a number above 0 and at most 1', text);
  return 0.1;
}

// The text of the reference where it has one of its own; else the reason is the range.
const badHelperValue = (
  findings: Findings,
  name: string,
  value: string,
  allowed: string,
  text = `Invalid value for ${name}. It must be ${allowed}`,
): void =>
  badValue(findings, {
    option: `haproxy_helper.${name}`,
    value,
    text,
    allowed,
    cure: `Write such a value, or remove <${name}> for the default.`,
  });

function warnOfUnknown(block: Element, findings: Findings): void {
  const unknown = block.children.filter((child) => !helperOptions.has(child.name)).map((child) => child.written);
  for (const name of new Set(unknown))
    findings.warn(`The option ${quoted(name)} of haproxy_helper is unknown and ignored.`);
}
