/** Between the tree's content source and the streams of a link: how file contents cross. */
import {
  type ContentEvent,
  contentDecoder,
  contentHeader,
  digestBytes,
  type FileEntry,
  type WireMessage,
} from '@muster/protocol';
import type { ContentSink, ContentSource } from '@muster/tree';

/** The sender's end of a stream, as a link gives it. */
export interface ByteStream {
  write(bytes: Uint8Array): Promise<void>;
  readonly signal: AbortSignal;
}

/** Opens a stream of the link: the peer answers `request` with bytes. */
export type OpenStream = (request: WireMessage, signal: AbortSignal) => AsyncIterable<Uint8Array>;

/** Small contents leave together: one write a piece costs more than the bytes. */
const gatherBytes = 64 * 1024;
/** Digests of one request: 64 KB of a 256 KiB frame. The protocol allows 1,000. */
const requestFiles = 1_000;
/** Bytes of one request, so that a lost link costs little of a large transfer. */
const requestBytes = 64 * 1024 * 1024;

/**
 * Sends what `source` has of `wanted`, in order. Rejects when the stream was aborted.
 *
 * A file that changes while it is sent must not cost the others: one that became shorter is filled up
 * with zeros, of one that became longer the rest is left out. Its digest cannot fit then, so that the
 * receiver throws this one file away, and a newer generation is on its way.
 */
export async function sendContent(
  source: ContentSource,
  wanted: readonly FileEntry[],
  stream: ByteStream,
): Promise<void> {
  const out = gather(stream);
  let left = 0;
  const fill = (): void => {
    for (; left > 0; left -= Math.min(left, zeros.length)) out.add(zeros.subarray(0, Math.min(left, zeros.length)));
  };
  const sink: ContentSink = {
    begin: (index) => {
      fill();
      left = wanted[index]!.size;
      out.add(contentHeader('follows', left));
    },
    missing: () => {
      fill();
      out.add(contentHeader('missing', 0));
    },
    write: async (bytes) => {
      const taken = bytes.subarray(0, left);
      left -= taken.length;
      await out.write(taken);
    },
  };
  await source.fetch(wanted, sink, stream.signal);
  fill();
  await out.flush();
}

const zeros = new Uint8Array(gatherBytes);

/** Joins small pieces into one write. `add` never waits; what it added leaves with the next `write` or `flush`. */
function gather(stream: ByteStream) {
  let pieces: Uint8Array[] = [];
  let size = 0;
  const add = (bytes: Uint8Array): void => {
    pieces.push(bytes);
    size += bytes.length;
  };
  const flush = async (): Promise<void> => {
    if (size === 0) return;
    const joined = size > 2 * gatherBytes || pieces.length === 1 ? pieces : [Buffer.concat(pieces, size)];
    pieces = [];
    size = 0;
    for (const bytes of joined) await stream.write(bytes);
  };
  const write = async (bytes: Uint8Array): Promise<void> => {
    add(bytes);
    if (size >= gatherBytes) await flush();
  };
  return { add, write, flush };
}

/** Content of the master, over streams that `open` opens: two at a time, so that none waits for a round trip. */
export const contentOver = (open: OpenStream): ContentSource => ({
  fetch: async (wanted, sink, signal) => {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const requests = requestsOf(wanted);
    const start = (index: number) => {
      const request = requests[index];
      return request === undefined ? undefined : { ...request, bytes: openFor(request.entries, open, either) };
    };
    try {
      let next = start(0);
      for (let index = 0; next !== undefined; index++) {
        const current = next;
        next = start(index + 1);
        await receive(current.entries, current.first, current.bytes, sink);
      }
    } finally {
      ended.abort();
    }
  },
});

const openFor = (entries: readonly FileEntry[], open: OpenStream, signal: AbortSignal): AsyncIterable<Uint8Array> =>
  open({ type: 'get-content', digests: entries.map(({ digest }) => digestBytes(digest)) }, signal);

interface Request {
  readonly first: number;
  readonly entries: readonly FileEntry[];
}

function requestsOf(wanted: readonly FileEntry[]): readonly Request[] {
  const requests: { first: number; entries: FileEntry[]; bytes: number }[] = [];
  for (const [index, entry] of wanted.entries()) {
    const last = requests.at(-1);
    if (last === undefined || last.entries.length >= requestFiles || last.bytes + entry.size > requestBytes) {
      requests.push({ first: index, entries: [entry], bytes: entry.size });
    } else {
      last.entries.push(entry);
      last.bytes += entry.size;
    }
  }
  return requests;
}

async function receive(
  entries: readonly FileEntry[],
  first: number,
  bytes: AsyncIterable<Uint8Array>,
  sink: ContentSink,
): Promise<void> {
  const decoder = contentDecoder(entries.map(({ size }) => size));
  for await (const piece of bytes) {
    for (const event of decoder.push(piece)) {
      const written = pass(event, first, sink);
      if (written !== undefined) await written;
    }
  }
  const violation = decoder.end();
  if (violation !== undefined) throw new Error(`the master's content is not well-formed: ${violation.text}`);
}

function pass(event: ContentEvent, first: number, sink: ContentSink): Promise<void> | undefined {
  switch (event.type) {
    case 'begin':
      sink.begin(first + event.index);
      return undefined;
    case 'bytes':
      return sink.write(event.bytes);
    case 'missing':
      sink.missing(first + event.index);
      return undefined;
    case 'end':
      return undefined;
    case 'violation':
      throw new Error(`the master's content is not well-formed: ${event.violation.text}`);
  }
}
