/**
 * The store below everything that a node remembers of agents: a few sorted tables of bytes, changed in
 * transactions. A port: LMDB in production, memory with the same promises in a simulation.
 */

/** One sorted table: keys are compared byte by byte. They have 1 to 500 bytes; bounds of a range may be empty. */
export interface Table {
  readonly get: (key: Uint8Array) => Uint8Array | undefined;
  /** From `from` (included) up to `to` (excluded), in order, what was committed when the iteration began. Views: valid until the next call. */
  readonly range: (from: Uint8Array, to: Uint8Array) => Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
}

/** A table while a transaction runs: it reads its own writes. */
export interface WritableTable extends Table {
  readonly put: (key: Uint8Array, value: Uint8Array) => void;
  readonly remove: (key: Uint8Array) => void;
}

export interface Kv {
  /** Committed state. The same name is the same table. */
  table(name: string): Table;
  /**
   * Runs `change` once, synchronously, within the one write transaction; resolves with its result after
   * the commit: what resolved survives a `kill -9`. Transactions run in the order of the calls. Rejects
   * with a `StoreError` and changes nothing when `change` throws or the disk refuses.
   */
  write<T>(change: (tables: (name: string) => WritableTable) => T): Promise<T>;
  /** Bytes on disk, and the bound that `write` refuses to pass (`store-full`). */
  readonly size: () => { readonly bytes: number; readonly maxBytes: number };
  /** Writes what is under way and closes. Later calls reject. */
  close(): Promise<void>;
}

/** Opens the store at a path. What is there and is not ours, or is corrupt, is moved aside (`set-aside`), never emptied. */
export type OpenKv = (path: string, options: KvOptions) => Promise<OpenedKv>;

export interface KvOptions {
  /** Bytes; what is beyond is refused. */
  readonly maxBytes: number;
}

export interface OpenedKv {
  readonly kv: Kv;
  /** The file that was there could not be used: why, and where it lies now. */
  readonly setAside?: { readonly to: string; readonly why: string };
}
