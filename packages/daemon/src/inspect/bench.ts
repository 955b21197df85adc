/** How long an actor's mailbox takes, measured with empty messages that the kernel handles. */
import type { ActorSystem, Clock } from '@muster/actor';
import type { Bench } from '@muster/protocol';
import { actorAt } from './actor-at.ts';
import { refuse } from './refuse.ts';

/** Then what came back is answered, ms. */
export const benchMs = 1_500;

/** Sends one empty message after the other, `count` in all. Throws when there is no such actor, or when none came back in time. */
export async function benchActor(
  system: Pick<ActorSystem, 'probe' | 'look'>,
  clock: Clock,
  path: string,
  count: number,
): Promise<Bench> {
  actorAt(system, path);
  const began = clock.now();
  let cancel = (): void => {};
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(benchMs, () => resolve(undefined));
  });
  const waits: number[] = [];
  try {
    while (waits.length < count) {
      const probed = await Promise.race([system.probe(path), late]);
      if (probed === undefined) break;
      waits.push(probed.waitMs);
    }
  } finally {
    cancel();
  }
  if (waits.length === 0) {
    throw refuse(
      'timeout',
      `${path} did not come to its turn within ${benchMs} ms: muster tree says whether it is down or busy.`,
    );
  }
  return summary(waits, clock.now() - began);
}

function summary(waits: readonly number[], tookMs: number): Bench {
  const sorted = waits.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { type: 'bench', count: waits.length, tookMs, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
