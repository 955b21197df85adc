/** What each event of an actor is in the journal: its kind, whom it happened to, plain words. Pure; never a key. */
import type { CrashOutcome } from '@muster/actor';
import type { BalancerEvent } from '@muster/haproxy-balancer';
import type { Generation } from '@muster/integrity';
import type { KeepAliveEvent } from '@muster/keep-alive';
import type { Rejection } from '@muster/link';
import type { DialerEvent, ListenerEvent } from '@muster/node';
import { agentIdText, type EventKind, type NodeName } from '@muster/protocol';
import type { RegistrationEvent } from '@muster/registration';

/** A row before it is recorded. Undefined: it is not worth one. */
export interface EventWords {
  readonly kind: EventKind;
  readonly subject: string;
  readonly text: string;
}
type Words = EventWords | undefined;

const counted = (count: number, one: string): string => (count === 1 ? `1 ${one}` : `${count} ${one}s`);
/** `10.0.0.7:41234` is `10.0.0.7`: what one host does is of one subject. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '');
const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

const livenessKinds = { up: 'joined', suspect: 'suspect', down: 'lost', left: 'left' } as const;
const livenessWords = {
  joined: 'It is up',
  suspect: 'It is suspected to be gone',
  lost: 'It is down',
  left: 'It has left',
} as const;

/** Also on a worker, whose only peer is its master. */
export function livenessWordsOf(event: KeepAliveEvent): Words {
  if (event.type !== 'liveness-changed' || event.to === 'unknown') return undefined;
  const kind = livenessKinds[event.to];
  return { kind, subject: event.peer, text: sentence(`${livenessWords[kind]}: ${event.reason}`) };
}

/** Those whom a master turns away. */
export function listenerWords(event: ListenerEvent<Rejection>): Words {
  switch (event.type) {
    case 'rejected': {
      const { code, remoteAddress, text } = event.rejection;
      return { kind: 'refused', subject: hostOf(remoteAddress), text: sentence(`Turned away (${code}): ${text}`) };
    }
    case 'refused': {
      const { name, address, code, text } = event;
      return { kind: 'refused', subject: name, text: sentence(`Refused, from ${address} (${code}): ${text}`) };
    }
    case 'greeting-failed': {
      const { address, failure } = event;
      return {
        kind: 'refused',
        subject: hostOf(address),
        text: sentence(`No link came of its connection (${failure.code}): ${failure.text}`),
      };
    }
    case 'replaced':
      return {
        kind: 'lost',
        subject: event.name,
        text: `Its link from ${event.address} was dead; ${event.by} takes its place.`,
      };
    case 'listening':
    case 'accepted':
      return undefined;
  }
}

/** What a worker cannot do without: links that open and close are told by its keep-alive. */
export const dialerWords = (event: DialerEvent): Words =>
  event.type === 'dial-failed'
    ? {
        kind: 'unreachable',
        subject: 'master',
        text: sentence(
          `It cannot be reached${event.times > 1 ? `, ${event.times} times so far` : ''} (${event.failure.code}): ${event.failure.text}`,
        ),
      }
    : undefined;

export function generationWords(node: NodeName, { id, tree, since }: Generation): EventWords {
  const { put = [], remove = [] } = since?.changes ?? {};
  const what =
    since === undefined
      ? 'the first of this start'
      : `${counted(put.length, 'file')} created or changed, ${remove.length} deleted`;
  const text = `Generation ${id.generation} of epoch ${id.epoch}, ${counted(tree.files, 'file')}: ${what}.`;
  return { kind: 'generation', subject: node, text };
}

const outcomeWords = {
  restart: 'It is restarted.',
  'give-up': 'Its supervisor gives up.',
  stop: 'It stays stopped.',
} as const;

export const crashWords = (path: string, error: unknown, outcome: CrashOutcome): EventWords => ({
  kind: 'crashed',
  subject: path,
  text: `${sentence(`It crashed: ${error instanceof Error ? error.message : String(error)}`)} ${outcomeWords[outcome]}`,
});

/** `at`: which HAProxy. */
export function balancerWords(at: string, event: BalancerEvent): Words {
  if (event.type !== 'plan') return undefined;
  const from = Object.entries(event.from)
    .filter(([, cuts]) => cuts > 0)
    .map(([server, cuts]) => `${cuts} from ${server}`);
  const text = `${event.cuts} of ${counted(event.of, 'session')} ${event.cuts === 1 ? 'is' : 'are'} ended, for their agents to connect elsewhere: ${from.join(', ')}.`;
  return { kind: 'balanced', subject: at, text };
}

export const drainWords = (node: string, drained: boolean): EventWords =>
  drained
    ? { kind: 'drained', subject: node, text: 'An operator drains it: its agents are moved, and it gets no new ones.' }
    : { kind: 'undrained', subject: node, text: 'An operator ended its drain: it gets agents again.' };

const registrationKinds = { add: 'registered', remove: 'removed', undo: 'removed', 'assign-group': undefined } as const;

/** Who came and went; a refusal is the log's matter. */
export function registrationWords({ operation, result, id, name, peer }: RegistrationEvent): Words {
  const kind = registrationKinds[operation];
  if (result !== 'done' || kind === undefined) return undefined;
  const agent = id === undefined ? 'agent' : agentIdText(id);
  const by = peer === 'local' ? 'a program on this machine' : peer;
  const why = operation === 'undo' ? ', for nobody heard its key' : '';
  return {
    kind,
    subject: agent,
    text: `Agent ${agent}${name === undefined ? '' : ` (${name})`} ${kind}, asked for by ${by}${why}.`,
  };
}
