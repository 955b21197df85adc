/** What the ports of a simulated world tell its invariants and its list of situations. */

/** Who changed a disk: the node's own process, a person or program beside it, a fault, or a loss of power. */
export type Author = 'node' | 'operator' | 'fault' | 'power';

/** One elementary change of one machine's disk, told right after it happened. Paths are absolute. */
export interface FileChange {
  readonly node: string;
  readonly by: Author;
  /**
   * `content`: a regular file's bytes are others than before (also: it was created). `removed`: nothing
   * is at this path any more. `moved`: what was at `from` is now at `path`. `made`: a directory or link.
   * `meta`: mode or owner.
   */
  readonly kind: 'content' | 'removed' | 'moved' | 'made' | 'meta';
  readonly path: string;
  readonly from?: string;
}

/** Bytes that one process gave to a connection, told when they are given. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
}

/** A line of a node's log. */
export interface LogLine {
  readonly node: string;
  readonly level: 'debug2' | 'debug' | 'info' | 'warning' | 'error' | 'critical';
  readonly tag: string;
  readonly text: string;
}

/** What became of a process. */
export interface ProcessChange {
  readonly node: string;
  readonly incarnation: number;
  readonly what: 'started' | 'killed' | 'power-lost' | 'paused' | 'stopping' | 'stopped' | 'gave-up' | 'start-failed';
}
