/** What programs on this machine may ask of the running node, and what they are told. */
import type { ClusterView, GetCluster, NodeName, Role, SyncState } from '@muster/protocol';

export type LogLevel = 'info' | 'debug' | 'debug2';

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
  readonly sync: SyncState;
}

export interface ActorTree {
  readonly type: 'tree';
  readonly actors: readonly ActorRow[];
}

export interface ActorRow {
  readonly path: string;
  readonly kind: string;
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
