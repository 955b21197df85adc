import type { ActorView } from '@muster/protocol';
import { type Cell, type Paint, renderTable, type Tone } from './table.ts';
import { age, printable } from './units.ts';

const tones: Readonly<Record<string, Tone>> = { running: 'good', ending: 'warn', down: 'bad', stopped: 'dim' };

/**
 * The living actors as a tree, each with its mailbox and its work; last errors below. `boxes` false: without box
 * drawing, each with its whole path, for programs that read it.
 */
export function renderTree(actors: readonly ActorView[], paint: Paint, boxes = true): string[] {
  const sorted = [...actors].sort((a, b) => comparePaths(partsOf(a), partsOf(b)));
  const head = ['ACTOR', 'STATE', 'MAILBOX', 'HIGHEST', 'PROCESSED', 'BUSY', 'RESTARTS'];
  const rows = sorted.map((actor, index) => row(actor, boxes ? branchOf(sorted, index) + nameOf(actor) : actor.path));
  const errors = sorted.flatMap(({ path, lastError }) => {
    return lastError === undefined ? [] : [`${paint(printable(path), 'bold')}: ${printable(lastError)}`];
  });
  return [...renderTable(head, rows, paint), ...(errors.length > 0 ? ['', 'Last errors', ...errors] : [])];
}

const row = (actor: ActorView, name: string): readonly Cell[] => {
  const tone = tones[actor.state];
  return [
    { text: printable(name) },
    tone === undefined ? { text: printable(actor.state) } : { text: actor.state, tone },
    { text: `${actor.mailbox}`, align: 'right' },
    { text: `${actor.highWater}`, align: 'right' },
    { text: `${actor.processed}`, align: 'right' },
    { text: age(actor.busyMs), align: 'right' },
    actor.restarts === 0 ? { text: '0', align: 'right' } : { text: `${actor.restarts}`, align: 'right', tone: 'warn' },
  ];
};

/** `│   ├── ` for the actor at `index`: which of its ancestors, and it itself, have younger siblings below. */
function branchOf(sorted: readonly ActorView[], index: number): string {
  const parts = partsOf(sorted[index]!);
  const depth = parts.length - partsOf(sorted[0]!).length;
  let branch = '';
  for (let level = 1; level <= depth; level++) {
    const prefix = parts.slice(0, parts.length - depth + level - 1);
    const name = parts[prefix.length];
    const more = sorted.slice(index + 1).some((other) => {
      const others = partsOf(other);
      return (
        others.length > prefix.length &&
        prefix.every((part, at) => others[at] === part) &&
        others[prefix.length] !== name
      );
    });
    branch += level === depth ? (more ? '├── ' : '└── ') : more ? '│   ' : '    ';
  }
  return branch;
}

const nameOf = (actor: ActorView): string => partsOf(actor).at(-1) ?? actor.path;
const partsOf = ({ path }: ActorView): readonly string[] => path.split('/').filter((part) => part !== '');

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at]! < b[at]! ? -1 : 1;
  return a.length - b.length;
}
