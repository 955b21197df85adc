import type { Decision, Ref } from '@muster/actor';
import type { BalancerView, NodeName } from '@muster/protocol';
import type { BalancerEvent, Member } from './messages.ts';
import type { Mode } from './plan.ts';
import type { AdminState, CutOrder, Instance, SeenServer, SeenSession, WantedServer } from './ports.ts';

export interface BalancerConfig {
  /** Of the actor, unique among its siblings. */
  readonly name: string;
  /** Where HAProxy is, for people, without secrets. */
  readonly endpoint: string;
  /** Milliseconds between two looks while nothing goes on. */
  readonly pollMs: number;
  /** Milliseconds between two questions whether the tolerance is kept. */
  readonly frequencyMs: number;
  /** Sessions ended at once. At least 1. */
  readonly chunk: number;
  /** Milliseconds between two chunks. */
  readonly pauseMs: number;
  /** The longest wait, ms, for agents to be back after a plan. */
  readonly settleMs: number;
  /** Part of its target that a server may be off. */
  readonly tolerance: number;
  /** Milliseconds after which a server is removed that cluster and HAProxy agree is down. */
  readonly removeAfterMs: number;
  /**
   * Milliseconds after the first look in which nothing is balanced: agents that a balancer before this one moved, and
   * was killed amid it, are on their way back and counted nowhere.
   */
  readonly quietMs: number;
  /** The longest that balancing waits, ms, for a server that does not come up. */
  readonly joinTimeoutMs: number;
}

/** What the driver and the node can do. `cut`: sessions are ended. `ask`: agents are asked to connect anew. `none`: neither. */
export interface Means {
  readonly move: 'cut' | 'ask' | 'none';
  readonly weights: boolean;
}

/** One call to HAProxy. One is in flight at a time. */
export type Call =
  /** `advise`: it is time to look again for what should be mended, also of a known instance. */
  | { readonly do: 'look'; readonly known: Instance | undefined; readonly advise: boolean }
  | Step
  | { readonly do: 'list' }
  | { readonly do: 'cut'; readonly order: CutOrder }
  | { readonly do: 'ask'; readonly node: NodeName; readonly atMost: number };

/** A change of the backend, made because of what the last look showed. */
export type Step =
  | { readonly do: 'ensure'; readonly server: WantedServer }
  | { readonly do: 'state'; readonly name: string; readonly to: AdminState; readonly why: string }
  | { readonly do: 'weight'; readonly name: string; readonly weight: number }
  | { readonly do: 'remove'; readonly name: string }
  | { readonly do: 'persist'; readonly servers: readonly WantedServer[] };

export interface Looked {
  readonly instance: Instance;
  /** Only of an instance that was not known, or when asked for. */
  readonly advice: readonly { readonly code: string; readonly text: string }[] | undefined;
  readonly servers: readonly SeenServer[];
}

export type Outcome =
  | ({ readonly of: 'look' } & Looked)
  | { readonly of: 'step' }
  | { readonly of: 'remove'; readonly how: 'removed' | 'busy' | 'gone' }
  | { readonly of: 'list'; readonly sessions: readonly SeenSession[] }
  | { readonly of: 'cut'; readonly sources: readonly string[] }
  | { readonly of: 'ask'; readonly count: number };

export interface Failure {
  readonly code: string;
  readonly text: string;
}

/** Something that failed and rests until it is tried again. */
export interface Trouble extends Failure {
  /** Failures in a row, from 1. */
  readonly attempts: number;
  readonly until: number;
}

/** A step that HAProxy did not refuse. */
export interface Made {
  readonly step: Step;
  /** Failures in a row before. */
  readonly attempts: number;
}

/** What this incarnation knows of one server of this process of HAProxy. */
export interface Known {
  /** The state that was asked for last. */
  readonly asked?: AdminState | undefined;
  /** Added by us, and not taking agents yet. */
  readonly added?: boolean | undefined;
  /** Its going was told. */
  readonly leaving?: boolean | undefined;
  /** What `ensureServer` said of it, for the address wanted and the address seen. */
  readonly checked?: Checked | undefined;
  /** Its health checks ran when it was last ensured, or since: that they do not any more is somebody else's doing. */
  readonly ran?: boolean | undefined;
  /** Its weight was as this, as its node's should be. */
  readonly weight?: number | undefined;
  /** Its agents were all asked to go; who stayed does not go by being asked. */
  readonly emptied?: boolean | undefined;
}

export interface Checked {
  readonly wanted: string;
  readonly seen: string;
  readonly moved: boolean;
}

/** A part of a chunk: of one server. */
export interface Order extends CutOrder {
  /** Sessions to end at most. */
  readonly atMost: number;
}

/** The plan that is being carried out. */
export interface Running {
  readonly mode: Mode;
  readonly startedAt: number;
  /** Who took agents, with what weights: another answer ends the plan. */
  readonly takers: string;
  /** Sessions of all servers when it began. */
  readonly expected: number;
  readonly targets: ReadonlyMap<string, number>;
  /** Sources that may still be ended, by server: of the list with which it began, each tried once. Undefined where agents are asked. */
  readonly sources: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** All sources of the list with which it began. */
  readonly first: ReadonlySet<string>;
  /** Sources that were ended: one that is there again is an agent that came back with the same. */
  readonly gone: ReadonlySet<string>;
  /** Sessions left to end, by server. */
  readonly quota: ReadonlyMap<string, number>;
  /** Sessions at the beginning and sessions ended, by server. */
  readonly before: ReadonlyMap<string, number>;
  readonly done: ReadonlyMap<string, number>;
  readonly planned: number;
  readonly cuts: number;
  /** Ended in the chunk that runs. */
  readonly chunkCuts: number;
  /** The rest of the chunk that runs. Empty between two chunks. */
  readonly orders: readonly Order[];
  /** When the next chunk is due. */
  readonly nextAt: number;
}

/** Waits until the agents are back. */
export interface Settling {
  /** Sessions that there were. */
  readonly expected: number;
  /** Sessions that a server has at most once all who were asked are gone. */
  readonly atMost: ReadonlyMap<string, number>;
  readonly until: number;
  readonly startedAt: number;
  /** 0: HAProxy was restarted, and nothing was ended by us. */
  readonly cuts: number;
}

export interface State {
  /** Undefined until the cluster spoke; nothing is changed before. */
  readonly members?: ReadonlyMap<NodeName, Member> | undefined;
  readonly instance?: Instance | undefined;
  /** As the last look showed them. */
  readonly servers: readonly SeenServer[];
  /** The members changed since the last look: what is in flight no longer fits them. */
  readonly disturbed: boolean;
  readonly seenAt?: number | undefined;
  /** The last look was good. */
  readonly reachable: boolean;
  readonly trouble?: Trouble | undefined;
  readonly call?: { readonly id: number; readonly call: Call } | undefined;
  readonly calls: number;
  readonly queue: readonly Step[];
  /** Steps that failed, by their key. */
  readonly rests: ReadonlyMap<string, Trouble>;
  /** Steps that were made since the last look, by their key. One that the next look asks for again had no effect. */
  readonly made: ReadonlyMap<string, Made>;
  readonly known: ReadonlyMap<string, Known>;
  /** Nodes that are up and do not take agents yet. */
  readonly joins: ReadonlyMap<string, { readonly since: number; readonly told: boolean }>;
  /** Servers that are no node's. */
  readonly strangers: ReadonlyMap<string, { readonly since: number; readonly told: boolean }>;
  readonly running?: Running | undefined;
  readonly settling?: Settling | undefined;
  /** Other servers take agents than before, these among them are new; plans made since. Undefined: no full plan is wanted. */
  readonly full?: { readonly passes: number; readonly because: readonly string[] } | undefined;
  /** Who took agents when balance was last asked for. */
  readonly balancedOver?: ReadonlySet<string> | undefined;
  /** When a plan last ended sessions because this server came. */
  readonly movedFor: ReadonlyMap<string, number>;
  /** No plan but to empty a server before this: see `quietMs`. */
  readonly quietUntil: number;
  /** When balance is asked for next without a reason. */
  readonly askAt: number;
  /** Plans since balance was last found. */
  readonly vain: number;
  readonly toldBalanced: boolean;
  readonly toldMembership: ReadonlySet<string>;
  readonly persisted?: string | undefined;
  readonly advice: readonly { readonly code: string; readonly text: string }[];
  /** When it is looked for next. */
  readonly adviseAt: number;
  readonly plans: number;
  readonly cuts: number;
  readonly restartsSeen: number;
  readonly lastPlanMs?: number | undefined;
  readonly lookAt: number;
  readonly wakeAt?: number | undefined;
}

/** What only the actor sends itself. */
export type Own =
  | { readonly type: 'wake' }
  | { readonly type: 'done'; readonly id: number; readonly outcome: Outcome }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure }
  /** The call did not come back in `longestCallMs`. */
  | { readonly type: 'overdue'; readonly id: number };

export type Effect =
  | { readonly type: 'call'; readonly id: number; readonly call: Call }
  /** Ends the call in flight: its outcome no longer counts. */
  | { readonly type: 'abort' }
  | { readonly type: 'wake'; readonly delayMs: number }
  | { readonly type: 'report'; readonly event: BalancerEvent }
  | { readonly type: 'reply'; readonly to: Ref<BalancerView>; readonly value: BalancerView };

export type Moved = Decision<State, Effect>;

/** All that a step reads beside the state. */
export interface Around {
  readonly now: number;
  readonly config: BalancerConfig;
  readonly means: Means;
}

/** A driver has its own limits, all shorter; this one holds should a call never come back. ms. */
export const longestCallMs = 120_000;

/** A fresh incarnation knows nothing: it looks at once, and changes nothing before the cluster spoke. */
export const initialState = (now: number): State => ({
  servers: [],
  disturbed: false,
  reachable: false,
  calls: 0,
  queue: [],
  rests: new Map(),
  made: new Map(),
  known: new Map(),
  joins: new Map(),
  strangers: new Map(),
  movedFor: new Map(),
  quietUntil: Number.POSITIVE_INFINITY,
  askAt: now,
  vain: 0,
  toldBalanced: false,
  toldMembership: new Set(),
  advice: [],
  adviseAt: now,
  plans: 0,
  cuts: 0,
  restartsSeen: 0,
  lookAt: now,
});

export const moved = (state: State, ...effects: readonly Effect[]): Moved => ({ state, effects });

export const report = (event: BalancerEvent): Effect => ({ type: 'report', event });

export const andThen = (before: Moved, next: (state: State) => Moved): Moved => {
  const { state, effects } = next(before.state);
  return effects.length === 0
    ? { state, effects: before.effects }
    : { state, effects: [...before.effects, ...effects] };
};

/** Begins a call. None may be in flight. */
export function begin(state: State, call: Call): Moved {
  if (state.call !== undefined) throw new Error(`bug: ${call.do} while ${state.call.call.do} is in flight`);
  const id = state.calls + 1;
  return moved({ ...state, calls: id, call: { id, call } }, { type: 'call', id, call });
}

/** What is known of `name`, with `more`. */
export const knowing = (state: State, name: string, more: Known): State => ({
  ...state,
  known: new Map(state.known).set(name, { ...state.known.get(name), ...more }),
});

/** Without this entry; the same map when there is none. */
export function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return map.has(key) ? new Map([...map].filter(([other]) => other !== key)) : map;
}

export const sessionsOf = (servers: readonly SeenServer[]): number =>
  servers.reduce((all, { sessions }) => all + sessions, 0);
