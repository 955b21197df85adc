/** What each worker said last of its work: asked for when somebody wants to know, remembered for when it does not answer. */
import type { Clock } from '@muster/actor';
import type { NodeName, Standing } from '@muster/protocol';
import { askOverLink } from '../ask-master.ts';
import type { LinkedNode, Peers } from '../peers.ts';

/** When it came, ms of our clock. */
export interface Heard {
  readonly standing: Standing;
  readonly at: number;
}

export interface WorkersStanding {
  /** Asks these; resolves when all have answered or failed, and after `withinMs` at the latest. Never rejects. */
  ask(workers: readonly LinkedNode[], withinMs: number): Promise<void>;
  heard(): ReadonlyMap<NodeName, Heard>;
  /** Forgets all but these. */
  keep(names: readonly NodeName[]): void;
}

/** What a worker knows of itself comes from memory: one that takes longer is wedged, ms. */
const answerMs = 800;
/** Workers that are asked at once: some that are wedged keep nobody waiting, and an answer of each is no flood. */
const atOnce = 64;

export function openStandings(peers: Pick<Peers, 'of'>, clock: Clock): WorkersStanding {
  const heard = new Map<NodeName, Heard>();
  /** By the number of the link: a worker that hangs is not asked again by each who looks. */
  const asking = new Map<number, Promise<void>>();

  const askOne = async (worker: LinkedNode): Promise<void> => {
    const { node } = worker.link.peer;
    const question = { type: 'relay', node, message: { type: 'get-standing' } } as const;
    // That our own actor of the link does not answer is no other news than that the worker does not.
    const outcome = await askOverLink(worker, 'control', question, answerMs).catch(() => undefined);
    const answer = outcome?.ok === true && outcome.message.type === 'relayed' ? outcome.message.message : undefined;
    if (answer?.type === 'standing' && peers.of(node)?.number === worker.number)
      heard.set(node, { standing: answer, at: clock.now() });
  };
  const askOnce = (worker: LinkedNode): Promise<void> => {
    const already = asking.get(worker.number);
    if (already !== undefined) return already;
    const asked = askOne(worker).finally(() => asking.delete(worker.number));
    asking.set(worker.number, asked);
    return asked;
  };
  return {
    ask: (workers, withinMs) => {
      const until = clock.now() + withinMs;
      const queue = [...workers];
      const askOn = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined && clock.now() < until; next = queue.shift())
          await askOnce(next);
      };
      const all = Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, askOn));
      return within(clock, withinMs, all);
    },
    heard: () => heard,
    keep: (names) => {
      const kept = new Set(names);
      for (const name of heard.keys()) if (!kept.has(name)) heard.delete(name);
    },
  };
}

/** Resolves with `work`, which never rejects, and after `ms` at the latest. */
const within = (clock: Clock, ms: number, work: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    void work.then(() => {
      cancel();
      resolve();
    });
  });
