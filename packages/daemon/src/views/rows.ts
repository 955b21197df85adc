/** The rows of the views that a node gives of itself, and what of them is cut when they do not fit. Pure. */
import type { ActorSystem } from '@muster/actor';
import type { Problem } from '@muster/integrity';
import { type ActorView, clip, MAX_HELD_PATH, type NodeView, type ProblemView } from '@muster/protocol';
import { optionalText } from './fit.ts';

/** Rows of nodes, each with whether it is `own` or has a link now: one that was killed has none long before it counts as down. */
export const withLinks = (
  rows: readonly NodeView[],
  own: string,
  peers: { readonly of: (name: string) => unknown },
): readonly NodeView[] => rows.map((row) => ({ ...row, linked: row.name === own || peers.of(row.name) !== undefined }));

/** A problem as the wire takes it. */
export const problemRow = ({ path, effect, code, text }: Problem): ProblemView => ({
  path: clip(path === '' ? '.' : path, MAX_HELD_PATH),
  effect,
  code,
  text: clip(text),
});
/** With texts of at most `most` UTF-16 units; the others the same. */
export const shortProblem = ({ path, text, ...row }: ProblemView, most: number): ProblemView => ({
  ...row,
  path: clip(path, most),
  text: clip(text, most),
});

/** The same for a node. */
export const shortNode = ({ reason, why, ...row }: NodeView, most: number): NodeView => ({
  ...row,
  reason: clip(reason, most),
  ...optionalText('why', why, most),
});

/** One line of `muster tree`. */
export const actorRow = ({
  path,
  kind,
  status,
  depth,
  highWater,
  processed,
  busyMs,
  restarts,
  lastError,
}: ReturnType<ActorSystem['inspect']>[number]): ActorView => ({
  path,
  kind,
  state: status,
  mailbox: depth,
  highWater,
  processed,
  busyMs,
  restarts,
  ...optionalText('lastError', lastError?.text),
});
/** The same for an actor. */
export const shortActor = ({ lastError, ...row }: ActorView, most: number): ActorView => ({
  ...row,
  ...optionalText('lastError', lastError, most),
});
