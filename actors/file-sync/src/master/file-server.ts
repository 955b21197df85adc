/**
 * Serves the master's files: tells every linked worker of each generation, and answers requests for
 * manifests and contents with streams.
 *
 * Bytes never pass a mailbox: a request only waits here for its turn. At most 8 streams a worker and
 * 32 in all; workers take turns. A stream that fails is aborted and counted. Lost on restart: the
 * streams in flight and those that wait, which are aborted, so that the workers ask again.
 */
import { type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '@muster/actor';
import {
  type FileTree,
  type GenerationAnnounced,
  type GenerationId,
  type NodeName,
  treeFigures,
} from '@muster/protocol';
import type { Generation } from '../announcement.ts';
import type { OutgoingStream } from '../shapes.ts';
import { faultWords } from '../words.ts';
import { decide, type Effect, initialState, type Own, type Request, type ServerLimits, type State } from './decide.ts';
import type { FileServerMessage } from './messages.ts';

/** What the actor needs of the node it runs in. */
export interface FileServerDeps {
  readonly clock: Clock;
  readonly linkedWorkers: () => readonly NodeName[];
  /** The newest generation that integrity published, if any. */
  readonly newest: () => Generation | undefined;
  /** Queues the announcement; neither blocks nor throws. A lost one is made good by its repetition. */
  readonly announce: (to: NodeName, message: GenerationAnnounced) => void;
  /** Writes the manifest; resolves when all is written. The actor ends the stream. Rejects when it was aborted. */
  readonly writeManifest: (tree: FileTree, id: GenerationId, stream: OutgoingStream) => Promise<void>;
  /** Writes the contents with these digests (hex) in order; what is not there is said to be missing. Else as above. */
  readonly sendContent: (tree: FileTree, digests: readonly string[], stream: OutgoingStream) => Promise<void>;
}

export function spawnFileServer(parent: Parent, deps: FileServerDeps, limits: ServerLimits): Ref<FileServerMessage> {
  /** Streams of the present incarnation that have not ended. */
  let open = new Set<OutgoingStream>();
  return spawnActor<State, FileServerMessage, Own, Effect>(parent, {
    name: 'file-sync',
    clock: deps.clock,
    init: () => initialState(deps.linkedWorkers(), deps.newest()),
    started: (scope) => {
      const mine = new Set<OutgoingStream>();
      open = mine;
      scope.every(limits.repeatMs, { type: 'repeat' });
      scope.signal.addEventListener('abort', () => abortAll(mine), { once: true });
    },
    decide: (state, message) => decide(state, message, limits),
    perform: (effect, scope) => perform(effect, deps, scope, open),
    // Trees, digests and streams: of these the inspector shows the kind of message only.
    redact: ({ type }) => ({ type }),
    redactState: ({ generations, workers, ...state }) => ({
      ...state,
      generations: generations.map(({ id, tree }) => ({ id, tree: treeFigures(tree) })),
      workers: new Map(
        [...workers].map(([peer, { streams, waiting }]) => [peer, { streams, waiting: waiting.length }]),
      ),
    }),
  });
}

function abortAll(streams: ReadonlySet<OutgoingStream>): void {
  for (const stream of streams) stream.abort('restarting', 'the file server ended; ask again');
}

function perform(effect: Effect, deps: FileServerDeps, scope: Scope<Own>, open: Set<OutgoingStream>): void {
  switch (effect.type) {
    case 'announce':
      deps.announce(effect.to, effect.message);
      break;
    case 'admit':
      open.add(effect.stream);
      break;
    case 'serve':
      serve(effect, deps, scope, open);
      break;
    case 'refuse':
      open.delete(effect.stream);
      effect.stream.abort(effect.code, effect.text);
      break;
    case 'reply':
      tell(effect.to, effect.value);
      break;
  }
}

function serve(
  { peer, request, tree }: Extract<Effect, { readonly type: 'serve' }>,
  deps: FileServerDeps,
  scope: Scope<Own>,
  open: Set<OutgoingStream>,
): void {
  const { stream } = request;
  scope.run(
    async () => {
      await write(request, tree, deps);
      stream.end();
      open.delete(stream);
    },
    () => ({ type: 'served', peer }),
    (error) => {
      const text = faultWords('Sending to the worker', error);
      open.delete(stream);
      stream.abort('read-failed', text);
      return { type: 'serve-failed', peer, text };
    },
  );
}

const write = (request: Request, tree: FileTree, deps: FileServerDeps): Promise<void> =>
  request.type === 'manifest'
    ? deps.writeManifest(tree, request.id, request.stream)
    : deps.sendContent(tree, request.digests, request.stream);
