/** The files of /proc, read (proc(5)). Pure. */
import type { ProcessFact } from './facts.ts';

/** Effective ids of `/proc/PID/status`. */
export function parseStatus(text: string): Pick<ProcessFact, 'uid' | 'gids'> {
  const numbers = (name: string): readonly number[] =>
    (new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
  return { uid: numbers('Uid')[1] ?? 0, gids: [...numbers('Gid').slice(1, 2), ...numbers('Groups')] };
}

/** The soft limit of open files in `/proc/PID/limits`. */
export function parseLimits(text: string): number {
  const soft = /^Max open files\s+(\S+)/m.exec(text)?.[1] ?? 'unlimited';
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** As `/proc/PID/comm` has them, cut at 15 characters. */
const keepers: ReadonlyMap<string, string> = new Map([
  ['chronyd', 'chronyd'],
  ['ntpd', 'ntpd'],
  ['systemd-timesyn', 'systemd-timesyncd'],
  ['ntpsec', 'ntpsec'],
  ['ptp4l', 'ptp4l'],
  ['vmtoolsd', 'vmtoolsd'],
  ['VBoxService', 'VBoxService'],
]);

export const timeKeeperIn = (names: readonly string[]): string => {
  const found = names.find((name) => keepers.has(name));
  return found === undefined ? '' : (keepers.get(found) ?? '');
};

/** Whether `cmdline` is that of the manager's own cluster daemon for `root`: its program lies below it. */
export function clusterdIn(cmdline: string, root: string): boolean {
  return cmdline.split('\0').some((word) => word.startsWith(`${root}/`) && /\/wazuh-clusterd(\.py)?$/.test(word));
}

/** The process that a pid file in `R/var/run` is of, by its name; undefined: it is none of a cluster daemon. */
export function pidOfFile(name: string): number | undefined {
  const match = /^wazuh-clusterd-([0-9]{1,9})\.pid$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** Whether `cmdline` is that of `node SCRIPT start …`, as a Muster runs. */
export const isStarted = (cmdline: string): boolean => cmdline.split('\0').slice(2).includes('start');

/** Whether a line of `/proc/net/tcp` or `tcp6` listens (state 0A) on `port`. */
export function listensOn(table: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:[0-9A-F]{4} 0A `, 'm').test(table);
}

/**
 * Inodes of those who listen on `path`, of `/proc/net/unix`: flags have bit 16 (SO_ACCEPTCON). Muster binds it beside,
 * under `path` and a digit, and links it there: the system goes on calling it so.
 */
export function listenersOf(table: string, path: string): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [, , , flags = '0', , , inode = '', ...words] = line.trim().split(/\s+/);
    return isAt(words.join(' '), path) && (Number.parseInt(flags, 16) & 0x10000) !== 0 ? [inode] : [];
  });
}

const isAt = (found: string, path: string): boolean =>
  found === path || (found.startsWith(`${path}.`) && /^[0-9]$/.test(found.slice(path.length + 1)));
