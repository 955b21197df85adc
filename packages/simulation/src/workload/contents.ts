/** Contents that tell whose they are: no two writings of a run have equal bytes, and each can be known by its text. */

/** Who wrote what. */
export interface Mark {
  /** Relative to R, where it was written first. */
  readonly path: string;
  /** `operator@master`. */
  readonly by: string;
  /** Of this writing, unique in a run: the deed's id and a count. */
  readonly number: string;
}

const begin = '#muster-simulation';
const end = '#end';

/** One record of at least its head and its tail; otherwise of exactly `bytes` bytes. */
export function contentOf({ path, by, number }: Mark, bytes: number): Uint8Array {
  const tail = Buffer.from(`\n${end} ${number}\n`);
  const headOf = (length: number): Buffer =>
    Buffer.from(`${begin} ${number} ${String(length).padStart(9)} ${by} ${encodeURIComponent(printable(path))}\n`);
  const least = headOf(0).length + tail.length;
  const size = Math.max(bytes, least);
  const content = Buffer.alloc(size, `line of ${number} by ${by}\n`);
  headOf(size).copy(content, 0);
  tail.copy(content, size - tail.length);
  return content;
}

/** A lone half of a surrogate pair cannot be encoded. */
const printable = (path: string): string => path.replace(/\p{Surrogate}/gu, '?');

const headPattern = /^#muster-simulation (\S+) +(\d+) (\S+) (\S+)\n/;
/** Longer than any head. */
const mostHeadBytes = 16_384;

/** What wrote this content, oldest first; undefined when it is not a row of whole records: torn, mixed, or no content of ours. */
export function marksOf(content: Uint8Array): readonly Mark[] | undefined {
  const all = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const marks: Mark[] = [];
  for (let at = 0; at < all.length; ) {
    const match = headPattern.exec(all.toString('latin1', at, at + mostHeadBytes));
    if (match === null) return undefined;
    const [, number, length, by, path] = match as unknown as [string, string, string, string, string];
    const next = at + Number(length);
    const tail = `\n${end} ${number}\n`;
    if (next > all.length || all.toString('latin1', next - tail.length, next) !== tail) return undefined;
    marks.push({ path: decodeURIComponent(path), by, number });
    at = next;
  }
  return marks;
}

/** A line of `client.keys`; no two of a run are equal. */
export const keyLine = (id: number, number: string): string =>
  `${String(id).padStart(3, '0')} agent-${number} any ${Buffer.from(number.padEnd(32, 'k')).toString('hex').slice(0, 64)}\n`;

const keyPattern = /^(\d{3,}) agent-(\S+) any [0-9a-f]{64}\n?$/;

/** Whether each line is one of ours, whole. */
export const areKeys = (content: Uint8Array): boolean =>
  content.length === 0 ||
  (content.at(-1) === 0x0a &&
    Buffer.from(content)
      .toString('latin1')
      .slice(0, -1)
      .split('\n')
      .every((line) => keyPattern.test(line)));
