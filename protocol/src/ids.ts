/** What a node is: one master, many workers (`reference/config.md` 1, `node_type`). */
export type Role = 'master' | 'worker';

/** A node's name, `[A-Za-z0-9_-]{1,64}` (`reference/links.md` 2, error 3060). Unique in a cluster. */
export type NodeName = string;

/** The actors that may be spoken to over a link. */
export type ActorName = 'keep-alive' | 'integrity' | 'file-sync' | 'control';

/**
 * One numbered state of the master's tree. Epochs grow with every start of a master, generations
 * within an epoch, so that any two compare.
 */
export interface GenerationId {
  readonly epoch: number;
  readonly generation: number;
}

/** Negative when `a` is older than `b`. */
export const compareGenerations = (a: GenerationId, b: GenerationId): number =>
  a.epoch - b.epoch || a.generation - b.generation;
