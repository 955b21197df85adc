/** Adapter: the unix sockets of the manager's daemons, as one process of a node sees them. */
import { type HttpAnswer, type LocalSockets, SocketError, type SocketLimits } from '@muster/manager';
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import { type Neighbour, type NeighbourFault, type NeighbourName, type Neighbours, socketPaths } from './neighbour.ts';

/** Each way, ms; and how late one that is slow answers. */
const way = { minMs: 0.05, maxMs: 1.5 };
const slowMs = { min: 500, max: 12_000 };
/** One that died is started again after so long, ms. */
const restart = { minMs: 500, maxMs: 6_000 };
const babbledBytes = 400;
/** Of an answer that is handed over as it comes. */
const pieceBytes = 700;

export interface SimulatedSockets extends LocalSockets {
  /** Requests that wait for their answers. */
  open(): number;
}

export interface SocketSurroundings {
  readonly root: string;
  readonly neighbours: Neighbours;
  readonly now: () => number;
}

export function simulatedSockets(
  { root, neighbours, now }: SocketSurroundings,
  host: Host,
  dice: Dice,
): SimulatedSockets {
  const [times, chances] = [dice.fork('times'), dice.fork('faults')];
  const names = new Map(Object.entries(socketPaths).map(([name, path]) => [`${root}/${path}`, name as NeighbourName]));
  let open = 0;
  const faultOf = (name: NeighbourName): NeighbourFault['how'] | undefined =>
    neighbours.faults.find(({ which, probability }) => which === name && chances.chance(probability))?.how;
  const refusalOf = (name: NeighbourName | undefined): string | undefined => {
    if (name === undefined || neighbours.at(name) === undefined) return 'ENOENT';
    return neighbours.isUp() && (neighbours.deadUntil.get(name) ?? 0) <= now() ? undefined : 'ECONNREFUSED';
  };
  const wayMs = (): number => times.between(way.minMs, way.maxMs);

  const request = <T>(path: string, limits: SocketLimits, signal: AbortSignal, spoken: Spoken<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      let waits = true;
      open += 1;
      const end = (): boolean => {
        if (!waits) return false;
        waits = false;
        open -= 1;
        cancelTimeout();
        signal.removeEventListener('abort', aborted);
        return true;
      };
      const aborted = (): void => void (end() && reject(signal.reason as Error));
      const fail = (code: string): void => void (end() && reject(new SocketError(code, path)));
      const cancelTimeout = host.after(limits.timeoutMs, 'socket times out', () => fail('timed-out'));
      const answer = (value: T, bytes: number, delayMs: number): void => {
        host.after(delayMs, 'socket answers', () => {
          if (bytes > limits.maxBytes) fail('too-large');
          else void spoken.deliver(value, 1).then((rest) => void (end() && resolve(rest)));
        });
      };
      /** What came before is not lost. */
      const cut = (value: T | undefined): void => {
        const delivered = value === undefined ? Promise.resolve() : spoken.deliver(value, chances.next());
        host.after(wayMs(), 'socket is cut', () => void delivered.then(() => fail('cut-short')));
      };
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) return aborted();
      host.after(wayMs(), 'socket', () => {
        if (!waits) return;
        const name = names.get(path);
        const refused = refusalOf(name);
        if (refused !== undefined) return fail(refused);
        if (!host.effect('socket')) return;
        const neighbour = neighbours.at(name!)!;
        const how = faultOf(name!);
        neighbours.tell({ name: name!, how: how ?? 'answered' });
        const done = (): T => spoken.ask(neighbour);
        const tell = (value: T, delayMs: number): void => answer(value, spoken.bytesOf(value), delayMs);
        switch (how) {
          case 'refused':
            return fail('ECONNREFUSED');
          case 'silent':
            return;
          case 'done-unanswered':
            return void done();
          case 'cut-short':
            return cut(done());
          case 'dies':
            neighbours.deadUntil.set(name!, now() + times.between(restart.minMs, restart.maxMs));
            // Before it did anything, or right after.
            return cut(chances.chance(0.5) ? done() : undefined);
          case 'err':
            return tell(spoken.refused(neighbour), wayMs());
          case 'babbles':
            return tell(spoken.babbled(chances.bytes(chances.int(0, babbledBytes))), wayMs());
          case 'slow':
            return tell(done(), times.between(slowMs.min, slowMs.max));
          default:
            return tell(done(), wayMs());
        }
      });
    });

  return {
    exchange: (path, bytes, limits, signal) =>
      request<Uint8Array>(path, limits, signal, {
        ask: ({ exchange, refusal }) => (exchange ?? refusal)(bytes),
        refused: ({ refusal }) => refusal(bytes),
        babbled: (noise) => noise,
        bytesOf: ({ length }) => length,
        deliver: (answer) => Promise.resolve(answer),
      }),
    http: (path, asked, limits, signal, piece) =>
      request<HttpAnswer>(path, limits, signal, {
        ask: ({ http }) => http?.(asked) ?? { status: 404, body: new Uint8Array(0) },
        refused: ({ refusal }) => ({ status: 500, body: refusal(asked.body ?? new Uint8Array(0)) }),
        babbled: (body) => ({ status: 200, body }),
        bytesOf: ({ body }) => body.length,
        deliver: async (answer, share) => {
          const { status, body } = answer;
          if (piece === undefined || status < 200 || status >= 300) return answer;
          const end = Math.floor(share * body.length);
          for (let at = 0; at < end; at += pieceBytes) await piece(body.subarray(at, Math.min(at + pieceBytes, end)));
          return { status, body: new Uint8Array(0) };
        },
      }),
    open: () => open,
  };
}

/** What differs between the two ways to ask. */
interface Spoken<T> {
  ask(neighbour: Neighbour): T;
  refused(neighbour: Neighbour): T;
  babbled(noise: Uint8Array): T;
  bytesOf(answer: T): number;
  /** Hands over that share of it, where it goes piece by piece; resolves with what is left to answer. */
  deliver(answer: T, share: number): Promise<T>;
}
