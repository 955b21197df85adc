import { type Findings, quoted, withLines } from './fault.ts';
import { badValue, lineOf, optionsOf } from './options-of.ts';
import type { Element } from './ossec-xml.ts';

/** Where a manager takes agents' connections when `ossec.conf` does not say it. */
export const defaultAgentPort = 1514;

/**
 * The port of the first `<remote>` block for agents (`secure`, the default), over all roots. The reference takes the
 * first block whatever it is for (`reference/haproxy.md` 8, 12); one for syslog is passed over, and warned of.
 */
export function readAgentPort(roots: readonly Element[], findings: Findings): number {
  const blocks = roots
    .filter((root) => root.name === 'ossec_config')
    .flatMap((root) => root.children.filter((child) => child.name === 'remote'));
  const block = blocks.find(isSecure);
  const [first] = blocks;
  if (first !== undefined && first !== block) findings.warn(syslogFirst(first, block === undefined));
  return block === undefined ? defaultAgentPort : readPort(block, findings);
}

/** The last of a repeated option holds, as for the daemon of the manager. */
const textOf = (block: Element, name: string): string | undefined =>
  block.children.filter((child) => child.name === name).at(-1)?.text;
const isSecure = (block: Element): boolean => (textOf(block, 'connection') || 'secure').trim() === 'secure';

function syslogFirst({ line }: Element, alone: boolean): string {
  const place = line === undefined ? '' : ` (line ${line})`;
  return alone
    ? `No <remote> block is for agents (<connection>secure</connection>); the one there is${place} is for syslog. HAProxy is to lead agents to port ${defaultAgentPort}.`
    : `The first <remote> block${place} is for syslog, not for agents; HAProxy leads agents to the port of the first one with <connection>secure</connection>.`;
}

function readPort(block: Element, all: Findings): number {
  const findings = withLines(all, (option) => lineOf(block, option));
  const options = optionsOf(block, findings);
  const protocol = options.text('protocol') ?? 'tcp';
  if (!protocol.toLowerCase().includes('tcp')) {
    findings.warn(
      `The <remote> block for agents takes ${quoted(protocol)} alone; HAProxy leads agents over TCP. Write <protocol>tcp</protocol> in it.`,
    );
  }
  const value = options.text('port');
  const port = value === undefined ? defaultAgentPort : /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (port >= 1 && port <= 65_535) return port;
  badValue(findings, {
    option: 'remote.port',
    value: value ?? '',
    text: 'The port of the <remote> block for agents is no port',
    allowed: 'an integer from 1 to 65535',
    cure: `Write the port that the manager takes agents on, or remove it for the default, ${defaultAgentPort}.`,
  });
  return defaultAgentPort;
}
