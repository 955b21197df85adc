/** Dialing: the handshake as the dialer sees it, with the outcomes of the TLS transport. */
import { type Connection, LinkError } from '@muster/link';
import { dialError } from '@muster/link/testing';
import type { Host } from '../host.ts';
import { closeEnd, connectionOf, type End } from './end.ts';
import { type Claim, type Listener, port } from './listener.ts';
import type { TransportOptions } from './network.ts';
import { type Kernel, openPair } from './pair.ts';
import type { Machine } from './paths.ts';
import { connectionRefused, connectionReset, wrongKeyAlert } from './system-errors.ts';

/** `listenerOf`: who listens on a machine when the dial gets there. */
export function dial(
  kernel: Kernel,
  listenerOf: (machine: Machine) => Listener | undefined,
  host: Host,
  options: TransportOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const { master, handshakeMs } = options;
  if (master === undefined) return Promise.reject(new LinkError('bad-option', 'this transport has no address to dial'));
  const to = kernel.paths.machine(master);
  const where = `${to.address}:${port}`;
  const abortedError = (): LinkError => new LinkError('aborted', `the dial to ${where} was aborted`, { peer: where });
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortedError());
    if (!host.effect('dial')) return;
    const near = knock(kernel, listenerOf, host, options, to);
    let connected = false;
    const settle = (): void => {
      cancel();
      signal.removeEventListener('abort', aborted);
      near.gone = undefined;
    };
    const fail = (error: LinkError): void => {
      settle();
      closeEnd(kernel.timeline, near);
      reject(error);
    };
    const aborted = (): void => fail(abortedError());
    const cancel = host.after(handshakeMs, 'dial is late', () => fail(lateError(where, handshakeMs)));
    const opened = (): void => {
      near.outgoing.signal('finished');
      near.stage = 'open';
      settle();
      resolve(connectionOf(kernel.timeline, near, undefined, where));
    };
    signal.addEventListener('abort', aborted, { once: true });
    near.gone = () => fail(dialError(connected ? connectionReset() : connectionRefused(), where));
    near.greet = (step) => {
      connected = true;
      if (step === 'alert') return fail(dialError(wrongKeyAlert(), where));
      if (!host.effect('send')) return;
      if (step === 'answer') opened();
      else near.outgoing.signal('hello');
    };
  });
}

/** Sends the first packet, unless the network swallows it. */
function knock(
  kernel: Kernel,
  listenerOf: (machine: Machine) => Listener | undefined,
  host: Host,
  { identity, key }: TransportOptions,
  to: Machine,
): End {
  const { near, far, address, dice } = openPair(kernel, host, kernel.paths.machine(host.node), to);
  const { handshake, refuse, silent } = kernel.faults;
  const claim: Claim = { key, identity, address, handshakeMs: dice.between(handshake.minMs, handshake.maxMs) };
  const refused = dice.chance(refuse);
  far.greet = () => {
    const listener = refused ? undefined : listenerOf(to);
    if (listener === undefined) closeEnd(kernel.timeline, far);
    else listener.knock(far, claim);
  };
  if (!dice.chance(silent)) near.outgoing.signal('syn');
  return near;
}

const lateError = (where: string, handshakeMs: number): LinkError => {
  const text = `${where} did not finish the handshake within ${handshakeMs} ms: check that it is up and no firewall drops the port`;
  return new LinkError('timeout', text, { peer: where });
};
