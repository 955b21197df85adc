/** What the balancer needs of the node that it runs in. `Driver` of `packages/haproxy` fits `HaproxyPort`. */
import type { Clock } from '@muster/actor';
import type { NodeName } from '@muster/protocol';
import type { BalancerEvent } from './messages.ts';

export interface BalancerDeps {
  readonly clock: Clock;
  readonly haproxy: HaproxyPort;
  /**
   * Asks up to `atMost` agents that report to `node` to connect anew; resolves with how many were asked. Only used
   * where the driver cannot end sessions. Undefined: nobody can be asked, and balance comes with new connections only.
   */
  readonly reconnectAgents?: (node: NodeName, atMost: number, signal: AbortSignal) => Promise<number>;
  readonly report: (event: BalancerEvent) => void;
}

/** `Driver` of `packages/haproxy`, which says what each call promises. */
export interface HaproxyPort {
  readonly capabilities: { readonly sessions: boolean; readonly cut: boolean; readonly weights: boolean };
  prepare(signal: AbortSignal): Promise<readonly { readonly code: string; readonly text: string }[]>;
  instance(signal: AbortSignal): Promise<Instance>;
  servers(signal: AbortSignal): Promise<readonly SeenServer[]>;
  ensureServer(server: WantedServer, signal: AbortSignal): Promise<void>;
  setState(name: NodeName, state: AdminState, signal: AbortSignal): Promise<void>;
  setWeight(name: NodeName, weight: number, signal: AbortSignal): Promise<void>;
  sessions(signal: AbortSignal): Promise<readonly SeenSession[]>;
  cut(order: CutOrder, signal: AbortSignal): Promise<readonly string[]>;
  removeServer(name: NodeName, signal: AbortSignal): Promise<'removed' | 'busy' | 'gone'>;
  persist(servers: readonly WantedServer[], signal: AbortSignal): Promise<void>;
}

export interface Instance {
  readonly pid: number;
  readonly startedAt: number;
  readonly version: string;
}

export type AdminState = 'ready' | 'drain' | 'maint';

export interface WantedServer {
  readonly name: NodeName;
  readonly address: string;
  readonly port: number;
  /** 1 to 256; 100 is one. */
  readonly weight: number;
}

export interface SeenServer extends Omit<WantedServer, 'name'> {
  readonly name: string;
  readonly admin: AdminState;
  readonly health: 'up' | 'down' | 'checking' | 'unchecked';
  readonly sessions: number;
  /** Since its health changed last, ms. */
  readonly changedMs: number;
}

export interface SeenSession {
  readonly id: string;
  /** Address and port of the agent. */
  readonly source: string;
  readonly server: string;
}

export interface CutOrder {
  readonly server: string;
  readonly sources: readonly string[];
  readonly keep: number;
}
