/**
 * Fields that cross the wire as bytes, or one text, where thousands of small msgpack values would take more
 * than the scan allows for their length (`MAX_COST_FACTOR`). The codec packs and unpacks them: whoever sends and
 * whoever receives sees the lists of the schema.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import { MAX_AGENT_ROWS, MAX_AGENT_STRINGS, MAX_RANGE_PARTS } from './limits.ts';
import { type PackedReader, type PackedWriter, packedReader, packedWriter } from './packed-bytes.ts';
import { isTorn } from './utf8.ts';

/** How one field crosses the wire. `unpack` gives `undefined` for what `pack` never makes. */
export interface PackedField {
  pack(value: unknown): Uint8Array | string;
  unpack(wire: unknown): unknown;
}

/** By name, of one message. */
export type PackedFields = Readonly<Record<string, PackedField>>;

type Row<T> = {
  readonly most: number;
  /** One for each list, so that it may remember the row before. */
  writer(out: PackedWriter, rows: readonly T[]): (row: T) => void;
  reader(from: PackedReader): () => T;
};

/** A list of at most `most` rows: their count, then each. */
const rowsOf = <T>({ most, writer, reader }: Row<T>): PackedField => ({
  pack: (value) => {
    const rows = value as readonly T[];
    const out = packedWriter();
    out.count(rows.length);
    const write = writer(out, rows);
    for (const row of rows) write(row);
    return out.finish();
  },
  unpack: (wire) => {
    if (!(wire instanceof Uint8Array)) return undefined;
    const from = packedReader(wire);
    const count = from.count();
    if (count > most) return undefined;
    const read = reader(from);
    const rows: T[] = [];
    for (let i = 0; i < count && from.fine(); i++) rows.push(read());
    return from.ended() ? rows : undefined;
  },
});

/** Numbers that are near the one before. */
function trail(): { readonly step: (value: number) => number; readonly back: (step: number) => number } {
  let last = 0;
  return {
    step: (value) => {
      const step = value - last;
      last = value;
      return step;
    },
    back: (step) => {
      last += step;
      return last;
    },
  };
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);

/** Ids in any order. */
export const packedIds = rowsOf<number>({
  most: MAX_AGENT_ROWS,
  writer: (out) => {
    const { step } = trail();
    return (id) => out.near(step(id));
  },
  reader: (from) => {
    const { back } = trail();
    return () => back(from.near());
  },
});

type Part = readonly [number, number, readonly [number, number, number]];

/** Ranges with their sums. */
export const packedParts = rowsOf<Part>({
  most: MAX_RANGE_PARTS,
  writer: (out) => {
    const { step } = trail();
    return ([from, to, [count, a, b]]) => {
      out.near(step(from));
      out.near(step(to));
      out.count(count);
      out.word(a);
      out.word(b);
    };
  },
  reader: (from) => {
    const { back } = trail();
    return () => [back(from.near()), back(from.near()), [from.count(), from.word(), from.word()]];
  },
});

/** `[id, number]`: ids near each other, numbers near the least of them. */
export const packedHeld = rowsOf<readonly [number, number]>({
  most: MAX_AGENT_ROWS,
  writer: (out, rows) => {
    const { step } = trail();
    const base = least(rows.map(([, revision]) => revision));
    if (rows.length > 0) out.count(base);
    return ([id, revision]) => {
      out.near(step(id));
      out.count(revision - base);
    };
  },
  reader: (from) => {
    const { back } = trail();
    let base = -1;
    return () => {
      if (base < 0) base = from.count();
      return [back(from.near()), base + from.count()];
    };
  },
});

type GroupsRow = readonly [number, number, readonly number[]];

/** `[id, version, indices]`. */
export const packedGroups = rowsOf<GroupsRow>({
  most: MAX_AGENT_ROWS,
  writer: (out, rows) => {
    const { step } = trail();
    const base = least(rows.map(([, version]) => version));
    if (rows.length > 0) out.count(base);
    return ([id, version, groups]) => {
      out.near(step(id));
      out.count(version - base);
      out.count(groups.length);
      for (const group of groups) out.count(group);
    };
  },
  reader: (from) => {
    const { back } = trail();
    let base = -1;
    return () => {
      if (base < 0) base = from.count();
      const id = back(from.near());
      const version = base + from.count();
      const groups: number[] = [];
      for (let left = from.count(); left > 0 && from.fine(); left--) groups.push(from.count());
      return [id, version, groups];
    };
  },
});

/** Names without commas, at most 6,000. */
export const packedNames: PackedField = {
  pack: (value) => (value as readonly string[]).join(','),
  unpack: (wire) => {
    if (typeof wire !== 'string') return undefined;
    if (wire === '') return [];
    const names = wire.split(',', MAX_AGENT_STRINGS + 1);
    return names.length > MAX_AGENT_STRINGS ? undefined : names;
  },
};

/** Pairs of texts, as one text of all and their lengths before it. */
export const packedPairs: PackedField = {
  pack: (value) => {
    const texts = (value as readonly (readonly [string, string])[]).flat();
    const out = packedWriter();
    out.count(texts.length / 2);
    for (const { length } of texts) out.count(length);
    return Buffer.concat([out.finish(), Buffer.from(texts.join(''))]);
  },
  unpack: (wire) => {
    if (!(wire instanceof Uint8Array)) return undefined;
    const from = packedReader(wire);
    const count = from.count();
    if (count > MAX_AGENT_ROWS) return undefined;
    const lengths = Array.from({ length: 2 * count }, () => from.count());
    const rest = wire.subarray(from.at());
    const all = Buffer.from(rest.buffer, rest.byteOffset, rest.length).toString();
    if (!from.fine() || !isUtf8(rest) || lengths.reduce((a, b) => a + b, 0) !== all.length) return undefined;
    const { back } = trail();
    const texts = lengths.map((length) => {
      const end = back(length);
      return all.slice(end - length, end);
    });
    if (texts.some(isTorn)) return undefined;
    return Array.from({ length: count }, (_, i) => [texts[2 * i], texts[2 * i + 1]]);
  },
};
