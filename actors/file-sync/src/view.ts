/** How a replica stands, for people: the view, its state, and the words of `muster why`. Pure. */
import { clip, compareGenerations, type GenerationId, generationWords, type SyncState } from '@muster/protocol';
import type { PlanSize } from './plan.ts';
import type { FileFailure, Problem } from './shapes.ts';

/** Everything that is known of one worker's synchronisation. */
export interface ReplicaView {
  readonly linked: boolean;
  /** The link is open, and the master has announced nothing on it yet: what it announced before says nothing of now. */
  readonly unannounced: boolean;
  /** The newest generation that the master announced. */
  readonly announced?: GenerationId | undefined;
  /** The newest generation whose files are known by name and digest. */
  readonly target?: GenerationId | undefined;
  readonly holds?: GenerationId | undefined;
  readonly doing: 'idle' | 'fetching-manifest' | 'replicating' | 'scanning';
  /** The generation that is being written to the disk. */
  readonly applying?: GenerationId | undefined;
  /** A scan of this node's files has ended since the start. */
  readonly scanned: boolean;
  readonly files: number;
  readonly bytes: number;
  /** What the disk lacks of the target, as last scanned. */
  readonly pending?: PlanSize | undefined;
  /** Of the replication in flight. */
  readonly progress?: { readonly files: number; readonly bytes: number } | undefined;
  readonly guard: readonly GuardView[];
  /** The first 20. */
  readonly failures: readonly FileFailure[];
  readonly failureCount: number;
  /** What failed as a whole and is tried again. */
  readonly trouble?: string | undefined;
  readonly problems: readonly Problem[];
}

export interface GuardView {
  readonly key: string;
  readonly since: GenerationId;
  readonly deletes: number;
  readonly of: number;
  readonly words: string;
  /** From the beginning of the hold to the generation that may confirm it, ms. */
  readonly confirmAfterMs: number;
  /** Of that what is left, ms; 0: it may come now. Absent in what is told, which must not change with the time. */
  readonly confirmInMs?: number | undefined;
}

/** Only so many failures are shown; the rest are counted. */
export const maxFailuresShown = 20;

/** Problems that leave part of the disk unseen: with one of them no generation can be said to be held. */
export const hides = ({ effect, code }: Problem): boolean => effect === 'blocking' && code !== 'missing-directory';

/** Whether such a problem leaves `path` unseen. */
export const isUnseen = (problems: readonly Problem[], path: string): boolean =>
  problems.some((problem) => hides(problem) && (path === problem.path || path.startsWith(`${problem.path}/`)));

/** The state, and in plain words why it is not `in-sync`. */
export function standing(view: ReplicaView): { readonly state: SyncState; readonly why?: string } {
  const { state, why } = judge(view);
  return why === undefined ? { state } : { state, why: clip(why) };
}

function judge(view: ReplicaView): { state: SyncState; why?: string } {
  if (!view.linked) return unlinked(view);
  if (view.announced === undefined) return { state: 'starting', why: 'The master has not announced a generation yet.' };
  if (view.unannounced) return { state: 'syncing', why: unannouncedWords(view) };
  if (!view.scanned) return { state: 'starting', why: "This node's own files are still being read." };
  if (view.guard.length > 0) return { state: 'held', why: guardWords(view) };
  if (view.trouble !== undefined) return { state: 'failing', why: sentences([view.trouble]) };
  if (view.failureCount > 0) return { state: 'failing', why: failureWords(view) };
  const hidden = view.problems.find(hides);
  if (hidden !== undefined && view.doing === 'idle')
    return { state: 'failing', why: sentences([problemWords(hidden)]) };
  if (view.holds !== undefined && compareGenerations(view.holds, view.announced) === 0) return { state: 'in-sync' };
  return { state: 'syncing', why: doingWords(view, view.announced) };
}

function unlinked({ holds, announced }: ReplicaView): { state: SyncState; why: string } {
  if (holds !== undefined) {
    return {
      state: 'syncing',
      why: `The link to the master is lost; this node holds generation ${holds.generation}, the last it heard of or an older one.`,
    };
  }
  if (announced === undefined) return { state: 'starting', why: 'There is no link to the master yet.' };
  return {
    state: 'syncing',
    why: `The link to the master is lost; generation ${announced.generation} is applied in part and goes on when the link is back.`,
  };
}

function unannouncedWords({ holds }: ReplicaView): string {
  const has = holds === undefined ? 'no whole generation' : `generation ${holds.generation} of before`;
  return `The master has not announced a generation since the link was opened; this node holds ${has}. If that lasts, ask why of the master.`;
}

function doingWords({ doing, pending, applying }: ReplicaView, { generation }: GenerationId): string {
  switch (doing) {
    case 'fetching-manifest':
      return `The list of files of generation ${generation} is being fetched.`;
    case 'replicating':
      return `Generation ${applying?.generation ?? generation} is being applied: ${sizeWords(pending)}.`;
    case 'scanning':
      return `This node's disk is being checked against generation ${generation}.`;
    case 'idle':
      return `Generation ${generation} is about to be applied: ${sizeWords(pending)}.`;
  }
}

function sizeWords(size: PlanSize | undefined): string {
  if (size === undefined) return 'what is to be done is not known yet';
  return `${size.puts} to write (${size.bytes} bytes), ${size.removes} to remove, ${size.modes} modes to mend`;
}

function failureWords({ failures, failureCount }: ReplicaView): string {
  const shown = failures.slice(0, 3).map(({ path, text }) => `${path}: ${text}`);
  const more = failureCount > shown.length ? `; and ${failureCount - shown.length} more` : '';
  const files = failureCount === 1 ? '1 file' : `${failureCount} files`;
  return `${files} cannot be made as the master has them; the others are. ${shown.join('; ')}${more}. It is tried again.`;
}

const problemWords = ({ path, text }: Problem): string => `${path}: ${text}`;
const sentences = (parts: readonly string[]): string => parts.map((part) => part.replace(/\.?$/, '.')).join(' ');

/** What is held, when that ends at the earliest, and how to end it otherwise: a node that waits must not look stuck. */
function guardWords({ guard }: ReplicaView): string {
  const after = Math.ceil(Math.max(...guard.map(({ confirmAfterMs }) => confirmAfterMs)) / 1_000);
  return `${sentences(guard.map(({ words }) => words))} That comes ${after} s after the first at the earliest (integrity.guard.confirm_after); putting the files back on the master stops it.`;
}

function confirmWords({ guard }: ReplicaView): string {
  const left = guard.flatMap(({ confirmInMs }) => (confirmInMs === undefined ? [] : [confirmInMs]));
  if (left.length === 0) return '';
  const most = Math.ceil(Math.max(...left) / 1_000);
  return most > 0 ? `Earliest in ${most} s.` : 'It may come at any moment.';
}

/** One paragraph for `muster why`: where the node stands, why, and what is in its way. */
export function explain(node: string, view: ReplicaView): string {
  const { state, why } = standing(view);
  const clock = state === 'held' ? confirmWords(view) : '';
  const parts = [opening(node, state, view), why ?? '', clock, progressWords(view), ...aside(view)];
  return parts.filter((part) => part !== '').join(' ');
}

function opening(node: string, state: SyncState, view: ReplicaView): string {
  const { holds, announced, linked } = view;
  if (state === 'in-sync')
    return `${node} is in sync: its disk holds generation ${holds!.generation}, the master's newest.`;
  if (!linked && holds !== undefined)
    return `${node} is not known to be in sync: without its master nobody can say what is the newest.`;
  const has = holds === undefined ? 'holds no whole generation' : `holds ${generationWords(holds, announced)}`;
  const newest =
    announced === undefined || view.unannounced || !linked ? '' : `; the master's newest is ${announced.generation}`;
  return `${node} is ${stateWords[state]}: it ${has}${newest}.`;
}

const stateWords: Readonly<Record<SyncState, string>> = {
  starting: 'starting',
  'in-sync': 'in sync',
  syncing: 'not in sync yet',
  held: 'held back by the deletion guard',
  failing: 'failing to synchronise',
};

function progressWords({ progress, pending }: ReplicaView): string {
  if (progress === undefined || pending === undefined) return '';
  return `So far ${progress.files} of ${pending.puts} files and ${progress.bytes} of ${pending.bytes} bytes are here.`;
}

/** What does not hold the node back but is to be known. */
function aside({ problems }: ReplicaView): readonly string[] {
  const left = problems.filter(({ effect }) => effect === 'held');
  if (left.length === 0) return [];
  const first = left.slice(0, 3).map(problemWords).join('; ');
  return [`Left out of the synchronisation: ${first}${left.length > 3 ? `; and ${left.length - 3} more` : ''}.`];
}
