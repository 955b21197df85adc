import { type Findings, lenient, withLines } from './fault.ts';
import { badValue, lineOf, optionsOf } from './options-of.ts';
import type { Element } from './ossec-xml.ts';

/** What `<global>` of `ossec.conf` says of agents. */
export interface AgentsConfig {
  /** Of silence, after which an active or pending agent counts as disconnected. 1 s to 365 days. */
  readonly disconnectionMs: number;
}

/** What the manager has since 4.13 (`reference/agent-info.md` 3). */
export const defaultDisconnectionMs = 15 * 60_000;

export const defaultAgents: AgentsConfig = { disconnectionMs: defaultDisconnectionMs };

/** The manager's own units; without one, seconds. */
const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const maxSeconds = 365 * 86_400;
const name = 'agents_disconnection_time';

/**
 * Reads the sections of this name below `<ossec_config>`, which are merged: the last section that has an option
 * holds (`reference/config.md` 2, merge rules). `isUsed`: the cluster runs; otherwise a fault is a warning.
 */
export function readAgents(roots: readonly Element[], isUsed: boolean, findings: Findings): AgentsConfig {
  const sections = roots
    .filter((root) => root.name === 'ossec_config')
    .flatMap((root) => root.children.filter((child) => child.name === 'global'));
  const section = sections.filter(({ children }) => children.some((child) => child.name === name)).at(-1);
  if (section === undefined) return defaultAgents;
  const used = isUsed ? findings : lenient(findings);
  return {
    disconnectionMs: readDisconnection(
      section,
      withLines(used, (option) => lineOf(section, option)),
    ),
  };
}

function readDisconnection(section: Element, findings: Findings): number {
  const value = optionsOf(section, findings).text(name);
  if (value === undefined) return defaultDisconnectionMs;
  const [, digits = '', unit = ''] = /^([0-9]+)([smhdw]?)$/.exec(value) ?? [];
  const seconds = digits === '' ? Number.NaN : Number(digits) * (units[unit] ?? Number.NaN);
  if (seconds >= 1 && seconds <= maxSeconds) return seconds * 1000;
  badValue(findings, {
    option: `global.${name}`,
    value,
    text: `Invalid value for ${name}`,
    allowed: '1s to 365d, as 900 (seconds), 90s, 15m, 1h, 1d or 1w',
    cure: 'Write after how long a silent agent counts as disconnected, or remove the option for the default, 15m.',
  });
  return defaultDisconnectionMs;
}
