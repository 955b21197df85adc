/** A small wrong variant of the product, as people really write them: the simulator has to find it. */
export interface PlantedFault {
  /** Of lower-case words and dashes; unique. */
  readonly name: string;
  /** What is wrong with it, one sentence. */
  readonly about: string;
  /** The built module that it changes, relative to the folder of the workspace: `packages/tree/dist/apply.js`. */
  readonly module: string;
  /** Text of the built module; it occurs there exactly once. */
  readonly find: string;
  /** Takes its place. */
  readonly put: string;
  /** Invariants that ought to find it, the likeliest first. Another one may be faster. */
  readonly expects: readonly Broken[];
  /** What has to happen before it does harm: without it no seed can find it. */
  readonly needs: string;
}

/** The invariants that planted faults are expected to break, as `docs/simulation.md` names them. */
export type Broken =
  /** One handler at a time, order per sender, nothing lost on the way. */
  | 'actor-order'
  /** An actor crashes only when it was made to; restarts stay within their budget. */
  | 'actor-restarts'
  /** An ask of an actor that stops fails at once. */
  | 'ask-fails-at-once'
  | 'bounded-mailboxes'
  | 'bounded-buffers'
  /** No generation is reported that the disk does not hold. */
  | 'reported-is-held'
  /** No torn or mixed file under its final name. */
  | 'no-torn-file'
  /** Deletions wait for the guard, and take only what the master no longer has. */
  | 'guarded-deletions'
  /** What is deleted lies in the trash. */
  | 'trash'
  /** A transaction that has its journal is carried out. */
  | 'journal'
  /** A refused peer changes nothing. */
  | 'refused-changes-nothing'
  /** After healing every worker equals the master within a bounded time. */
  | 'converges'
  /** No actor, timer, link, stream or file is left after a stop. */
  | 'nothing-left'
  | 'unhandled-rejection';

/** Lines of a built module. */
export const lines = (...text: readonly string[]): string => text.join('\n');
