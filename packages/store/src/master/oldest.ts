/**
 * Which blocks may have a row that was last seen before some moment. For each block, and for each group of blocks, a
 * time that no row in it is older than; it is lowered as rows come and raised only when somebody looks. What is not
 * due is not looked at, a thousand blocks at once.
 */
export interface Oldest {
  /** A row of `block` was last seen at `ms`. */
  lower(block: number, ms: number): void;
  /**
   * Blocks that have a row from before `ms`, some thousand at a time at most. `look` tells the oldest that there is in one, of
   * rows that can fall silent (`Infinity`: none).
   */
  due(ms: number, look: (block: number) => number): Iterable<readonly number[]>;
}

const GROUP = 1_024;

export function openOldest(): Oldest {
  const groups = new Map<number, { least: number; readonly blocks: Map<number, number> }>();
  return {
    lower: (block, ms) => {
      const number = Math.floor(block / GROUP);
      const group = groups.get(number) ?? { least: Number.POSITIVE_INFINITY, blocks: new Map() };
      groups.set(number, group);
      group.least = Math.min(group.least, ms);
      group.blocks.set(block, Math.min(group.blocks.get(block) ?? Number.POSITIVE_INFINITY, ms));
    },
    due: function* (ms, look) {
      for (const group of groups.values()) {
        if (group.least >= ms) continue;
        const found: number[] = [];
        let least = Number.POSITIVE_INFINITY;
        for (const [block, known] of group.blocks) {
          const real = known < ms ? look(block) : known;
          if (real < ms) found.push(block);
          if (real !== known) group.blocks.set(block, real);
          least = Math.min(least, real);
        }
        group.least = least;
        if (found.length > 0) yield found;
      }
    },
  };
}
