/** What happened, in order: as a number for comparing two runs, and as lines for reading one. */

export interface Trace {
  /** `what` and `node` from a small set of words: each is kept for good. */
  add(nowMs: number, node: string, what: string): void;
  /** Something that is no happening of its own, such as a line of a log: counts for the hash alone. */
  note(node: string, text: string): void;
  /** Of everything added so far, 16 hex digits. Equal on every engine. */
  hash(): string;
  steps(): number;
  /** The last lines, oldest first; more than `keep` are never held. */
  last(): readonly string[];
}

/** `line` gets every line as it happens; without it only the last `keep` are held. */
export function openTrace(keep: number, line?: (text: string) => void): Trace {
  const words = new Map<string, number>();
  const time = new Float64Array(1);
  const halves = new Int32Array(time.buffer);
  const ring: { nowMs: number; node: string; what: string }[] = [];
  let one = 0x811c9dc5 | 0;
  let two = 0x9747b28c | 0;
  let steps = 0;
  const numberOf = (word: string): number => {
    const known = words.get(word);
    if (known !== undefined) return known;
    words.set(word, words.size + 1);
    // The number says only which word it is again: at first sight its letters count.
    for (let at = 0; at < word.length; at++) mix(word.charCodeAt(at));
    return words.size;
  };
  const mix = (value: number): void => {
    one = Math.imul(one ^ value, 0x01000193);
    two = Math.imul(((two << 13) | (two >>> 19)) ^ value, 0x5bd1e995);
  };
  return {
    add: (nowMs, node, what) => {
      time[0] = nowMs;
      mix(halves[0]!);
      mix(halves[1]!);
      mix(numberOf(node));
      mix(numberOf(what));
      line?.(textOf(nowMs, node, what));
      ring[steps % keep] = { nowMs, node, what };
      steps += 1;
    },
    note: (node, text) => {
      mix(numberOf(node));
      for (let at = 0; at < text.length; at++) mix(text.charCodeAt(at));
    },
    hash: () => [one, two].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join(''),
    steps: () => steps,
    last: () => {
      const first = steps > keep ? steps % keep : 0;
      return [...ring.slice(first), ...ring.slice(0, first)].map(({ nowMs, node, what }) => textOf(nowMs, node, what));
    },
  };
}

const textOf = (nowMs: number, node: string, what: string): string =>
  `${(nowMs / 1_000).toFixed(6).padStart(12)}  ${node.padEnd(8)} ${what}`;
