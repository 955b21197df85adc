/** Who adds and removes agents on the master (`Registrar` of `packages/manager`). */

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

/** authd's word: `codes`. */
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
