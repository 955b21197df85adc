import type { ClientKeys, KeyLine } from './client-keys.ts';

/** What an adapter needs of client.keys; `KeysView` fits. */
export interface ManagerKeys extends Pick<ClientKeys, 'has' | 'of' | 'byFileName'> {
  /** Grows with each change. */
  readonly version: () => number;
  /** The lines of those who had this id and are none any more, also when another has it now. */
  readonly gone: (id: number) => readonly KeyLine[];
  /** Grows with each look that did not tell for sure who exists: the file was not there, not whole, or not all of it was understood. */
  readonly doubts: () => number;
}
