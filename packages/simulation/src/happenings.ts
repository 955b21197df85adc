/** What the ports of a simulated world tell its invariants and its list of situations. */
import type { LocalReply, LocalRequest } from '@muster/control';

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

/** One question at a door of a node: its local socket, or the cluster socket. The same object until its end. */
export interface Question {
  readonly node: string;
  readonly incarnation: number;
  readonly request: LocalRequest | ProgramRequest;
  /** Simulated time; of a program's its last byte. */
  readonly at: number;
}

/** Of one of the manager's programs. */
export interface ProgramRequest {
  readonly type: 'program';
  readonly command: string;
}

/** What became of one. `broke`: the door closed, or the process ended. `again`: it had had its answer. */
export type Told =
  | { readonly what: 'asked' | 'broke' | 'again' }
  | { readonly what: 'answered'; readonly reply: LocalReply | ProgramReply }
  | { readonly what: 'refused'; readonly code: string; readonly text: string };

export interface ProgramReply {
  readonly type: 'program';
  /** As its frame says. */
  readonly command: string;
  readonly text: string;
}
