/** Adapter: the threads of the disk: started when first needed, ended when idle, so that an idle daemon holds no memory for them. */
import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DiskError } from '../disk-error.ts';
import type { Call, Reply } from './calls.ts';

export interface Threads {
  /** Runs `call` on any thread, at most `ahead` at once on each. Dropped, if it has not begun, when `signal` fires. */
  run(call: Call, signal?: AbortSignal): Promise<unknown>;
  /** A thread to keep talking to, in order, until it is released. */
  pin(): { run(call: Call, transfer?: ArrayBuffer[]): Promise<unknown>; release(): void };
  close(): Promise<void>;
}

interface Job {
  readonly call: Call;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, Job>;
  pins: number;
}

/** Calls handed to a thread before the first is answered: it never waits for the event loop, and little is lost to an abort. */
const ahead = 2;

/**
 * The compiled worker beside this file; from the sources (tests), the TypeScript one behind a
 * transforming `require`.
 */
function startWorker(): Worker {
  const compiled = new URL('./worker.js', import.meta.url);
  const options = { resourceLimits: { maxYoungGenerationSizeMb: 16 } };
  if (existsSync(compiled)) return new Worker(compiled, options);
  const source = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const swc = createRequire(source).resolve('@swc/core');
  return new Worker(
    `const swc = require(${JSON.stringify(swc)});
     const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
     require.extensions['.ts'] = (module, filename) =>
       module._compile(swc.transformFileSync(filename, options).code, filename);
     require(${JSON.stringify(source)});`,
    { ...options, eval: true },
  );
}

/** `count` threads at most, ended after `idleMs` without work; `rested` is called then. */
export function openThreads(count: number, idleMs: number, rested: () => void = () => {}): Threads {
  const threads: Thread[] = [];
  const waiting: Job[] = [];
  let nextId = 0;
  let idle: NodeJS.Timeout | undefined;
  let closed = false;

  const start = (): Thread => {
    const thread: Thread = { worker: startWorker(), jobs: new Map(), pins: 0 };
    thread.worker.on('message', (reply: Reply) => answered(thread, reply));
    thread.worker.on('error', (error) => died(thread, error));
    thread.worker.on('exit', () => died(thread, new Error('exited')));
    threads.push(thread);
    return thread;
  };

  const died = (thread: Thread, error: Error): void => {
    const at = threads.indexOf(thread);
    if (at >= 0) threads.splice(at, 1);
    for (const job of thread.jobs.values()) job.reject(new DiskError('WORKER_DIED', job.call.op, error.message));
    thread.jobs.clear();
    if (threads.length === 0 && waiting.length > 0 && !closed) feed();
  };

  const answered = (thread: Thread, reply: Reply): void => {
    const job = thread.jobs.get(reply.id);
    thread.jobs.delete(reply.id);
    feed();
    if (thread.jobs.size === 0) thread.worker.unref();
    watchIdleness();
    if (reply.ok) job?.resolve(reply.value);
    else if (reply.bug !== undefined) job?.reject(new Error(`bug: in a disk thread: ${reply.bug}`));
    else job?.reject(new DiskError(reply.code, reply.path));
  };

  const post = (thread: Thread, job: Job, transfer: ArrayBuffer[] = []): void => {
    clearTimeout(idle);
    const id = nextId++;
    thread.jobs.set(id, job);
    thread.worker.ref();
    thread.worker.postMessage({ id, call: job.call }, transfer);
  };

  const leastBusy = (): Thread => {
    const best = threads.reduce<Thread | undefined>(
      (a, b) => (a === undefined || b.jobs.size < a.jobs.size ? b : a),
      undefined,
    );
    if (best !== undefined && (best.jobs.size === 0 || threads.length >= count)) return best;
    return start();
  };

  const feed = (): void => {
    while (waiting.length > 0) {
      const thread = leastBusy();
      if (thread.jobs.size >= ahead) return;
      post(thread, waiting.shift()!);
    }
  };

  const watchIdleness = (): void => {
    clearTimeout(idle);
    if (threads.some(({ jobs }) => jobs.size > 0)) return;
    idle = setTimeout(() => {
      const resting = threads.filter(({ jobs, pins }) => jobs.size === 0 && pins === 0);
      void Promise.all(resting.map(({ worker }) => worker.terminate())).then(() => {
        if (resting.length > 0 && threads.length === 0) rested();
      });
    }, idleMs);
    idle.unref();
  };

  const run = (call: Call, signal?: AbortSignal): Promise<unknown> => {
    if (closed) return Promise.reject(new DiskError('WORKER_DIED', call.op, 'the disk was closed'));
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const abort = (): void => {
        const at = waiting.indexOf(job);
        if (at >= 0) waiting.splice(at, 1);
        reject(signal?.reason as Error);
      };
      const settled =
        <T>(act: (value: T) => void) =>
        (value: T): void => {
          signal?.removeEventListener('abort', abort);
          act(value);
        };
      const job: Job = { call, resolve: settled(resolve), reject: settled(reject) };
      waiting.push(job);
      // One listener a call, of which many wait for one scan: no leak.
      if (signal !== undefined) setMaxListeners(0, signal);
      signal?.addEventListener('abort', abort, { once: true });
      feed();
    });
  };

  const pin = (): ReturnType<Threads['pin']> => {
    if (closed) throw new DiskError('WORKER_DIED', 'disk', 'the disk was closed');
    const free = threads.find(({ pins }) => pins === 0);
    const thread = free ?? (threads.length < count ? start() : leastBusy());
    thread.pins++;
    return {
      run: (call, transfer) =>
        new Promise((resolve, reject) => {
          if (!threads.includes(thread)) reject(new DiskError('WORKER_DIED', call.op));
          else post(thread, { call, resolve, reject }, transfer);
        }),
      release: () => {
        thread.pins--;
        watchIdleness();
      },
    };
  };

  const close = async (): Promise<void> => {
    closed = true;
    clearTimeout(idle);
    for (const job of waiting.splice(0)) job.reject(new DiskError('WORKER_DIED', job.call.op, 'the disk was closed'));
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  };

  return { run, pin, close };
}
