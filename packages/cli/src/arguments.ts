/** What options and arguments of several commands may be. */
import { isNodeName } from '@muster/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandDeps, Output } from './commands.ts';
import type { ExitCode } from './exit-codes.ts';

/** What adding a command needs. */
export interface Adding {
  /** A new one, with --root. */
  readonly command: (usage: string, about: string) => Command;
  /** A new one that has commands of its own: what makes these, each with --root. */
  readonly group: (usage: string, about: string) => Adding['command'];
  readonly deps: CommandDeps;
  readonly output: Output;
  readonly finish: (code: ExitCode) => void;
}

export interface Root {
  readonly root: string;
}
export interface Json {
  readonly json?: true;
}
export interface Node {
  readonly node?: string;
}
export interface Watch {
  /** Milliseconds. `true`: without a number. */
  readonly watch?: number | true;
}

/** `[A-Za-z0-9_-]{1,64}` (`reference/links.md` 2, error 3060). */
export function nodeName(text: string): string {
  if (isNodeName(text)) return text;
  throw new InvalidArgumentError('A node has a name of 1 to 64 letters, digits, - and _: muster nodes lists them.');
}

const [shortestWatchMs, longestWatchMs] = [200, 3_600_000];
/** Without a number. */
const usualWatchMs = 2_000;

/** Seconds, as milliseconds. */
export function watchSeconds(text: string): number {
  const ms = /^[0-9]{1,5}(\.[0-9]{1,3})?$/.test(text) ? Math.round(Number(text) * 1_000) : Number.NaN;
  if (ms >= shortestWatchMs && ms <= longestWatchMs) return ms;
  throw new InvalidArgumentError('Seconds between two looks are wanted, from 0.2 to 3600, as 5 or 0.5.');
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `10m`, `2h`, `7d`, as milliseconds. */
export function timeSpan(text: string): number {
  const [, number = '', unit = ''] = /^([0-9]{1,6})(s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(number) * (units[unit] ?? 0);
  if (number !== '' && ms > 0) return ms;
  throw new InvalidArgumentError('A time is a number and a unit, as 30s, 10m, 2h or 7d.');
}

/** A whole number from 1 to `most`. */
export const countUpTo =
  (most: number) =>
  (text: string): number => {
    const count = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`A whole number from 1 to ${most} is wanted.`);
  };

export const withJson = (command: Command): Command => command.option('--json', 'as JSON');

export const withNode = (command: Command): Command =>
  command.option('--node <node>', 'of that node; otherwise of this one', nodeName);

export const withWatch = (command: Command): Command =>
  command.addOption(
    new Option(
      '--watch [seconds]',
      'look again and again, until Ctrl-C: in place on a terminal, otherwise when something changed (2 s)',
    ).argParser(watchSeconds),
  );

export const watchMsOf = ({ watch }: Watch): number | undefined => (watch === true ? usualWatchMs : watch);
