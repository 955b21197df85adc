/**
 * The journal of a node, by those who read it: an id is one event for ever, ids grow in each page, and what a page
 * has passed over never comes later, for whoever reads on would miss it.
 */
import type { EventRow, Events, GetEvents } from '@muster/protocol';
import type { ProcessChange, Question, Told } from '../../happenings.ts';
import type { SimNode, World } from '../../world/world.ts';
import { rowOf } from '../rows.ts';

export interface EventsKept {
  told(question: Question, told: Told): void;
  process(change: ProcessChange): void;
}

/** What was read of one node. */
interface Read {
  /** The content by id. */
  readonly rows: Map<number, string>;
  /** From `first` on up to `last` all was read. */
  first: number;
  last: number;
  /** The store did not take what it should have: what is shown now may go with the process. */
  shaky: boolean;
}

/** The journal shows what is not written after 2 s: where a disk takes this long for each step, ms. */
const slowMs = 200;

export function openEventsKept({ nodes, violate }: World): EventsKept {
  const byNode = new Map<string, Read>();
  const readOf = (node: string): Read =>
    rowOf(byNode, node, () => ({ rows: new Map<number, string>(), first: 0, last: 0, shaky: false }));
  const byName = new Map<string, SimNode>(nodes.map((node) => [node.name, node]));
  for (const { name, store } of nodes)
    store.hear((what) => {
      if (what === 'commit failed') readOf(name).shaky = true;
      // A journal begins anew, or the end of it is gone: with its power LMDB may lose what it had acknowledged.
      else byNode.delete(name);
    });

  const judgeRow = (node: string, read: Read, row: EventRow): void => {
    const content = JSON.stringify(row);
    const before = read.rows.get(row.id);
    if (before !== undefined && before !== content)
      violate('events-grow', `event ${row.id} of ${node} was ${before} and is ${content}`);
    if (before === undefined && row.id > read.first && row.id <= read.last)
      violate('events-grow', `event ${row.id} of ${node} came after ${read.last} was read: ${content}`);
    read.rows.set(row.id, content);
  };
  const page = (node: string, { after = 0, last, kind }: GetEvents, { rows, next }: Events): void => {
    const read = readOf(node);
    const latency = byName.get(node)?.files.faults.latency.maxMs ?? 0;
    if (latency > slowMs) read.shaky = true;
    const ids = rows.map(({ id }) => id);
    if (ids.some((id, at) => id <= (ids[at - 1] ?? 0)) || next < (ids.at(-1) ?? 0))
      violate('events-grow', `${node} told of events ${ids.join(', ')} with ${next} as the next to ask after`);
    for (const row of rows) judgeRow(node, read, row);
    if (last !== undefined || kind !== undefined) return;
    // Asked for what is beyond the newest, it begins from the oldest.
    const from = after > next ? 0 : after;
    if (from > read.last || read.last === 0) [read.first, read.last] = [from, next];
    else [read.first, read.last] = [Math.min(read.first, from), Math.max(read.last, next)];
  };
  return {
    told: ({ node, request }, told) => {
      if (told.what !== 'answered') return;
      const { reply } = told;
      if (request.type === 'get-events' && reply.type === 'events') page(node, request, reply);
      if (request.type !== 'relay' || request.message.type !== 'get-events') return;
      if (reply.type === 'relayed' && reply.message.type === 'events')
        page(request.node, request.message, reply.message);
    },
    process: ({ node, what }) => {
      if (what === 'paused' || what === 'started' || what === 'stopping') return;
      if (byNode.get(node)?.shaky === true) byNode.delete(node);
    },
  };
}
