/** A list of agents that is longer than one answer. */
import type { Agents } from '@muster/protocol';
import { ControlError } from './errors.ts';

/**
 * Each page that `ask` gives for what is after an id, until there is no more. Ids only grow: an answer that leads
 * nowhere, or gives what was given already, is a `ControlError` and no endless list. `root` is for its words.
 */
export async function* allPages(
  ask: (after: number) => Promise<Agents>,
  root: string,
): AsyncGenerator<Agents, void, undefined> {
  let after = 0;
  for (;;) {
    const page = await ask(after);
    if (!leadsOn(page, after)) {
      const text = `The Muster of R (${root}) answered with agents out of order. Do both have the same version?`;
      throw new ControlError('unexpected', text);
    }
    yield page;
    if (page.next === undefined) return;
    after = page.next;
  }
}

function leadsOn({ rows, next }: Agents, after: number): boolean {
  let last = after;
  for (const { id } of rows) {
    if (id <= last) return false;
    last = id;
  }
  return next === undefined || (next > after && next >= last);
}
