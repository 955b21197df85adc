/** What a deed acts on, when its time has come. */
import type { Dice } from '../dice.ts';
import type { SimNode, World } from '../world/world.ts';

export interface Scene {
  readonly world: World;
  /** The deed's own, from the seed and its id: what others do does not move them. */
  readonly dice: Dice;
  /** The deed's id: part of every name and content that it makes. */
  readonly id: string;
  readonly node: (name: string) => SimNode;
  /** `act` happens so often: now, and then each time after `everyMs`. At the healing it stops. */
  repeat(times: number, everyMs: number, act: (index: number) => void): void;
  /** `end` happens after `forMs`, or at the healing, whichever is first. */
  lasts(forMs: number, end: () => void): void;
  /** The process is stopped in good order and started again after it was down so long. */
  restart(node: SimNode, downMs: number): void;
  /** What Muster leaves alone by design (names and links that it does not take, files that are too large): gone at the healing, so that trees can be compared. Relative to R. */
  litter(node: SimNode, path: string): void;
}
