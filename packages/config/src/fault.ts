/** One thing that is wrong with the configuration. Secrets are never in it. */
export interface Fault {
  /** 3004: a value is not allowed; 3006: a file cannot be read or is not well formed (`reference/config.md` 2). */
  readonly code: 3004 | 3006;
  /** What is wrong, in one sentence. */
  readonly text: string;
  /** The option as its file writes it (`cluster.port`, `keep_alive.interval`); empty when the whole file is meant. */
  readonly option: string;
  /** The value found, quoted; of a secret only its length. Undefined when there is none. */
  readonly value?: string;
  readonly allowed: string;
  /** What to do about it. */
  readonly cure: string;
  /** The file's path. */
  readonly file: string;
  /** Counted from 1, where known. */
  readonly line?: number;
}

/** What reading found. Readers add to it and go on, so that every fault is told at once. */
export interface Findings {
  readonly fault: (fault: Omit<Fault, 'file'>) => void;
  readonly warn: (text: string) => void;
}

/** Adds the line of the option to a fault that comes without one. */
export const withLines = (findings: Findings, lineOf: (option: string) => number | undefined): Findings => ({
  warn: findings.warn,
  fault: (fault) => {
    const line = fault.line ?? lineOf(fault.option);
    findings.fault(line === undefined ? fault : { ...fault, line });
  },
});

/** For a block that is switched off: its faults stop nobody, and are told as warnings. */
export const lenient = (findings: Findings): Findings => ({
  warn: findings.warn,
  fault: ({ text }) => findings.warn(`The cluster is disabled; enabled, it would be refused: ${text}`),
});

/** The configuration cannot be used. Lists every fault found, not only the first. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly faults: readonly Fault[];
  /** What was also found, and would not have stopped us. */
  readonly warnings: readonly string[];

  constructor(faults: readonly Fault[], warnings: readonly string[] = []) {
    super(summary(faults));
    this.name = 'ConfigError';
    this.faults = faults;
    this.warnings = warnings;
  }
}

const heading = { 3004: 'Error in cluster configuration', 3006: 'Error reading cluster configuration' } as const;

/** `Error 3004 - Error in cluster configuration: Unspecified key`: the printed form of the reference. */
export const faultLine = (fault: Fault): string => `Error ${fault.code} - ${heading[fault.code]}: ${fault.text}`;

function summary(faults: readonly Fault[]): string {
  const [first] = faults;
  if (first === undefined) return 'The configuration cannot be used.';
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`;
  return `${faultLine(first)}${more}`;
}

/** A numbered list for people: each fault with its place, its value, what is allowed, and how to mend it. */
export function describeConfigError(error: ConfigError): string {
  const count = error.faults.length === 1 ? '1 fault' : `${error.faults.length} faults`;
  const items = error.faults.map((fault, index) => describeFault(fault, index + 1));
  const warnings = error.warnings.map((text) => `Warning: ${text}`);
  return [`The configuration has ${count}:`, ...items, ...warnings, ''].join('\n');
}

function describeFault(fault: Fault, number: number): string {
  const place = fault.line === undefined ? fault.file : `${fault.file}, line ${fault.line}`;
  const rows = [
    ['where', fault.option === '' ? place : `${fault.option} in ${place}`],
    ...(fault.value === undefined ? [] : [['found', fault.value]]),
    ['allowed', fault.allowed],
    ['mend', fault.cure],
  ] as const;
  const lines = rows.map(([label = '', text = '']) => `     ${`${label}:`.padEnd(9)}${text}`);
  return [`${String(number).padStart(3)}. ${faultLine(fault)}`, ...lines].join('\n');
}

/** A value for showing: quoted, control characters escaped, at most 80 characters. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Stands for a secret: only its length is told. */
export const hiddenValue = (secret: string): string => `(${secret.length} characters, not shown)`;
