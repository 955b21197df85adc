/** What TAB offers, with what it must ask of the node for it. Where there is no answer, nothing is offered. */
import { type Completion, complete, type Known, needsOf } from './language/complete.ts';
import { findPath } from './language/paths.ts';
import type { Session } from './session.ts';

export async function completeLine(line: string, session: Session, stop: AbortSignal): Promise<Completion> {
  const known = await askFor(line, session, stop).catch((): Known => ({}));
  return complete(line, known);
}

async function askFor(line: string, session: Session, stop: AbortSignal): Promise<Known> {
  const need = needsOf(line);
  const wait = { stop, patienceMs: 0 };
  const paths = async (): Promise<readonly string[]> => {
    const actors = await session.view((node) => node.tree(), wait);
    return actors.map(({ path }) => path);
  };
  switch (need.kind) {
    case 'nothing':
      return {};
    case 'paths':
      return { paths: await paths() };
    case 'nodes':
      return { nodes: (await session.view((_node, here) => here.cluster(), wait)).nodes.map(({ name }) => name) };
    case 'operations': {
      const found = findPath(need.of, await paths());
      if (!found.ok) return {};
      return { operations: (await session.view((node) => node.actor(found.path), wait)).operations };
    }
  }
}
