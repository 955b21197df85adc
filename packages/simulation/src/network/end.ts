/** One end of a connection: what its kernel knows of it, and the port that its process has of it. */
import type { Connection, ConnectionHandlers, PeerIdentity } from '@muster/link';
import type { Host } from '../host.ts';
import type { Timeline } from '../timeline.ts';
import type { Machine } from './paths.ts';
import type { SendQueue } from './send-queue.ts';
import { brokenPipe, connectionReset, timedOut } from './system-errors.ts';
import type { Receiver, Signal, Wire } from './wire.ts';

export interface End extends Receiver {
  readonly machine: Machine;
  /** Undefined: no process has it yet. */
  host: Host | undefined;
  /** `greeting`: the handshake is not over; `proving`: its last step is being checked, nothing is read. */
  stage: 'greeting' | 'proving' | 'open';
  closed: boolean;
  /** The other side sends nothing more. */
  finished: boolean;
  paused: boolean;
  handlers: ConnectionHandlers | undefined;
  failure: Error | undefined;
  /** Steps of the handshake. */
  greet: (signal: Signal) => void;
  /** Called at once when it is closed, however that came. */
  closing: () => void;
  /** Called once, later, when it is closed: its process hears of it. */
  gone: ((failure: Error | undefined) => void) | undefined;
  /** Set right after it is made. */
  incoming: Wire;
  outgoing: Wire;
  queue: SendQueue;
  other: End;
}

export function openEnd(timeline: Timeline, machine: Machine, host: Host | undefined): End {
  const end: End = {
    machine,
    host,
    stage: 'greeting',
    closed: false,
    finished: false,
    paused: false,
    handlers: undefined,
    failure: undefined,
    greet: () => {},
    closing: () => {},
    gone: undefined,
    incoming: undefined as never,
    outgoing: undefined as never,
    queue: undefined as never,
    other: undefined as never,
    owner: () => end.host,
    reads: () => end.stage === 'greeting' || (end.stage === 'open' && end.handlers !== undefined && !end.paused),
    data: (bytes) => {
      end.other.queue.consumed(bytes.byteLength);
      end.handlers?.data(bytes);
    },
    signal: (signal) => {
      if (signal === 'reset') fail(timeline, end, connectionReset());
      else if (signal === 'fin') finish(timeline, end);
      else end.greet(signal);
    },
  };
  return end;
}

function finish(timeline: Timeline, end: End): void {
  if (end.stage === 'greeting') return closeEnd(timeline, end);
  end.finished = true;
  // Node ends its own side when the other has ended (`allowHalfOpen` is false).
  end.queue.end();
  if (end.queue.ended()) closeEnd(timeline, end);
}

/** It broke: what it would still send is lost, and the other side is not told. */
export function fail(timeline: Timeline, end: End, error: Error): void {
  end.failure ??= error;
  shut(timeline, end, (kind) => kind === 'data');
}

/**
 * Its kernel closes it as a TCP stack does: what the kernel took is still sent, then an end, or a reset when bytes
 * came that nobody read. Bytes that come later are answered by a reset.
 */
export function closeEnd(timeline: Timeline, end: End): void {
  if (end.closed) return;
  if (end.host === undefined || end.incoming.unread()) end.outgoing.signal('reset');
  else if (!end.queue.ended()) end.outgoing.signal('fin');
  shut(timeline, end, (kind) => kind !== 'fin');
}

/** Its machine lost its power: nobody is told; what comes when the machine is back is answered by a reset. */
export function loseEnd(timeline: Timeline, end: End): void {
  if (end.closed) return;
  end.outgoing.lose();
  shut(timeline, end, () => true);
}

function shut(timeline: Timeline, end: End, answered: (kind: 'data' | Signal) => boolean): void {
  if (end.closed) return;
  end.closed = true;
  const { incoming, outgoing, other } = end;
  end.queue.drop();
  incoming.shut((kind) => {
    if (kind !== 'reset' && answered(kind)) outgoing.signal('reset', incoming.latency());
  });
  end.closing();
  if (other.host === undefined && !other.closed) shut(timeline, other, () => false);
  if (other.closed) {
    incoming.path.users.delete(incoming);
    outgoing.path.users.delete(outgoing);
  }
  announce(timeline, end);
}

/** Its process hears of the end, later, once; a dead one never. */
function announce(timeline: Timeline, end: End): void {
  const { gone, host } = end;
  if (gone === undefined || host?.alive() !== true) return;
  end.gone = undefined;
  timeline.after(0, 'closed', () => gone(end.failure), host);
}

/** The end as its process has it. */
export function connectionOf(
  timeline: Timeline,
  end: End,
  identity: PeerIdentity | undefined,
  remoteAddress: string,
): Connection {
  const { queue } = end;
  return {
    identity,
    remoteAddress,
    buffered: queue.buffered,
    write: (bytes) => {
      if (end.closed) return;
      if (end.incoming.broken()) return fail(timeline, end, brokenPipe());
      queue.write(bytes);
    },
    cork: queue.cork,
    uncork: queue.uncork,
    pause: () => {
      end.paused = true;
    },
    resume: () => {
      end.paused = false;
      if (!end.closed) end.incoming.poke();
    },
    end: () => {
      if (!end.closed) queue.end();
    },
    destroy: (reason) => {
      end.failure ??= end.closed ? undefined : reason;
      closeEnd(timeline, end);
    },
    listen: (handlers) => {
      end.handlers = handlers;
      end.gone = chained(end.gone, handlers.closed);
      if (end.closed) announce(timeline, end);
      else end.incoming.poke();
    },
  };
}

type Gone = (failure: Error | undefined) => void;

const chained = (first: Gone | undefined, second: Gone): Gone =>
  first === undefined
    ? second
    : (failure) => {
        first(failure);
        second(failure);
      };

/** The failure of data that nobody acknowledged. */
export const gaveUp = (timeline: Timeline, end: End): void => fail(timeline, end, timedOut());
