/** `etc/client.keys` of one machine, as managers and people read and write it. */
import type { Author } from '../happenings.ts';
import { keysPath } from '../workload/paths.ts';
import type { SimNode } from '../world/world.ts';
import type { Enrolled } from './agent.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const none: ReadonlyMap<number, Enrolled> = new Map();
/** Equal contents are one object: each is read once. */
const known = new WeakMap<Uint8Array, ReadonlyMap<number, Enrolled>>();

const linePattern = /^(\d+) ([^\s!#]\S*) (\S+) (\S+)$/;

/** The living lines, by id; of two with one id the last. */
export function keysOf({ files, root }: SimNode): ReadonlyMap<number, Enrolled> {
  const bytes = files.read(`${root}/${keysPath}`);
  if (bytes === undefined) return none;
  const before = known.get(bytes);
  if (before !== undefined) return before;
  const lines = new TextDecoder().decode(bytes).split('\n');
  const read = new Map(
    lines.flatMap((line) => {
      const match = linePattern.exec(line);
      if (match === null) return [];
      const [, id, name, ip, key] = match as unknown as [string, string, string, string, string];
      return Number(id) > 2 ** 31 - 1 ? [] : [[Number(id), { id: Number(id), name, ip, key }] as const];
    }),
  );
  known.set(bytes, read);
  return read;
}

/** Whether each line says whose it is, and no two the same: otherwise nobody is known for sure to be no agent. */
export function isUnderstood(node: SimNode): boolean {
  const living = new Set<number>();
  return linesOf(node).every((line) => {
    if (line.trim() === '') return true;
    const [, digits = '0', mark] = /^(\d+) ([!#]?)\S+ \S+ \S+$/.exec(line.trimEnd()) ?? [];
    const id = Number(digits);
    const isNew = mark !== '' || !living.has(id);
    if (mark === '') living.add(id);
    return id >= 1 && id <= 2 ** 31 - 1 && isNew;
  });
}

export const keysLine = ({ id, name, ip, key }: Enrolled): string =>
  `${String(id).padStart(3, '0')} ${name} ${ip} ${key}\n`;

/** Lines beyond it are broken. */
const mostId = 2 ** 31 - 10_000;

/** The highest id of any line, removed ones too. */
export const highestId = (node: SimNode): number =>
  Math.max(
    0,
    ...linesOf(node)
      .map((line) => Number(/^\d+/.exec(line)?.[0] ?? 0))
      .filter((id) => id <= mostId),
  );

/** Each with its end. */
export const linesOf = ({ files, root }: SimNode): readonly string[] =>
  new TextDecoder()
    .decode(files.read(`${root}/${keysPath}`))
    .split(/(?<=\n)/)
    .filter((line) => line !== '');

/** As the manager's own tools write it: beside, and renamed over. */
export function writeKeys({ files, root }: SimNode, lines: readonly string[], by: Author = 'operator'): void {
  files.replace(`${root}/${keysPath}`, encode(lines.join('')), by);
}

export function addKeys(node: SimNode, agents: readonly Enrolled[]): void {
  const lines = linesOf(node);
  const whole = lines.map((line, index) => (index === lines.length - 1 && !line.endsWith('\n') ? `${line}\n` : line));
  writeKeys(node, [...whole, ...agents.map(keysLine)]);
}

/** `mark`: their lines stay, and say that they are removed. */
export function removeKeys(node: SimNode, ids: ReadonlySet<number>, mark: boolean): void {
  const changed = linesOf(node).flatMap((line) => {
    const match = linePattern.exec(line.trimEnd());
    if (match === null || !ids.has(Number(match[1]))) return [line];
    return mark ? [`${match[1]} !${match[2]} ${match[3]} ${match[4]}\n`] : [];
  });
  writeKeys(node, changed);
}
