/** The actors of the node: those with a label of their own, the rest together. Pure. */
import type { ActorView } from '@muster/actor';
import type { BoundedNames } from '../bounded.ts';
import { type Sample, sample } from '../sample.ts';

/** More than are looked at in 2 ms. A node has some twenty, and one for each link. */
export const mostActors = 10_000;

export function actorSamples(rows: readonly ActorView[], names: BoundedNames): readonly Sample[] {
  names.present(rows.map(({ path }) => path));
  const inState = (state: ActorView['status']): number => rows.filter(({ status }) => status === state).length;
  return [
    ...(['running', 'ending', 'down'] as const).map((state) => sample('muster_actors', inState(state), { state })),
    ...rows.flatMap((row) => oneActor(row, names.of(row.path))),
  ];
}

/** A supervisor has no mailbox. */
function oneActor(row: ActorView, actor: string): readonly Sample[] {
  const { path } = row;
  const restarts = sample('muster_actor_restarts_total', row.restarts, { actor }, path);
  if (row.kind === 'supervisor') return [restarts];
  return [
    restarts,
    sample('muster_actor_mailbox_messages', row.depth, { actor }, path),
    sample('muster_actor_mailbox_most_messages', row.highWater, { actor }, path),
    sample('muster_actor_mailbox_limit_messages', row.capacity, { actor }, path),
    sample('muster_actor_messages_total', row.processed, { actor }, path),
    sample('muster_actor_overflows_total', row.overflowed, { actor }, path),
    sample('muster_actor_busy_seconds_total', row.busyMs / 1_000, { actor }, path),
  ];
}
