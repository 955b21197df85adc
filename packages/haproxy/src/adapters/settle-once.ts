/** Adapter: one exchange with a limit in time. */
import { HaproxyError } from '../haproxy-error.ts';

/** What an exchange is held to. */
export interface Bounds {
  /** For the error's text. */
  readonly name: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a running exchange is ended with. */
interface Open {
  destroy(): void;
}

/** Settles once: with what `start` says, `timed-out`, or the signal's reason. Whatever `start` opened is destroyed then. */
export function settleOnce<T>(
  { name, timeoutMs, signal }: Bounds,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => Open,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    let open: Open | undefined;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      settle();
      open?.destroy();
    };
    const fail = (error: unknown): void => end(() => reject(error as Error));
    const aborted = (): void => fail(signal.reason);
    const timer = setTimeout(
      () => fail(new HaproxyError(name, 'timed-out', `no whole answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    signal.addEventListener('abort', aborted, { once: true });
    try {
      open = start((value) => end(() => resolve(value)), fail);
    } catch (error) {
      // A port, path or header that Node does not take.
      const code = String((error as NodeJS.ErrnoException).code);
      fail(
        error instanceof HaproxyError
          ? error
          : new HaproxyError(name, 'bad-name', `it cannot be asked (${code})`, error),
      );
    }
  });
}
