import { types } from 'node:util';
import { oneLine, oneTag, safeJson } from './escape.ts';
import type { LogFormat, LogLevel } from './levels.ts';
import { isLogged } from './levels.ts';
import { redact } from './redact.ts';

/** One thing to log. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly tag: string;
  readonly subtag: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  /** Wall clock, ms since 1970. */
  readonly at: number;
}

/** The line of a record, without its end. Holds no line end and no control character, whatever the record holds. */
export const layout = (record: LogRecord, format: LogFormat, threshold: LogLevel): string =>
  format === 'json' ? jsonLine(record) : plainLine(record, threshold);

/**
 * `YYYY/MM/DD HH:MM:SS LEVEL: [tag] [subtag] text` in local time (`reference/links.md` 5, 4.14). From the
 * level debug on, the fields follow as JSON; at debug2 errors among them carry a trace.
 */
function plainLine({ level, tag, subtag, text, fields, at }: LogRecord, threshold: LogLevel): string {
  const head = `${stamp(at)} ${level.toUpperCase()}: [${oneTag(tag)}] [${oneTag(subtag)}] ${oneLine(text)}`;
  if (fields === undefined || !isLogged('debug', threshold)) return head;
  const trace = isLogged('debug2', threshold) ? traceOf(fields) : '';
  return `${head} ${oneLine(safeJson(redact(fields)))}${trace}`;
}

/** One object a line: time (UTC, ISO 8601), level, tag, subtag, text, and fields when there are any. */
function jsonLine({ level, tag, subtag, text, fields, at }: LogRecord): string {
  const time = Number.isNaN(new Date(at).getTime()) ? null : new Date(at).toISOString();
  return safeJson({
    time,
    level,
    tag,
    subtag,
    text,
    ...(fields === undefined ? {} : { fields: redact(fields) }),
  });
}

const traceOf = (fields: Readonly<Record<string, unknown>>): string =>
  Object.values(fields)
    .flatMap((value) =>
      types.isNativeError(value) && typeof value.stack === 'string' ? [` ${oneLine(value.stack)}`] : [],
    )
    .join('');

function stamp(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('/');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
