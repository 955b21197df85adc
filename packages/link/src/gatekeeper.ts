/** Adapter: counts the sockets of a listener, sees to their deadlines, and makes room at the caps. */
import type { Socket } from 'node:net';
import type { Clock } from '@muster/actor';
import { admitConnection } from './admission.ts';
import type { LinkLimits } from './limits.ts';
import { hostOf, rejectionLog } from './rejections.ts';
import { addressOf } from './socket-connection.ts';
import type { Rejection } from './transport.ts';

interface Unproven {
  readonly socket: Socket;
  /** With port, for showing. */
  readonly from: string;
  readonly cancel: () => void;
}

export interface Gatekeeper {
  /** A socket came in; it may be destroyed during the call, or later to make room for another. */
  readonly arrived: (socket: Socket) => void;
  /** The handshake over `socket` is finished. False when it had been turned away meanwhile. */
  readonly proven: (socket: Socket) => boolean;
  /** The handshake over `socket` failed. Silent when the gatekeeper itself closed it and has said why. */
  readonly failed: (socket: Socket, why: (remoteAddress: string) => Rejection) => void;
  /** Destroys the sockets that are not proven. Those that are belong to their links. */
  readonly close: () => void;
}

/** Sockets are known by their remote address, for TLS wraps them in others. */
export function gatekeeper(rejected: (rejection: Rejection) => void, limits: LinkLimits, clock: Clock): Gatekeeper {
  const log = rejectionLog(rejected, clock);
  /** In the order of arrival. */
  const unproven = new Map<string, Unproven>();
  let total = 0;
  const turnAway = (code: Rejection['code'], from: string, text: string): void => {
    const one = unproven.get(from);
    forget(from);
    one?.socket.destroy();
    log.note({ code, remoteAddress: from, text });
  };
  const forget = (from: string): boolean => {
    unproven.get(from)?.cancel();
    return unproven.delete(from);
  };
  const late = (from: string): void => {
    const text = `${from} did not finish the handshake within ${limits.handshakeMs} ms: it is no node, or the line is bad`;
    turnAway('handshake-timeout', from, text);
  };
  const makeRoom = (address: string): boolean => {
    const waiting = [...unproven.values()];
    const shown = waiting.map(({ from, socket }) => ({ address: hostOf(from), silent: socket.bytesRead === 0 }));
    const admission = admitConnection(shown, total, hostOf(address), limits);
    if (!admission.take) {
      log.note({ code: 'too-many', remoteAddress: address, text: admission.text });
      return false;
    }
    const evicted = waiting[admission.evict ?? -1];
    if (evicted !== undefined) turnAway('too-many', evicted.from, admission.text ?? '');
    return true;
  };
  return {
    arrived: (socket) => {
      const from = addressOf(socket.remoteAddress, socket.remotePort);
      socket.on('error', () => {});
      if (!makeRoom(from)) return void socket.destroy();
      total += 1;
      unproven.set(from, { socket, from, cancel: clock.after(limits.handshakeMs, () => late(from)) });
      socket.once('close', () => {
        total -= 1;
      });
    },
    proven: (socket) => forget(addressOf(socket.remoteAddress, socket.remotePort)),
    failed: (socket, why) => {
      const from = addressOf(socket.remoteAddress, socket.remotePort);
      if (forget(from)) log.note(why(from));
    },
    close: () => {
      for (const { from, socket } of [...unproven.values()]) {
        forget(from);
        socket.destroy();
      }
      log.close();
    },
  };
}
