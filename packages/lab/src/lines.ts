/** Bytes into lines of text. */

/** A peer sent more than it may before the end of a line. */
export class LineTooLongError extends Error {
  readonly code = 'LINE_TOO_LONG';
  constructor(maxBytes: number) {
    super(`A line is longer than ${maxBytes} bytes`);
    this.name = 'LineTooLongError';
  }
}

/**
 * The lines of `source` without their ends, each at most `maxBytes`; throws `LineTooLongError` at one that is longer.
 * What follows the last line end is no line. Reads on only when asked for the next, so that a slow reader slows its peer.
 */
export async function* linesOf(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<string> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      if (end > maxBytes) throw new LineTooLongError(maxBytes);
      yield Buffer.from(rest.buffer, rest.byteOffset, end).toString('utf8');
      rest = rest.subarray(end + 1);
    }
    if (rest.length > maxBytes) throw new LineTooLongError(maxBytes);
  }
}
