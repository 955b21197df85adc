import { type Findings, quoted } from './fault.ts';

/** 0 info, 1 debug, 2 debug2 (`reference/config.md` 5). */
export type DebugLevel = 0 | 1 | 2;

const option = 'wazuh_clusterd.debug';

/**
 * `wazuh_clusterd.debug`: what `local_internal_options.conf` says, else `internal_options.conf`, else 0.
 * Anything but 0, 1 or 2 counts as 0, with a warning.
 */
export function readDebugLevel(
  internal: string | undefined,
  local: string | undefined,
  findings: Findings,
): DebugLevel {
  const value = lastValue(local ?? '') ?? lastValue(internal ?? '') ?? '0';
  if (value === '0' || value === '1' || value === '2') return Number(value) as DebugLevel;
  findings.warn(`${option} is ${quoted(value)}; only 0, 1 and 2 are allowed. Using 0.`);
  return 0;
}

function lastValue(text: string): string | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trimStart().startsWith(option));
  const values = lines.map((line) => /^\s*wazuh_clusterd\.debug\s*=(.*)$/.exec(line)?.[1]?.trim());
  return values.filter((value) => value !== undefined).at(-1);
}
