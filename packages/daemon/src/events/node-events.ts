/** The journal of a node and what is written into it: the events of its actors, each in one call. */
import type { Observer } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { ControlAnswers } from '@muster/control';
import type { BalancerEvent } from '@muster/haproxy-balancer';
import type { IntegrityEvent } from '@muster/integrity';
import type { KeepAliveEvent, OwnStatus } from '@muster/keep-alive';
import type { Rejection } from '@muster/link';
import type { Logger } from '@muster/log';
import type { DialerEvent, ListenerEvent } from '@muster/node';
import type { RegistrationEvent } from '@muster/registration';
import { type EventJournal, type Kv, openEventJournal } from '@muster/store';
import type { Replication, ReplicationResult } from '@muster/tree';
import type { Platform } from '../platform.ts';
import { version } from '../version.ts';
import { openFilesStory, troubleWords } from './files-story.ts';
import { recorded } from './operations.ts';
import {
  balancerWords,
  crashWords,
  dialerWords,
  type EventWords,
  generationWords,
  listenerWords,
  livenessWordsOf,
  registrationWords,
} from './words.ts';

/** Whom the compositions tell what happens. None of it blocks or throws. */
export interface NodeEvents {
  readonly journal: EventJournal;
  /** Sees the actors crash and come back. */
  readonly observer: Partial<Observer>;
  keepAlive(event: KeepAliveEvent): void;
  listener(event: ListenerEvent<Rejection>): void;
  dialer(event: DialerEvent): void;
  /** A master's: a worker's files are told by `replica`. */
  integrity(event: IntegrityEvent): void;
  replica(status: OwnStatus): void;
  replicated(plan: Replication, result: ReplicationResult): void;
  registration(event: RegistrationEvent): void;
  /** `at`: which HAProxy. */
  balancer(at: string, event: BalancerEvent): void;
  /** The same answers, each order with its row. */
  recorded(answers: ControlAnswers): ControlAnswers;
  /** The node stops: what its links end with from now on is no event. Resolves when all is written; never rejects. */
  close(): Promise<void>;
}

/** Records that the node has started. Rejects with a `StoreError` when the store cannot be read. */
export async function openNodeEvents(
  { cluster, root }: NodeConfig,
  { clock, wallNow, disk }: Pick<Platform, 'clock' | 'wallNow' | 'disk'>,
  kv: Kv,
  log: Logger,
): Promise<NodeEvents> {
  const journal = await openEventJournal(kv, {
    wallNow,
    now: clock.now,
    after: clock.after,
    turn: disk.turn,
    trouble: (error) => logJournal(log, error),
  });
  const own = cluster.nodeName;
  const add = (words: EventWords | undefined): void => {
    if (words !== undefined) journal.record(words.kind, words.subject, hidden(words.text, { root, key: cluster.key }));
  };
  const story = openFilesStory(own);
  let troubled: OwnStatus['state'] | undefined;
  let gaveUp = false;
  add({ kind: 'started', subject: own, text: startWords(journal, cluster) });
  return {
    journal,
    observer: {
      crashed: (path, error, outcome) => {
        gaveUp ||= path === '/';
        add(crashWords(path, error, outcome));
      },
      restarted: (path) => add({ kind: 'restarted', subject: path, text: 'It runs again.' }),
    },
    keepAlive: (event) => add(livenessWordsOf(event)),
    listener: (event) => add(listenerWords(event)),
    dialer: (event) => add(dialerWords(event)),
    integrity: (event) => {
      if (event.type === 'generation') add(generationWords(own, event.generation));
      if (event.type !== 'status') return;
      const isNew = event.state !== troubled;
      troubled = event.state;
      if (isNew && (event.state === 'held' || event.state === 'failing'))
        add(troubleWords(own, event.state, event.why));
    },
    replica: (status) => add(story.status(status)),
    replicated: story.replicated,
    registration: (event) => add(registrationWords(event)),
    balancer: (at, event) => add(balancerWords(at, event)),
    recorded: (answers) => recorded(answers, journal),
    close: async () => {
      const text = gaveUp ? 'Muster ends: its actors could not be kept running.' : 'Muster stops, in good order.';
      add({ kind: 'stopped', subject: own, text });
      await journal.close();
    },
  };
}

/** Errors of the system name files: these are R's for whoever reads, wherever it lies here. A key is nobody's to read. */
const hidden = (text: string, { root, key }: { readonly root: string; readonly key: string }): string => {
  const masked = key === '' ? text : text.replaceAll(key, '*****');
  return root === '/' ? masked : masked.replaceAll(root, 'R');
};

/** Tells one after the other. */
export const both =
  <Event>(first: (event: Event) => void, second: (event: Event) => void): ((event: Event) => void) =>
  (event) => {
    first(event);
    second(event);
  };

/** Whether the run before ended as it should is what an operator wants to know of a start. */
function startWords(
  journal: Pick<EventJournal, 'read'>,
  { nodeType, name }: Pick<NodeConfig['cluster'], 'nodeType' | 'name'>,
): string {
  const lastOf = (kind: 'started' | 'stopped'): number => journal.read({ last: 1, kind }).rows[0]?.id ?? 0;
  const killed = lastOf('started') > lastOf('stopped');
  const words = `Muster ${version} starts, ${nodeType} of cluster "${name}".`;
  return killed ? `${words} The run before it did not stop in good order.` : words;
}

function logJournal(log: Logger, error: unknown): void {
  if (error === undefined) return log.info('The journal of events can be written again.');
  const text = error instanceof Error ? error.message : String(error);
  log.warning(`The journal of events cannot be written, the newest 1000 are kept until it can: ${text}`);
}
