import type { Decision, Ref } from '@muster/actor';
import {
  compareGenerations,
  digestHex,
  type FileTree,
  type GenerationAnnounced,
  type GenerationId,
  type NodeName,
} from '@muster/protocol';
import { announcementOf, type Generation } from '../announcement.ts';
import type { OutgoingStream } from '../shapes.ts';
import type { FileServerMessage, ServerView } from './messages.ts';

export interface ServerLimits {
  /** Milliseconds after which the newest generation is said again, so that a lost announcement is made good. */
  readonly repeatMs: number;
  /** Streams served to one worker at a time. At least 1. */
  readonly streamsPerWorker: number;
  /** Streams served at a time in all. At least 1. */
  readonly streams: number;
  /** Requests of one worker that wait for their turn; more are refused. */
  readonly waitingPerWorker: number;
}

/** 200 bytes a worker every 10 s are nothing; eight streams fill a link; four workers at full tilt fill a disk; a well-behaved worker never has 64 waiting. */
export const serverDefaults: ServerLimits = {
  repeatMs: 10_000,
  streamsPerWorker: 8,
  streams: 32,
  waitingPerWorker: 64,
};

/** Manifests of this many newest generations are served: a worker may ask for one while the next is published. */
const treesKept = 4;

export type Request =
  | { readonly type: 'manifest'; readonly id: GenerationId; readonly stream: OutgoingStream }
  | { readonly type: 'content'; readonly digests: readonly string[]; readonly stream: OutgoingStream };

interface Worker {
  readonly streams: number;
  readonly waiting: readonly Request[];
}

export interface State {
  /** Newest first. */
  readonly generations: readonly Generation[];
  /** In turn: whoever was served last stands last. */
  readonly workers: ReadonlyMap<NodeName, Worker>;
  readonly served: number;
  readonly failed: number;
  readonly lastFailure?: string | undefined;
}

/** What only the server sends itself. */
export type Own =
  /** It is time to say the newest generation again. */
  | { readonly type: 'repeat' }
  | { readonly type: 'served'; readonly peer: NodeName }
  | { readonly type: 'serve-failed'; readonly peer: NodeName; readonly text: string };

export type Effect =
  | { readonly type: 'announce'; readonly to: NodeName; readonly message: GenerationAnnounced }
  /** Remembers a stream, so that it is aborted when the incarnation ends before its turn. */
  | { readonly type: 'admit'; readonly stream: OutgoingStream }
  | { readonly type: 'serve'; readonly peer: NodeName; readonly request: Request; readonly tree: FileTree }
  | { readonly type: 'refuse'; readonly stream: OutgoingStream; readonly code: string; readonly text: string }
  | { readonly type: 'reply'; readonly to: Ref<ServerView>; readonly value: ServerView };

type Step = Decision<State, Effect>;

export const initialState = (linked: readonly NodeName[], generation: Generation | undefined): State => ({
  generations: generation === undefined ? [] : [generation],
  workers: new Map(linked.map((peer) => [peer, idle])),
  served: 0,
  failed: 0,
});

const idle: Worker = { streams: 0, waiting: [] };
const step = (state: State, effects: readonly Effect[] = []): Step => ({ state, effects });

/** One step of the server. Pure. */
export function decide(state: State, message: FileServerMessage | Own, limits: ServerLimits): Step {
  switch (message.type) {
    case 'generation':
      return published(state, message.generation);
    case 'worker-linked':
      return step(withWorker(state, message.peer, idle), announceTo(state, message.peer));
    case 'worker-unlinked':
      return unlinked(state, message.peer);
    case 'announce-again':
      return step(state, announceTo(state, message.peer));
    case 'serve-manifest':
      return requested(state, message.peer, { type: 'manifest', id: message.id, stream: message.stream }, limits);
    case 'serve-content': {
      const digests = message.digests.map(digestHex);
      return requested(state, message.peer, { type: 'content', digests, stream: message.stream }, limits);
    }
    case 'repeat':
      return step(
        state,
        [...state.workers.keys()].flatMap((peer) => announceTo(state, peer)),
      );
    case 'served':
      return serveNext({ ...freed(state, message.peer), served: state.served + 1 }, limits);
    case 'serve-failed': {
      const lastFailure = `${message.peer}: ${message.text}`;
      return serveNext({ ...freed(state, message.peer), failed: state.failed + 1, lastFailure }, limits);
    }
    case 'get-state':
      return step(state, [{ type: 'reply', to: message.replyTo, value: viewOf(state) }]);
  }
}

function published(state: State, generation: Generation): Step {
  const next = { ...state, generations: [generation, ...state.generations].slice(0, treesKept) };
  const message = announcementOf(generation, true);
  return step(
    next,
    [...state.workers.keys()].map((to) => ({ type: 'announce', to, message })),
  );
}

/** Without changes: what this worker holds is not known here. */
function announceTo({ generations }: State, to: NodeName): readonly Effect[] {
  const [newest] = generations;
  return newest === undefined ? [] : [{ type: 'announce', to, message: announcementOf(newest, false) }];
}

/** Streams in flight fail by themselves when their link is gone; those that wait are given up here. */
function unlinked(state: State, peer: NodeName): Step {
  const waiting = state.workers.get(peer)?.waiting ?? [];
  const workers = new Map([...state.workers].filter(([other]) => other !== peer));
  return step(
    { ...state, workers },
    waiting.map(({ stream }) => refusal(stream, 'link-lost', 'the link to the worker is gone')),
  );
}

function requested(state: State, peer: NodeName, request: Request, limits: ServerLimits): Step {
  const refuse = (code: string, text: string): Step =>
    step({ ...state, failed: state.failed + 1, lastFailure: `${peer}: ${text}` }, [
      refusal(request.stream, code, text),
    ]);
  const worker = state.workers.get(peer);
  if (worker === undefined) return refuse('not-linked', 'this worker is not linked');
  if (treeFor(state, request) === undefined) return refuse('generation-gone', goneWords(request));
  if (worker.waiting.length >= limits.waitingPerWorker) {
    return refuse('overloaded', `${limits.waitingPerWorker} requests of this worker wait already; ask again later`);
  }
  const workers = new Map(state.workers).set(peer, { ...worker, waiting: [...worker.waiting, request] });
  const next = { ...state, workers };
  const { state: after, effects } = serveNext(next, limits);
  return step(after, [{ type: 'admit', stream: request.stream }, ...effects]);
}

const goneWords = (request: Request): string =>
  request.type === 'manifest'
    ? `generation ${request.id.generation} is not among the newest here; ask for the one announced last`
    : 'this master has not published a generation yet; wait for its announcement';

/** Serves those that wait, one request a worker in turn, as far as the limits allow. */
function serveNext(state: State, limits: ServerLimits): Step {
  const effects: Effect[] = [];
  let busy = [...state.workers.values()].reduce((sum, { streams }) => sum + streams, 0);
  let now = state;
  while (busy < limits.streams) {
    const next = [...now.workers].find(
      ([, { streams, waiting }]) => waiting.length > 0 && streams < limits.streamsPerWorker,
    );
    if (next === undefined) break;
    const [peer, { streams, waiting }] = next;
    const [request, ...rest] = waiting;
    const tree = treeFor(now, request!);
    if (tree === undefined) {
      effects.push(refusal(request!.stream, 'generation-gone', goneWords(request!)));
      now = withWorker({ ...now, failed: now.failed + 1 }, peer, { streams, waiting: rest });
      continue;
    }
    effects.push({ type: 'serve', peer, request: request!, tree });
    now = withWorker(now, peer, { streams: streams + 1, waiting: rest });
    busy += 1;
  }
  return step(now, effects);
}

function treeFor({ generations }: State, request: Request): FileTree | undefined {
  if (request.type === 'content') return generations[0]?.tree;
  return generations.find(({ id }) => compareGenerations(id, request.id) === 0)?.tree;
}

const refusal = (stream: OutgoingStream, code: string, text: string): Effect => ({
  type: 'refuse',
  stream,
  code,
  text,
});

/** Sets the worker, at the end of the turn. */
function withWorker(state: State, peer: NodeName, worker: Worker): State {
  const workers = new Map(state.workers);
  workers.delete(peer);
  return { ...state, workers: workers.set(peer, worker) };
}

/** A worker that was linked anew in between counts from 0 again. */
function freed(state: State, peer: NodeName): State {
  const worker = state.workers.get(peer);
  if (worker === undefined) return state;
  const streams = Math.max(0, worker.streams - 1);
  return { ...state, workers: new Map(state.workers).set(peer, { ...worker, streams }) };
}

const viewOf = ({ generations, workers, served, failed, lastFailure }: State): ServerView => ({
  generation: generations[0]?.id,
  workers: [...workers].map(([peer, { streams, waiting }]) => ({ peer, streams, waiting: waiting.length })),
  served,
  failed,
  lastFailure,
});
