/** Adapter: the HAProxy of a run, as one process of a node drives it. */
import { HaproxyError, type HaproxyPorts, type Limits, type RuntimeEndpoint } from '@muster/haproxy';
import type { Dice } from '../dice.ts';
import type { Host } from '../host.ts';
import type { AnswerFault, HaproxyMachine } from './machine.ts';

export interface SimulatedHaproxy extends HaproxyPorts {
  /** Calls that wait. */
  open(): number;
}

/** Each way, ms; and how late one that is slow answers. */
const way = { minMs: 0.1, maxMs: 2 };
const slowMs = { min: 500, max: 9_000 };
const hugeBytes = 100_000_000;

const placeOf = (endpoint: RuntimeEndpoint): string =>
  endpoint.kind === 'unix' ? endpoint.path : `${endpoint.kind}://${endpoint.host}:${endpoint.port}`;

interface Call<T> {
  readonly host: Host;
  readonly where: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly count: (by: 1 | -1) => void;
  readonly work: (done: (value: T) => void, fail: (code: HaproxyError['code'], text: string) => void) => void;
}

/** Settles once, at the latest with its time; the signal ends it at once. */
const called = <T>({ host, where, timeoutMs, signal, count, work }: Call<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    let waits = true;
    const end = (settle: () => void): void => {
      if (!waits) return;
      waits = false;
      count(-1);
      cancel();
      signal.removeEventListener('abort', aborted);
      settle();
    };
    const aborted = (): void => end(() => reject(signal.reason as Error));
    const fail = (code: HaproxyError['code'], text: string): void =>
      end(() => reject(new HaproxyError(where, code, text)));
    count(1);
    const cancel = host.after(timeoutMs, 'haproxy times out', () => fail('timed-out', 'it does not answer'));
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) return aborted();
    work((value) => end(() => resolve(value)), fail);
  });

export function simulatedHaproxy(machine: HaproxyMachine, host: Host, dice: Dice): SimulatedHaproxy {
  const [times, chances] = [dice.fork('times'), dice.fork('faults')];
  let open = 0;
  const count = (by: 1 | -1): void => {
    open += by;
  };
  const wayMs = (): number => times.between(way.minMs, way.maxMs);
  const faultOf = (): AnswerFault['how'] | undefined =>
    machine.faults.find(({ probability }) => chances.chance(probability))?.how;
  const nobody = async (where: string): Promise<never> => {
    throw new HaproxyError(where, 'unreachable', 'nobody is there in this simulation');
  };

  const runtime = (endpoint: RuntimeEndpoint, line: string, limits: Limits, signal: AbortSignal): Promise<string> =>
    called<string>({
      ...{ host, signal, count, where: placeOf(endpoint), timeoutMs: limits.timeoutMs },
      work: (done, fail) => {
        const answer = (text: string, delayMs: number): void =>
          void host.after(delayMs, 'haproxy answers', () => {
            if (text.length > limits.maxBytes) fail('too-large', `its answer is larger than ${limits.maxBytes} bytes`);
            else done(text);
          });
        host.after(wayMs(), 'haproxy is asked', () => {
          const away = machine.away[0];
          if (machine.process() === undefined || away === 'refused') return fail('unreachable', 'connection refused');
          if (away === 'silent' || signal.aborted || !host.effect('haproxy')) return;
          const how = faultOf();
          if (how === 'huge') return fail('too-large', `its answer is ${hugeBytes} bytes`);
          if (how !== undefined && how !== 'slow' && how !== 'cut-short' && how !== 'done-unanswered')
            return answer(noise[how], wayMs());
          const text = machine.ask(line, host.node);
          if (how === 'done-unanswered') return;
          if (how === 'cut-short') return answer(text.slice(0, chances.int(0, text.length)), wayMs());
          answer(text, how === 'slow' ? times.between(slowMs.min, slowMs.max) : wayMs());
        });
      },
    });

  return {
    runtime,
    http: ({ host: name, port }) => nobody(`${name}:${port}`),
    resolve: (name) => nobody(name),
    replaceFile: (path, text, _check, signal) =>
      called<void>({
        ...{ host, signal, count, where: path, timeoutMs: fileMs },
        work: (done) =>
          void host.after(wayMs(), 'haproxy file', () => {
            if (signal.aborted || !host.effect('haproxy file')) return;
            machine.files.set(path, text);
            done();
          }),
      }),
    wait: (ms, signal) =>
      called<void>({
        ...{ host, signal, count, where: 'haproxy', timeoutMs: ms + fileMs },
        work: (done) => void host.after(ms, 'haproxy waits', () => done()),
      }),
    open: () => open,
  };
}

/** Longer than any file takes, ms. */
const fileMs = 10_000;

const noise: Readonly<Record<'garbage' | 'html' | 'empty', string>> = {
  garbage: '\u0000\u0001%s;%n\n1,2\n# pxname\n',
  html: 'HTTP/1.0 400 Bad request\r\n\r\n<html><body><h1>400 Bad request</h1></body></html>\n',
  empty: '',
};
