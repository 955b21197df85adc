/** Who adds and removes agents on the master: authd and remoted over their sockets, or, where there is no authd, our own that owns client.keys. */

export interface NewAgent {
  readonly name: string;
  readonly ip: string;
  readonly groups?: readonly string[];
  readonly keyHash?: string;
  readonly id?: number;
  readonly key?: string;
}

export interface AddedAgent {
  readonly id: number;
  readonly name: string;
  readonly ip: string;
  readonly key: string;
}

/** authd's word (`reference/agent-info.md` 2): 9001 to 9015. */
export interface Refused {
  readonly code: number;
  readonly text: string;
}

export interface Registrar {
  readonly kind: 'authd' | 'embedded';
  add(agent: NewAgent, signal: AbortSignal): Promise<AddedAgent | Refused>;
  remove(id: number, purge: boolean, signal: AbortSignal): Promise<{ readonly id: number } | Refused>;
  /** The group of an agent that has none. */
  assignGroup(id: number, mergedSum: string, signal: AbortSignal): Promise<{ readonly group: string } | Refused>;
}
