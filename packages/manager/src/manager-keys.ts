import type { ClientKeys, KeyLine } from './client-keys.ts';

/** What an adapter needs of client.keys; `KeysView` fits. */
export interface ManagerKeys extends Pick<ClientKeys, 'has' | 'of' | 'byFileName'> {
  /** Grows with each change. */
  readonly version: () => number;
  /** The line of the agent that had this id and lives no more. */
  readonly gone: (id: number) => KeyLine | undefined;
  /** Grows with each look that did not tell for sure who exists: the file was not there, not whole, or not all of it was understood. */
  readonly doubts: () => number;
}
