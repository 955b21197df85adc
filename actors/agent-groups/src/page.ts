/** One page of the manager's assignments, beside what is held. */
import { isGroupName, MAX_AGENT_ID, MAX_GROUPS } from '@muster/protocol';
import { type GroupsView, sameGroups } from './digested.ts';
import type { Assignment, GroupsFault, ManagersGroups } from './ports.ts';

export type ManagersPage = Awaited<ReturnType<ManagersGroups['groups']>>;

/** What is not the same at both. */
export interface Difference {
  readonly id: number;
  /** None: no assignment. */
  readonly managers: readonly string[];
  readonly held: readonly string[];
}

export interface ComparedPage {
  readonly differences: readonly Difference[];
  readonly faults: readonly GroupsFault[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: number | undefined;
}

/** One page; rejects when it would lead nowhere. */
export async function readPage(manager: ManagersGroups, after: number, signal: AbortSignal): Promise<ManagersPage> {
  const page = await manager.groups(after, signal);
  if (page.next === undefined || page.next > after) return page;
  throw Object.assign(new Error(`the page after agent ${after} ends at ${page.next}`), { code: 'bad-page' });
}

/**
 * Compares a page with what is held of the same ids. An agent that a fault is about is left out; a fault that names
 * no agent leaves out everybody that the page has no row of: what could not be read is not "no assignment".
 */
export function comparePage(page: ManagersPage, after: number, held: GroupsView): ComparedPage {
  const upTo = page.next ?? MAX_AGENT_ID;
  const faults = [...page.faults, ...page.rows.flatMap(misfit)];
  const blamed = blamedBy(faults);
  const rows = new Map(page.rows.flatMap((row) => (misfit(row).length === 0 ? [[row.id, row.groups] as const] : [])));
  const differences: Difference[] = [];
  for (const { id, groups } of held.rows(after + 1, upTo, Number.MAX_SAFE_INTEGER)) {
    const managers = rows.get(id) ?? [];
    rows.delete(id);
    const unread = blamed.has(id) || (managers.length === 0 && blamed.has(undefined));
    if (!unread && !sameGroups(managers, groups)) differences.push({ id, managers, held: groups });
  }
  for (const [id, managers] of rows) {
    if (id <= after || id > upTo || blamed.has(id) || managers.length === 0) continue;
    differences.push({ id, managers, held: [] });
  }
  return { differences, faults, next: page.next };
}

/** A row that may not cross a link is a fault of the adapter that let it through. */
function misfit({ id, groups }: Assignment): readonly GroupsFault[] {
  const at = `agent ${id}`;
  if (!Number.isInteger(id) || id < 1 || id > MAX_AGENT_ID) {
    return [{ at: 'agents', code: 'bad-id', text: `${at}: no such id; ids are 1 to ${MAX_AGENT_ID}` }];
  }
  if (groups.length > MAX_GROUPS) {
    return [
      { at, code: 'too-many-groups', text: `${groups.length} groups; take it out of some: ${MAX_GROUPS} at most` },
    ];
  }
  if (groups.every(isGroupName)) return [];
  return [{ at, code: 'bad-group', text: 'a group with a name that is none; names are made of A-Z a-z 0-9 . _ -' }];
}

/** Entries that are no agent's. */
const nobodys: ReadonlySet<string> = new Set(['bad-name', 'not-utf8']);

/** Whom the faults are about; `undefined`: somebody, but who is not said. */
function blamedBy(faults: readonly GroupsFault[]): ReadonlySet<number | undefined> {
  const some = faults.filter(({ code }) => !nobodys.has(code));
  return new Set(some.map(({ at, code }) => (code === 'more-faults' ? undefined : agentOf(at))));
}

/** The agent that is named at the end. */
function agentOf(at: string): number | undefined {
  const digits = /(?:^|[^0-9A-Za-z_.-])0*([1-9][0-9]{0,9})$/.exec(at)?.[1];
  return digits === undefined || Number(digits) > MAX_AGENT_ID ? undefined : Number(digits);
}

/** Whether one of the faults may be about this agent. */
export function blames(faults: readonly GroupsFault[]): (id: number) => boolean {
  const blamed = blamedBy(faults);
  return (id) => blamed.has(id) || blamed.has(undefined);
}
