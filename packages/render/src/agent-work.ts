import type { AgentWork } from '@muster/protocol';
import type { Paint } from './table.ts';
import { bytes, counted, printable } from './units.ts';

/** What of its most the store may take before that stands out. */
const nearlyFull = 0.9;

/** The lines of `muster health` on agents: how they are, what waits, the manager and the store. */
export function agentFacts(work: AgentWork, paint: Paint): readonly (readonly [name: string, text: string])[] {
  const { manager, trouble, storeBytes, storeMaxBytes } = work;
  const store = `${bytes(storeBytes)} of at most ${bytes(storeMaxBytes)}`;
  return [
    ['Agents', agents(work)],
    ['Statuses', statuses(work)],
    ['Groups', `version ${work.groupsVersion}`],
    ['Manager', `asked by ${manager}`],
    ...(trouble === undefined ? [] : [['Trouble', paint(printable(trouble), 'bad')] as const]),
    ['Store', storeBytes >= storeMaxBytes * nearlyFull ? paint(store, 'bad') : store],
  ];
}

/** Only a master has judged them. */
function agents({ known, active, disconnected, pending, neverConnected, unsent }: AgentWork): string {
  const judged: readonly (readonly [count: number | undefined, words: string])[] = [
    [active, 'active'],
    [disconnected, 'disconnected'],
    [pending, 'pending'],
    [neverConnected, 'never connected'],
  ];
  const parts = judged.flatMap(([count, words]) => (count === undefined ? [] : [`${count} ${words}`]));
  const who = parts.length === 0 ? `${counted(known, 'agent')} reported here` : parts.join(', ');
  return unsent === undefined ? who : `${who}, ${unsent === 0 ? 'all' : `all but ${unsent}`} told to the master`;
}

/** Since the start. */
function statuses({ taken, lost, unknown, unpublished }: AgentWork): string {
  const waiting =
    unpublished === undefined || unpublished === 0 ? '' : `; ${unpublished} wait to be told to the manager`;
  return `${taken} taken, ${lost} older than another node's, ${unknown} of unknown agents${waiting}`;
}
