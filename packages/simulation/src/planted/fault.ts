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
  | 'actors'
  | 'no-unordered-crash'
  | 'restart-budget'
  | 'bounded-mailboxes'
  | 'bounded-links'
  | 'honest-peers'
  | 'generations-grow'
  | 'generation-held'
  | 'whole-files'
  | 'no-wrong-deletion'
  | 'guarded-deletion'
  | 'trash'
  | 'journal'
  | 'strangers'
  | 'liveness'
  | 'standing'
  | 'secrets'
  | 'answered-in-time'
  | 'events-grow'
  | 'masters-orders'
  | 'known-workers'
  | 'equal-after-healing'
  | 'agents-after-healing'
  | 'acknowledged-kept'
  | 'clean-when-acknowledged'
  | 'newest-wins'
  | 'registered-once'
  | 'haproxy-after-healing'
  | 'no-cut-below-target'
  | 'no-agent-cut-twice'
  | 'agents-not-refused'
  | 'only-wanted-servers'
  | 'prompt'
  | 'nothing-left-over'
  | 'no-unhandled-rejection';

/** Lines of a built module. */
export const lines = (...text: readonly string[]): string => text.join('\n');
