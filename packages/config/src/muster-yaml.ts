import { Value } from '@sinclair/typebox/value';
import { parseDocument } from 'yaml';
import type { Findings } from './fault.ts';
import { readHaproxyOptions } from './haproxy-options.ts';
import { checkHttpApi, readHttpApiOptions } from './http-api-options.ts';
import { type MusterFault, notYaml, shapeFault, valueFault } from './muster-faults.ts';
import type { LogFormat, LogLevel, ManagerChoice, MusterOptions } from './muster-options.ts';
import { musterSchema } from './muster-schema.ts';
import { musterOptionList, musterTable, type OptionPath, type Values } from './muster-table.ts';
import { defaultOf, type Option } from './option.ts';
import { formatDuration, parseDuration, parseSize } from './quantity.ts';

/** The options, but for owner and group, which are still names or ids. */
export interface MusterFile {
  readonly options: Omit<MusterOptions, 'files'>;
  readonly owner: string | number | undefined;
  readonly group: string | number | undefined;
}

/** Reads the text of `muster.yaml`; an empty one gives the defaults. Never throws; where a value is bad, its default stands in. */
export function readMuster(text: string, findings: Findings): MusterFile {
  const root = parseYaml(text, findings);
  const bad = checkShape(root, findings);
  const value = (path: OptionPath): unknown => {
    const found = bad.some((at) => at === '' || `${path}.`.startsWith(`${at}.`) || at.startsWith(`${path}.`))
      ? undefined
      : valueAt(root, path);
    return found ?? defaultOf(musterTable[path]);
  };
  for (const [path, option] of musterOptionList) {
    const fault = boundsFault(path, option, value(path));
    if (fault !== undefined) findings.fault(fault);
  }
  const file = optionsFrom(value);
  checkOrder(file.options, findings);
  checkHttpApi(file.options.httpApi, findings);
  return file;
}

function parseYaml(text: string, findings: Findings): unknown {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
  for (const { message, code, linePos } of document.errors)
    findings.fault(notYaml(message === '' ? code : message, linePos?.[0].line));
  if (document.errors.length > 0) return {};
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    findings.fault(notYaml(cause instanceof Error ? cause.message : String(cause)));
    return {};
  }
}

/** Checks against the schema; gives the paths whose values cannot be used. */
function checkShape(root: unknown, findings: Findings): readonly string[] {
  const seen = new Set<string>();
  for (const error of Value.Errors(musterSchema, root)) {
    const parts = error.path.split('/').slice(1).map(unescapePointer);
    const path = parts.join('.');
    if (seen.has(path) || [...seen].some((parent) => path.startsWith(`${parent}.`))) continue;
    seen.add(path);
    findings.fault(shapeFault(parts, error.value));
  }
  return [...seen];
}

function boundsFault(path: OptionPath, option: Option, value: unknown): MusterFault | undefined {
  if (option.kind !== 'duration' && option.kind !== 'size') return undefined;
  const amount = option.kind === 'duration' ? parseDuration(value) : parseSize(value);
  return amount >= option.min && amount <= option.max ? undefined : valueFault(path, option, value);
}

const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

const integrityFrom = (value: Values): MusterOptions['integrity'] => ({
  reconcileEveryMs: parseDuration(value('integrity.reconcile_every')),
  coalesceMs: parseDuration(value('integrity.coalesce')),
  pollEveryMs: parseDuration(value('integrity.poll_every')),
  maxFileSizeBytes: parseSize(value('integrity.max_file_size')),
  maxFiles: Number(value('integrity.max_files')),
  guard: {
    percent: Number(value('integrity.guard.percent')),
    files: Number(value('integrity.guard.files')),
    confirmAfterMs: parseDuration(value('integrity.guard.confirm_after')),
  },
});

function optionsFrom(value: Values): MusterFile {
  const ms = (path: OptionPath): number => parseDuration(value(path));
  const count = (path: OptionPath): number => Number(value(path));
  return {
    owner: value('files.owner') as string | number | undefined,
    group: value('files.group') as string | number | undefined,
    options: {
      keepAlive: {
        intervalMs: ms('keep_alive.interval'),
        suspectAfterMs: ms('keep_alive.suspect_after'),
        downAfterMs: ms('keep_alive.down_after'),
      },
      link: {
        handshakeTimeoutMs: ms('link.handshake_timeout'),
        connectionsPerAddress: count('link.connections_per_address'),
        connections: count('link.connections'),
        retryMinMs: ms('link.retry_min'),
        retryMaxMs: ms('link.retry_max'),
      },
      integrity: integrityFrom(value),
      manager: value('manager') as ManagerChoice,
      agents: { pollEveryMs: ms('agents.poll_every'), storeMaxSizeBytes: parseSize(value('agents.store_max_size')) },
      registration: { perSecond: count('registration.per_second'), burst: count('registration.burst') },
      haproxy: readHaproxyOptions(value),
      httpApi: readHttpApiOptions(value),
      log: { format: value('log.format') as LogFormat, level: value('log.level') as LogLevel | undefined },
      restarts: {
        max: count('restarts.max'),
        withinMs: ms('restarts.within'),
        backOffMinMs: ms('restarts.back_off_min'),
        backOffMaxMs: ms('restarts.back_off_max'),
      },
    },
  };
}

/** Values that are each allowed, but not together. Values that are themselves bad compare as false, and were told already. */
function checkOrder({ keepAlive, link, restarts }: MusterFile['options'], findings: Findings): void {
  const pairs = [
    ['keep_alive.suspect_after', keepAlive.suspectAfterMs, 'above', 'keep_alive.interval', keepAlive.intervalMs],
    ['keep_alive.down_after', keepAlive.downAfterMs, 'above', 'keep_alive.suspect_after', keepAlive.suspectAfterMs],
    ['link.retry_max', link.retryMaxMs, 'at least', 'link.retry_min', link.retryMinMs],
    ['restarts.back_off_max', restarts.backOffMaxMs, 'at least', 'restarts.back_off_min', restarts.backOffMinMs],
  ] as const;
  for (const [option, value, relation, other, bound] of pairs) {
    if (!(relation === 'above' ? value <= bound : value < bound)) continue;
    findings.fault({
      code: 3004,
      text: `${option} must be ${relation} ${other}`,
      option,
      value: formatDuration(value),
      allowed: `${relation} ${formatDuration(bound)}, the value of ${other}`,
      cure: `Raise ${option} or lower ${other}; one of them may be a default.`,
    });
  }
}
