/**
 * The lines `server …` of one backend in the text of a configuration. Pure: every other line stays as it is, byte for
 * byte, and of a line that stays only the address and the weight are changed.
 */
import type { WantedServer } from '../driver.ts';
import { isSameAddress } from './names.ts';

export interface ServersChange {
  readonly backend: string;
  /** There, with these addresses and weights. */
  readonly wanted: readonly WantedServer[];
  /** Not there. Others stay. */
  readonly removed: ReadonlySet<string>;
}

/** Why the text is not touched. */
export type RawFault = 'no-backend' | 'conditional';

/** First words of lines that begin a section. */
const sections = new Set(
  'global defaults frontend backend listen peers resolvers userlist cache program mailers ring log-forward log-profile http-errors fcgi-app crt-store traces acme'.split(
    ' ',
  ),
);

const serverLine = /^(\s*server\s+)(\S+)(\s+)(\S+)(.*)$/;

/** The text with the change made; the same text if there is nothing to change. */
export function rewriteServers(text: string, change: ServersChange): string | RawFault {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => isBackend(line, change.backend));
  if (start < 0) return 'no-backend';
  const length = lines.slice(start + 1).findIndex((line) => sections.has(wordsOf(line)[0] ?? ''));
  const end = length < 0 ? lines.length : start + 1 + length;
  const section = lines.slice(start + 1, end);
  // What holds between `.if` and `.endif` only HAProxy knows.
  if (section.some((line) => /^\s*\./.test(line))) return 'conditional';
  return [...lines.slice(0, start + 1), ...rewriteSection(section, change), ...lines.slice(end)].join('\n');
}

const wordsOf = (line: string): readonly string[] => line.trim().split(/\s+/);

function isBackend(line: string, name: string): boolean {
  const [first, second] = wordsOf(line);
  return first === 'backend' && second === name;
}

function rewriteSection(section: readonly string[], { wanted, removed }: ServersChange): readonly string[] {
  const byName = new Map(wanted.map((server) => [server.name, server]));
  const known = new Set<string>();
  const kept = section.flatMap((line) => {
    const name = serverLine.exec(line)?.[2];
    if (name === undefined) return [line];
    known.add(name);
    const server = byName.get(name);
    if (server !== undefined) return [rewriteLine(line, server)];
    return removed.has(name) ? [] : [line];
  });
  const added = wanted.filter(({ name }) => !known.has(name)).map(lineOf);
  const behind = lastOf(kept, (line) => serverLine.test(line)) ?? lastOf(kept, (line) => /^\s*[^\s#]/.test(line)) ?? -1;
  return [...kept.slice(0, behind + 1), ...added, ...kept.slice(behind + 1)];
}

function lastOf(lines: readonly string[], matches: (line: string) => boolean): number | undefined {
  const index = lines.findLastIndex(matches);
  return index < 0 ? undefined : index;
}

const hostAndPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const lineOf = ({ name, address, port, weight }: WantedServer): string =>
  `  server ${name} ${hostAndPort(address, port)} check weight ${weight}`;

function rewriteLine(line: string, { address, port, weight }: WantedServer): string {
  const [, head = '', name = '', gap = '', at = '', rest = ''] = serverLine.exec(line)!;
  const [, host = '', itsPort = ''] = /^(.*):(\d+)$/.exec(at) ?? [];
  const isThere = isSameAddress(host, address) && Number(itsPort) === port;
  return `${head}${name}${gap}${isThere ? at : hostAndPort(address, port)}${rewriteWeight(rest, weight)}`;
}

function rewriteWeight(rest: string, weight: number): string {
  const [, options = '', comment = ''] = /^([^#]*)(.*)$/.exec(rest)!;
  if (/\sweight\s+\d+/.test(options)) return options.replace(/(\sweight\s+)\d+/, `$1${weight}`) + comment;
  const [, words = '', end = ''] = /^(.*?)(\s*)$/.exec(options)!;
  return `${words} weight ${weight}${end}${comment}`;
}
