/** What a node is: one master, many workers (`reference/config.md` 1, `node_type`). */
export type Role = 'master' | 'worker';

/** A node's name, `[A-Za-z0-9_-]{1,64}` (`reference/links.md` 2, error 3060). Unique in a cluster. */
export type NodeName = string;

/** For schemas. */
export const nodeNamePattern = '^[A-Za-z0-9_-]{1,64}$';
const nodeName = new RegExp(nodeNamePattern);
export const isNodeName = (text: string): boolean => nodeName.test(text);

/** The actors that may be spoken to over a link. */
export type ActorName =
  | 'keep-alive'
  | 'integrity'
  | 'file-sync'
  | 'agent-info'
  | 'agent-groups'
  | 'registration'
  | 'control';

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

/** `generation 7`; where `newest` is of another epoch, of which start of the master it is: numbers of two starts do not compare. */
export function generationWords({ epoch, generation }: GenerationId, newest: GenerationId | undefined): string {
  if (newest === undefined || newest.epoch === epoch) return `generation ${generation}`;
  return `generation ${generation} of ${epoch < newest.epoch ? 'an earlier' : 'a later'} start of the master`;
}
