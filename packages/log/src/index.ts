export { oneLine } from './escape.ts';
export type { LogFormat, LogLevel } from './levels.ts';
export { type Log, type Logger, type LogOptions, openLog } from './open-log.ts';
export { isSecretName, redact, redactText } from './redact.ts';
