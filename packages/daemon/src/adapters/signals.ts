/** Adapter: the signals of the process. */
import { close, url } from 'node:inspector';

export interface SignalHandlers {
  /** SIGTERM, SIGINT, SIGQUIT. */
  readonly stop: (signal: NodeJS.Signals) => void;
  readonly hangup: () => void;
  /** SIGUSR1, SIGUSR2: what rotates logs sends one of them. */
  readonly reopen: (signal: NodeJS.Signals) => void;
}

/** Whoever starts node with this option wants its debugger. */
const isDebugged = (): boolean => process.execArgv.some((option) => option.startsWith('--inspect'));

/**
 * Keeps SIGUSR1 from opening node's debugger, to which every user of this machine may connect, and SIGUSR2 from
 * ending the process. Never taken back: without a listener both would do so again.
 */
export function takeUserSignals(): void {
  process.on('SIGUSR1', nothing).on('SIGUSR2', nothing);
  // A signal that came while node itself was starting has opened it already.
  if (url() !== undefined && !isDebugged()) close();
}

export function listenToSignals({ stop, hangup, reopen }: SignalHandlers): { readonly remove: () => void } {
  const all = [
    ...(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const).map((signal) => [signal, stop] as const),
    ['SIGHUP', hangup] as const,
    ...(['SIGUSR1', 'SIGUSR2'] as const).map((signal) => [signal, reopen] as const),
  ];
  for (const [signal, handler] of all) process.on(signal, handler);
  return {
    remove: () => {
      for (const [signal, handler] of all) process.off(signal, handler);
    },
  };
}

const nothing = (): void => {};
