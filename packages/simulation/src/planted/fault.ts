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
  /** An actor crashes only when somebody made it, or the world it stands in. */
  | 'crashes-asked-for'
  /** A supervisor gives up when its restarts are spent. */
  | 'restart-budget'
  /** An ask of an actor that stops fails at once. */
  | 'ask-fails-at-once'
  /** No more waits for a slow peer than the limits say. */
  | 'bounded-buffers'
  /** Generations only grow, and each has one root. */
  | 'generations-grow'
  /** No generation is reported that the disk does not hold. */
  | 'generation-held'
  /** No torn or mixed file under its final name. */
  | 'whole-files'
  /** Nothing is deleted that the master still has. */
  | 'no-wrong-deletion'
  /** Nothing is deleted while the guard forbids it. */
  | 'guarded-deletion'
  /** What is deleted lies in the trash. */
  | 'trash'
  /** A transaction that has its journal is carried out, and stays so. */
  | 'journal'
  /** A refused peer changes nothing. */
  | 'refused-changes-nothing'
  /** After healing every worker equals the master, modes and all, within a bounded time. */
  | 'converges'
  /** After healing every node sees every other as up. */
  | 'all-up'
  /** In a calm cluster a change travels without waiting for the full scan. */
  | 'prompt'
  /** No actor, timer, link, stream or file is left after a stop. */
  | 'nothing-left'
  | 'unhandled-rejection';

/** Lines of a built module. */
export const lines = (...text: readonly string[]): string => text.join('\n');
