/** Finds the actor that an operator names, or says what is wrong with the path. */
import type { ActorSystem, ActorView } from '@muster/actor';
import { refuse } from './refuse.ts';

/** Throws when there is nothing at `path`, or a supervisor. */
export function actorAt(system: Pick<ActorSystem, 'look'>, path: string): ActorView {
  const { row } = seenAt(system, path, 0);
  if (row.kind === 'actor') return row;
  throw refuse('not-an-actor', `${path} is a supervisor: name one of its actors; muster tree lists them.`);
}

/** What is at `path`, with up to `most` children. Throws when there is nothing. */
export function seenAt(
  system: Pick<ActorSystem, 'look'>,
  path: string,
  most: number,
): NonNullable<ReturnType<ActorSystem['look']>> {
  const seen = system.look(path, most);
  if (seen !== undefined) return seen;
  throw refuse('no-such-actor', `There is no actor at ${JSON.stringify(path)}; muster tree lists those there are.`);
}
