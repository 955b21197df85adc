/** What is due when: a binary heap. Of what is due at the same time, what was added first comes first. */

export interface DueQueue<T> {
  /** The returned function takes it out again; it may be called twice, and late. */
  add(at: number, item: T): () => void;
  /** The earliest that was not taken out. */
  take(): { readonly at: number; readonly item: T } | undefined;
  /** Added, neither taken nor taken out. */
  size(): number;
}

interface Entry<T> {
  readonly at: number;
  readonly number: number;
  item: T | undefined;
}

export function openQueue<T>(): DueQueue<T> {
  const heap: Entry<T>[] = [];
  let added = 0;
  let size = 0;
  return {
    add: (at, item) => {
      const entry: Entry<T> = { at, number: added++, item };
      rise(heap, entry);
      size += 1;
      return () => {
        if (entry.item === undefined) return;
        entry.item = undefined;
        size -= 1;
      };
    },
    take: () => {
      for (;;) {
        const first = pop(heap);
        if (first === undefined) return undefined;
        const { item } = first;
        if (item === undefined) continue;
        first.item = undefined;
        size -= 1;
        return { at: first.at, item };
      }
    },
    size: () => size,
  };
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);

function rise<T>(heap: Entry<T>[], entry: Entry<T>): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(entry, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function pop<T>(heap: Entry<T>[]): Entry<T> | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
