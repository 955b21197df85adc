/** One batch, in one transaction. */
import type { AgentUpdate } from '@muster/protocol';
import type { MasterAgents } from '../agents.ts';
import { mergeOne } from './merge.ts';
import { change, type Parts } from './parts.ts';

type Merged = Awaited<ReturnType<MasterAgents['merge']>>;

/** `MasterAgents.merge`. */
export function merge(
  parts: Parts,
  nodeName: string,
  updates: readonly AgentUpdate[],
  exists: (id: number) => boolean,
): Promise<Merged> {
  return change(parts, (rows, open, numberOf) => {
    const node = numberOf(nodeName);
    const { nameOf } = parts.names;
    const merging = { rows, infos: open('infos'), histories: open('histories'), node, nameOf };
    const [lost, wanted, unknown, changed]: [number[], number[], number[], number[]] = [[], [], [], []];
    const moved = new Map<string, number[]>();
    for (const update of updates) {
      if (!exists(update.id)) {
        unknown.push(update.id);
        continue;
      }
      const outcome = mergeOne(merging, update);
      if (outcome.verdict === 'lost') lost.push(update.id);
      if (outcome.wanted) wanted.push(update.id);
      if (outcome.verdict !== 'taken') continue;
      changed.push(update.id);
      if (outcome.from !== 0 && outcome.from !== node) listOf(moved, nameOf(outcome.from)).push(update.id);
    }
    return { lost, wanted, unknown, moved, changed };
  });
}

function listOf(lists: Map<string, number[]>, name: string): number[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
