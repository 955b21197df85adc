/** Of `words`, the one that was meant by `written`: at most two letters apart, or what it begins. Undefined: none, or several. */
export function nearest(written: string, words: readonly string[]): string | undefined {
  if (written === '') return undefined;
  const begun = words.filter((word) => word.startsWith(written));
  if (begun.length === 1) return begun[0];
  const most = Math.min(2, Math.floor(written.length / 2));
  const distances = words.map((word) => distance(written, word));
  const least = Math.min(...distances);
  const near = words.filter((_word, at) => distances[at] === least);
  return least <= most && near.length === 1 ? near[0] : undefined;
}

/** Letters that must be put in, taken out, changed, or swapped with their neighbour. Texts of more than 64 letters are far from all. */
function distance(one: string, other: string): number {
  if (one.length > 64 || other.length > 64) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let at = 1; at <= one.length; at++) {
    const [before, row] = [rows[at - 1]!, [at]];
    for (let to = 1; to <= other.length; to++) {
      const change = one[at - 1] === other[to - 1] ? 0 : 1;
      const least = Math.min(before[to]! + 1, row[to - 1]! + 1, before[to - 1]! + change);
      const isSwap = at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      row.push(isSwap ? Math.min(least, rows[at - 2]![to - 2]! + 1) : least);
    }
    rows.push(row);
  }
  return rows[one.length]![other.length]!;
}
