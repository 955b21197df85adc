/** Texts that many rows have, as numbers from 1: rows stay of a fixed size. 0 is ''. */
import { afterWords, beforeWords, wordKey, wordOf } from '../bytes.ts';
import type { Table, WritableTable } from '../kv.ts';

export interface Names {
  readonly nameOf: (number: number) => string;
  readonly numberOf: (name: string) => number | undefined;
  /** The number of `name` in a transaction, which may give it one. */
  draft(table: WritableTable): NamesDraft;
}

export interface NamesDraft {
  numberOf(name: string): number;
  /** After the commit. */
  commit(): void;
}

export function openNames(committed: Table): Names {
  const names = new Map<number, string>([[0, '']]);
  const numbers = new Map<string, number>([['', 0]]);
  const learn = (number: number, name: string): void => {
    names.set(number, name);
    numbers.set(name, number);
  };
  let last = 0;
  for (const [key, value] of committed.range(beforeWords, afterWords)) {
    learn(wordOf(key), new TextDecoder().decode(value));
    last = Math.max(last, wordOf(key));
  }
  const persisted = new Set(names.keys());
  // Known at once in this process, so that two transactions under way give one name one number.
  const give = (name: string): number => {
    last += 1;
    learn(last, name);
    return last;
  };
  return {
    nameOf: (number) => names.get(number) ?? '',
    numberOf: (name) => numbers.get(name),
    draft: (table) => {
      const fresh = new Set<number>();
      return {
        numberOf: (name) => {
          const number = numbers.get(name) ?? give(name);
          if (persisted.has(number) || fresh.has(number)) return number;
          table.put(wordKey(number), new TextEncoder().encode(name));
          fresh.add(number);
          return number;
        },
        commit: () => {
          for (const number of fresh) persisted.add(number);
        },
      };
    },
  };
}
