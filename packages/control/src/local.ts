/** What programs on this machine may ask of the running node, and what they are told. */
import type { ClusterView, GenerationId, GetCluster, NodeName, Role, SyncState } from '@muster/protocol';

export type LogLevel = 'debug2' | 'debug' | 'info' | 'warning' | 'error';

export type LocalRequest =
  | GetCluster
  | { readonly type: 'get-health' }
  | { readonly type: 'explain'; readonly node: NodeName }
  | { readonly type: 'get-tree' }
  | { readonly type: 'set-log-level'; readonly level: LogLevel }
  | { readonly type: 'crash-actor'; readonly path: string }
  | { readonly type: 'sync-now' };

export interface Health {
  readonly type: 'health';
  readonly node: NodeName;
  readonly role: Role;
  readonly version: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly cluster: string;
  readonly state: SyncState;
  readonly holds?: GenerationId;
  readonly files: number;
  readonly bytes: number;
  readonly generation?: GenerationId;
  readonly problems: readonly {
    readonly path: string;
    readonly effect: 'held' | 'blocking';
    readonly code: string;
    readonly text: string;
  }[];
  readonly link?: string;
  readonly restarts: number;
  readonly deadLetters: number;
  readonly rssBytes: number;
  readonly loopDelayMs: number;
  readonly agents?: number;
}

export interface ActorTree {
  readonly type: 'tree';
  readonly actors: ActorRow[];
}

export interface ActorRow {
  readonly path: string;
  readonly kind: 'actor' | 'supervisor';
  readonly state: string;
  readonly mailbox: number;
  readonly highWater: number;
  readonly processed: number;
  readonly busyMs: number;
  readonly restarts: number;
  readonly lastError?: string;
}

export type LocalReply =
  | ClusterView
  | Health
  | { readonly type: 'explanation'; readonly node: NodeName; readonly text: string }
  | ActorTree
  | { readonly type: 'done' };
