/** Which ids of the newest so many have an event, and of which kind: one byte each, so that no search reads the store. */
import { type EventKind, eventKinds } from '@muster/protocol';

export interface EventIndex {
  set(id: number, kind: EventKind): void;
  clear(id: number): void;
  /** The newest id; undefined: there is none. */
  last(): number | undefined;
  /** Ids after `after`, in order, of `kind` where it is given: the first `limit`, and whether there are more. */
  first(query: IndexQuery): { readonly ids: readonly number[]; readonly more: boolean };
  /** The same, of the newest. */
  newest(query: IndexQuery): readonly number[];
}

export interface IndexQuery {
  readonly after: number;
  readonly limit: number;
  readonly kind?: EventKind | undefined;
}

export function openEventIndex(maxEntries: number): EventIndex {
  // 0: no event; else the place of its kind, from 1 on.
  const slots = new Uint8Array(maxEntries);
  let newest: number | undefined;
  const kindAt = (id: number): number => slots[id % maxEntries] ?? 0;
  const oldest = (): number => (newest === undefined ? 0 : Math.max(0, newest - maxEntries + 1));
  const wanted = (kind: EventKind | undefined): ((id: number) => boolean) => {
    const place = kind === undefined ? 0 : eventKinds.indexOf(kind) + 1;
    return (id) => (place === 0 ? kindAt(id) !== 0 : kindAt(id) === place);
  };
  return {
    set: (id, kind) => {
      for (let between = (newest ?? id) + 1; between < id && between < (newest ?? id) + 1 + maxEntries; between++)
        slots[between % maxEntries] = 0;
      if (id <= (newest ?? id) - maxEntries) return;
      newest = Math.max(newest ?? id, id);
      slots[id % maxEntries] = eventKinds.indexOf(kind) + 1;
    },
    clear: (id) => {
      if (id >= oldest() && id <= (newest ?? -1)) slots[id % maxEntries] = 0;
    },
    last: () => newest,
    first: ({ after, limit, kind }) => {
      const ids: number[] = [];
      const isWanted = wanted(kind);
      for (let id = Math.max(after + 1, oldest()); id <= (newest ?? -1); id++) {
        if (!isWanted(id)) continue;
        if (ids.length === limit) return { ids, more: true };
        ids.push(id);
      }
      return { ids, more: false };
    },
    newest: ({ after, limit, kind }) => {
      const ids: number[] = [];
      const isWanted = wanted(kind);
      for (let id = newest ?? -1; id > after && id >= oldest() && ids.length < limit; id--)
        if (isWanted(id)) ids.push(id);
      return ids.reverse();
    },
  };
}
