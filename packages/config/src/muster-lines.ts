import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** Where the options of a `muster.yaml` stand: the line of one, counted from 1, undefined where the text does not have it. */
export type LineOf = (option: string) => number | undefined;

/** Reads the text at the first question only: a file without faults is asked nothing. */
export function musterLines(text: string): LineOf {
  let found: LineOf | undefined;
  return (option) => {
    found ??= readLines(text);
    return found(option);
  };
}

function readLines(text: string): LineOf {
  const lineCounter = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter, logLevel: 'silent' });
  return (option) => {
    const offset = offsetOf(contents, option);
    return offset === undefined ? undefined : lineCounter.linePos(offset).line;
  };
}

/** A key may itself hold dots (`keep_alive.interval: 2s` in one line). */
function offsetOf(node: unknown, path: string): number | undefined {
  if (isSeq(node)) {
    const [first = '', ...rest] = path.split('.');
    const item = node.items[Number(first)];
    return (
      (rest.length > 0 ? offsetOf(item, rest.join('.')) : undefined) ?? (isNode(item) ? item.range?.[0] : undefined)
    );
  }
  if (!isMap(node)) return undefined;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    if (key.value === path) return key.range?.[0];
    const below = path.startsWith(`${String(key.value)}.`) ? path.slice(String(key.value).length + 1) : undefined;
    const offset = below === undefined ? undefined : offsetOf(value, below);
    if (offset !== undefined) return offset;
  }
  return undefined;
}
