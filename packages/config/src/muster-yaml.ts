import { Value } from '@sinclair/typebox/value';
import { parseDocument } from 'yaml';
import { type Findings, quoted } from './fault.ts';
import type { LogFormat, LogLevel, ManagerChoice, MusterOptions } from './muster-options.ts';
import { musterSchema } from './muster-schema.ts';
import { allowedOf, defaultOf, musterOptionList, musterTable, type Option, type OptionPath } from './muster-table.ts';
import { nearest } from './nearest.ts';
import { formatDuration, parseDuration, parseSize } from './quantity.ts';

type Fault = Parameters<Findings['fault']>[0];

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
    const found = bad.some((at) => path === at || path.startsWith(`${at}.`)) ? undefined : valueAt(root, path);
    return found ?? defaultOf(musterTable[path]);
  };
  for (const [path, option] of musterOptionList) {
    const fault = boundsFault(path, option, value(path));
    if (fault !== undefined) findings.fault(fault);
  }
  const file = optionsFrom(value);
  checkOrder(file.options, findings);
  return file;
}

function parseYaml(text: string, findings: Findings): unknown {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
  const wrong = (problem: string, line?: number): undefined => {
    findings.fault({
      code: 3006,
      text: `muster.yaml is not YAML: ${problem}`,
      option: '',
      allowed: 'a mapping of sections to their options',
      cure: 'Mend the line, or remove the file: every option has a default.',
      ...(line === undefined ? {} : { line }),
    });
  };
  for (const error of document.errors) wrong(error.message.split('\n')[0] ?? error.code, error.linePos?.[0].line);
  if (document.errors.length > 0) return {};
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    return wrong(cause instanceof Error ? cause.message : String(cause)) ?? {};
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
    findings.fault(
      parts.some((part) => part.includes('.')) ? dottedFault(path, error.value) : shapeFault(path, error.value),
    );
  }
  return [...seen];
}

const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

function shapeFault(path: string, value: unknown): Fault {
  const option = Object.hasOwn(musterTable, path) ? musterTable[path as OptionPath] : undefined;
  if (option !== undefined) return valueFault(path, option, value);
  const members = musterOptionList
    .map(([known]) => known)
    .filter((known) => path === '' || known.startsWith(`${path}.`));
  if (members.length > 0) {
    return {
      code: 3004,
      text: path === '' ? 'muster.yaml must hold a mapping' : `${path} must be a mapping`,
      option: path,
      value: quoted(value),
      allowed: `a mapping with ${[...new Set(members.map((known) => nextPart(known, path)))].join(', ')}`,
      cure: 'Write its options indented below it, each as `name: value`.',
    };
  }
  return unknownFault(path, value);
}

/** `keep_alive.interval: 2s` in one line: the notation of the documentation, which is no YAML for a mapping. */
function dottedFault(path: string, value: unknown): Fault {
  if (!Object.hasOwn(musterTable, path)) return unknownFault(path, value);
  const parts = path.split('.');
  const levels = parts.slice(0, -1).map((part) => `\`${part}:\``);
  const last = `\`${parts.at(-1)}: ${typeof value === 'string' || typeof value === 'number' ? value : '…'}\``;
  return {
    code: 3004,
    text: `${path} is written with a dot; the dots of an option are levels of the file`,
    option: path,
    value: quoted(value),
    allowed: 'one name a level, each level indented below the one before',
    cure: `Write ${[...levels, last].join(' and below it, indented, ')}.`,
  };
}

const nextPart = (known: string, path: string): string =>
  known.slice(path === '' ? 0 : path.length + 1).split('.')[0] ?? '';

function unknownFault(path: string, value: unknown): Fault {
  const parent = path.split('.').slice(0, -1).join('.');
  const prefix = parent === '' ? '' : `${parent}.`;
  const siblings = musterOptionList.map(([known]) => known).filter((known) => known.startsWith(prefix));
  const names = [...new Set(siblings.map((known) => nextPart(known, parent)))];
  const near = nearest(path.slice(prefix.length), names);
  const elsewhere = musterOptionList
    .map(([known]) => known)
    .find((known) => known.endsWith(`.${path.slice(prefix.length)}`));
  const meant = near === undefined ? elsewhere : `${prefix}${near}`;
  return {
    code: 3004,
    text: `muster.yaml has no option ${quoted(path)}`,
    option: path,
    value: quoted(value),
    allowed: `${parent === '' ? 'the sections' : `in ${parent}:`} ${names.join(', ')}`,
    cure: meant === undefined ? 'Remove it.' : `Did you mean ${meant}? Otherwise remove it.`,
  };
}

function boundsFault(path: OptionPath, option: Option, value: unknown): Fault | undefined {
  if (option.kind !== 'duration' && option.kind !== 'size') return undefined;
  const amount = option.kind === 'duration' ? parseDuration(value) : parseSize(value);
  return amount >= option.min && amount <= option.max ? undefined : valueFault(path, option, value);
}

function valueFault(path: string, option: Option, value: unknown): Fault {
  const initial = defaultOf(option);
  return {
    code: 3004,
    text: `Invalid value for ${path}`,
    option: path,
    value: quoted(value),
    allowed: allowedOf(option),
    cure: `Write such a value, or remove it for the default${initial === undefined ? '' : `, ${initial}`}.`,
  };
}

function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

type Values = (path: OptionPath) => unknown;

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
