import type { HttpAnswer, HttpRequest } from '@muster/manager';

/** A program beside a node that listens on a unix socket: what it answers. It never fails by itself; faults come on top. */
export interface Neighbour {
  /** One request on a connection whose both ways are framed by a length. */
  readonly exchange?: (request: Uint8Array) => Uint8Array;
  readonly http?: (request: HttpRequest) => HttpAnswer;
  /** What it says of a request that it does not take. */
  readonly refusal: (request: Uint8Array) => Uint8Array;
}

export type NeighbourName = 'wdb' | 'wdb-http' | 'auth' | 'remoted';

/** Below R. */
export const socketPaths: Readonly<Record<NeighbourName, string>> = {
  wdb: 'queue/db/wdb',
  'wdb-http': 'queue/sockets/wdb-http.sock',
  auth: 'queue/sockets/auth',
  remoted: 'queue/sockets/remote',
};

/** What goes wrong between a node and one of its neighbours. `done-unanswered`: it did what was asked, and nobody hears of it. */
export interface NeighbourFault {
  readonly which: NeighbourName;
  readonly how: 'refused' | 'slow' | 'cut-short' | 'err' | 'dies' | 'babbles' | 'silent' | 'done-unanswered';
  readonly probability: number;
}

export interface Exchange {
  readonly name: NeighbourName;
  readonly how: NeighbourFault['how'] | 'answered';
}

/** The neighbours of one machine. They outlive its processes. */
export interface Neighbours {
  readonly faults: NeighbourFault[];
  put(name: NeighbourName, neighbour: Neighbour): void;
  at(name: NeighbourName): Neighbour | undefined;
  /** The manager as a whole; asked at each request. */
  isUp: () => boolean;
  /** That socket refuses until then, simulated ms. */
  readonly deadUntil: Map<NeighbourName, number>;
  /** Told of each request that was carried out, and of each fault. */
  hear(listener: (what: Exchange) => void): void;
  tell(what: Exchange): void;
}

export function openNeighbours(): Neighbours {
  const there = new Map<NeighbourName, Neighbour>();
  const listeners: ((what: Exchange) => void)[] = [];
  return {
    faults: [],
    put: (name, neighbour) => void there.set(name, neighbour),
    at: (name) => there.get(name),
    isUp: () => true,
    deadUntil: new Map(),
    hear: (listener) => void listeners.push(listener),
    tell: (what) => {
      for (const listener of listeners) listener(what);
    },
  };
}
