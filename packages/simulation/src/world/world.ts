/** A simulated cluster, as its workload, its nemesis, its invariants and its situations see it. */
import type { NodeConfig } from '@muster/config';
import type { LocalReply, LocalRequest } from '@muster/control';
import type { RunningNode } from '@muster/daemon';
import type { Dice } from '../dice.ts';
import type { FileSystem } from '../disk/file-system.ts';
import type { FileChange, LogLine, ProcessChange, Question, Sent, Told } from '../happenings.ts';
import type { HaproxyMachine } from '../haproxy/machine.ts';
import type { Host } from '../host.ts';
import type { Neighbours } from '../neighbours/neighbour.ts';
import type { Network } from '../network/network.ts';
import type { Settings } from '../plan/settings.ts';
import type { StoreDisk } from '../store/store-disk.ts';
import type { Timeline } from '../timeline.ts';
import type { Trace } from '../trace.ts';
import type { Program, ProgramEnd } from './cluster-socket.ts';

export interface World {
  readonly settings: Settings;
  readonly dice: Dice;
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly network: Network;
  /** In front of the nodes, where the plan has one. */
  readonly haproxy: HaproxyMachine;
  /** The master first. Fixed for the run; intruders (`nemesis`) are not among them. */
  readonly nodes: readonly SimNode[];
  readonly master: SimNode;
  readonly workers: readonly SimNode[];
  /** A promise was not kept. The first one counts; the run ends after this happening. */
  violate(invariant: string, text: string): void;
  /** A situation of the list was met. */
  met(situation: string): void;
  readonly hear: Hearing;
}

/** Listeners are called in the order added, right when it happens, also for nodes that are started later. They never throw. */
export interface Hearing {
  file(listener: (change: FileChange) => void): void;
  sent(listener: (sent: Sent) => void): void;
  log(listener: (line: LogLine) => void): void;
  process(listener: (change: ProcessChange) => void): void;
  /** Each mailbox's turns: right before and right after a drain. */
  turn(listener: (node: string, mailbox: string, what: 'begins' | 'ends') => void): void;
  /** What is asked at the doors of nodes, and what comes of it. */
  question(listener: (question: Question, told: Told) => void): void;
}

/** One machine of the cluster, and the process on it if one runs. */
export interface SimNode {
  readonly name: string;
  readonly role: 'master' | 'worker';
  /** R. */
  readonly root: string;
  /** Its disk; outlives every process. */
  readonly files: FileSystem;
  readonly wall: WallClock;
  /** What its stores hold; outlives every process. */
  readonly store: StoreDisk;
  /** The sockets of the manager beside the node. */
  readonly neighbours: Neighbours;
  /** The process that runs or starts now. */
  readonly host: () => Host | undefined;
  /** Set once the composition root has returned, until its end. */
  readonly running: () => RunningNode | undefined;
  /** As it was read at the last start. */
  readonly config: () => NodeConfig | undefined;
  /** Starts a process, unless one runs: reads `etc/ossec.conf` and composes the node as production does. */
  start(): void;
  /** Clean stop, as SIGTERM; resolves when the process has ended, in good order or not. */
  stop(): Promise<void>;
  /** `kill -9`: what the disk was told stays. */
  kill(): void;
  /** The machine loses power: what was not synced may be lost, reordered or torn. */
  losePower(): void;
  /** `kill -9` (or the loss of power) right before the n-th effect from now, 1 is the next. */
  dieAtEffect(n: number, how: 'kill' | 'power'): void;
  /** The whole process stands still for so long (a stop of the world, SIGSTOP, a stalled VM). */
  pause(forMs: number): void;
  /** Over its local socket, as `muster` does. Rejects when nobody listens. */
  ask(request: LocalRequest): Promise<LocalReply>;
  /** As one of the manager's programs connects to the cluster socket. Undefined: nobody listens. */
  connect(program: Program): ProgramEnd | undefined;
  /** For doubles of programs: whoever listens at doors is told. */
  tellQuestion(question: Question, told: Told): void;
  /** Timers and I/O of the running process that are open. */
  readonly open: () => OpenThings;
}

export interface OpenThings {
  readonly timers: number;
  readonly connections: number;
  readonly files: number;
  readonly watches: number;
}

/** The wall clock of a machine. The monotonic clock is the timeline's own. */
export interface WallClock {
  now(): number;
  /** Set by hand or by NTP: forwards or backwards. */
  jump(byMs: number): void;
  /** From now on it gains so many ms in a second; may be negative. */
  drift(msPerSecond: number): void;
}
