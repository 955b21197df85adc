/** Plain words on one node, for `muster why`. Pure. */
import type { IntegrityView } from '@muster/integrity';
import type { LinkView } from '@muster/node';
import { type GenerationId, generationWords, type NodeView } from '@muster/protocol';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** A worker's link to its master. */
export const linkWords = (link: LinkView): string =>
  link.state === 'linked' ? 'Linked to the master.' : `Not linked to the master. ${tryWords(link)}`.trimEnd();

/** What came of dialing the master, and what comes next; empty while there is a link. */
export function tryWords({ state, attempt, lastError, nextTryMs }: LinkView): string {
  if (state === 'linked') return '';
  const [ended, again] =
    attempt === 0 ? ['The last link ended', 'The next try'] : [`Try ${attempt} failed`, 'The next'];
  const last = lastError === undefined ? '' : `${ended}: ${lastError.text.replace(/\.$/, '')}.`;
  const next = nextTryMs === undefined ? '' : `${again} is in ${Math.ceil(nextTryMs / 100) / 10} s.`;
  return [last, next].filter((words) => words !== '').join(' ');
}

/** One paragraph on a peer, from what its beats and its link say; `newest`: the master's generation, where it is known. */
export function explainPeer(row: NodeView, newest?: GenerationId): string {
  const { name, liveness, reason, sync, holds, lag, behindMs, why } = row;
  if (liveness === 'down' || liveness === 'left') return awayWords(row);
  if (liveness === 'unknown') return `${name} is linked and has not spoken yet.`;
  const suspicion = liveness === 'suspect' ? ` It is suspect: ${reason}.` : '';
  if (sync === 'in-sync' && (lag ?? 0) === 0) {
    return `${name} is in sync: its disk holds generation ${holds?.generation ?? '?'}, the master's newest.${suspicion}`;
  }
  const has = holds === undefined ? 'holds no whole generation' : `holds ${generationWords(holds, newest)}`;
  const behind = behindMs > 0 ? `, for ${seconds(behindMs)} now` : '';
  return `${name} is not in sync: it ${has}${behind}. ${why ?? 'It has not said why.'}${suspicion}`;
}

function awayWords({ name, liveness, reason, role, heardMs }: NodeView): string {
  const words = [
    `${name} ${liveness === 'left' ? 'has left' : 'is down'}: ${reason}.`,
    heardMs > 0 ? `It was last heard ${seconds(heardMs)} ago.` : '',
    'What it holds now is not known.',
    liveness === 'left' && role === 'worker' ? 'It was stopped on purpose and does not count as missing.' : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

/** One paragraph on a master, from its own integrity actor; `uid`: the user that it runs as. */
export function explainMaster(name: string, view: IntegrityView, uid: number): string {
  const { phase, id, files, problems, why, watching } = view;
  const published =
    id === undefined ? 'has published no generation yet' : `has published generation ${id.generation} (${files} files)`;
  const polling =
    watching === 'polling'
      ? ' The system has no more watches: changes are found by polling. Raise fs.inotify.max_user_watches.'
      : '';
  if (phase === 'watching' && problems.length === 0)
    return `${name} is the master and ${published}; it watches its files.${why === undefined ? '' : ` ${why}`}${polling}`;
  const held = problems.filter(({ effect }) => effect === 'held');
  const blocking = problems.filter(({ effect }) => effect === 'blocking');
  const words = [
    `${name} is the master and ${published}.`,
    blocking.length === 0
      ? ''
      : `Nothing newer is published, and so nothing is deleted anywhere, until this is mended: ${listed(blocking)}.`,
    blocking.some(({ code }) => code.startsWith('unreadable')) ? `This daemon runs as uid ${uid}.` : '',
    blocking.length === 0 && why !== undefined ? why : '',
    held.length === 0 ? '' : `Left out of the synchronisation: ${listed(held)}.`,
  ];
  return words.filter((word) => word !== '').join(' ') + polling;
}

const shown = 5;

function listed(problems: IntegrityView['problems']): string {
  const first = problems.slice(0, shown).map(({ path, text }) => `${path}: ${text.replace(/\.$/, '')}`);
  return [...first, ...(problems.length > shown ? [`and ${problems.length - shown} more`] : [])].join('; ');
}
