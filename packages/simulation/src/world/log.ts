/** A node's log, as lines for whoever listens. */
import type { Log, Logger, LogLevel } from '@muster/log';
import type { LogLine } from '../happenings.ts';
import type { Host } from '../host.ts';

/** Everything from debug2 up; nothing of a process that is dead. */
export function simulatedLog(host: Host, told: (line: LogLine) => void): Log {
  const { node } = host;
  let level: LogLevel = 'debug2';
  const logger = (tag: string): Logger => {
    const say = (at: LogLine['level']) => (text: string) => {
      if (host.alive()) told({ node, level: at, tag, text });
    };
    return {
      debug2: say('debug2'),
      debug: say('debug'),
      info: say('info'),
      warning: say('warning'),
      error: say('error'),
      critical: say('critical'),
    };
  };
  return {
    for: (tag, subtag) => logger(`${tag}] [${subtag}`),
    setLevel: (next) => {
      level = next;
    },
    level: () => level,
    reopen: () => {},
    close: async () => {},
  };
}
