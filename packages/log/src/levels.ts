/** From the loudest to the most talkative (`reference/links.md` 5). */
export const levels = { critical: 0, error: 1, warning: 2, info: 3, debug: 4, debug2: 5 } as const;

export type LogLevel = keyof typeof levels;
export type LogFormat = 'plain' | 'json';

/** Whether a record of `level` is logged where `threshold` is set. */
export const isLogged = (level: LogLevel, threshold: LogLevel): boolean => levels[level] <= levels[threshold];
