import { createHash } from 'node:crypto';
import { digestHex, type FileEntry, type GetContent, type WireMessage } from '@muster/protocol';
import type { ContentSink, ContentSource } from '@muster/tree';
import fc from 'fast-check';
import { contentOver, type OpenStream, sendContent } from '../src/files/content-stream.ts';

const never = new AbortController().signal;
const digestOf = (bytes: Uint8Array): string => createHash('blake2b512').update(bytes).digest('hex');

/** A stream of a link: what one side writes the other reads, with room for nothing in between. */
function pipe(signal: AbortSignal) {
  const controller = new AbortController();
  const pieces: (Uint8Array | 'end')[] = [];
  let wake = (): void => {};
  const abort = (): void => {
    controller.abort(new Error('aborted'));
    wake();
  };
  signal.addEventListener('abort', abort, { once: true });
  const write = async (bytes: Uint8Array | 'end'): Promise<void> => {
    controller.signal.throwIfAborted();
    pieces.push(bytes);
    wake();
    await new Promise(setImmediate);
  };
  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      controller.signal.throwIfAborted();
      const piece = pieces.shift();
      if (piece === 'end') return;
      if (piece !== undefined) yield piece;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return { stream: { write, signal: controller.signal }, end: () => write('end'), abort, bytes: read() };
}

/** Contents by digest; `spoil` changes what is really sent of one. */
function sourceOf(
  contents: ReadonlyMap<string, Uint8Array>,
  spoil: (bytes: Uint8Array) => Uint8Array = (same) => same,
) {
  const source: ContentSource = {
    fetch: async (wanted, sink, signal) => {
      for (const [index, { digest }] of wanted.entries()) {
        signal.throwIfAborted();
        const bytes = contents.get(digest);
        if (bytes === undefined) sink.missing(index);
        else {
          sink.begin(index);
          const sent = spoil(bytes);
          for (let at = 0; at < sent.length; at += 50_000) await sink.write(sent.subarray(at, at + 50_000));
        }
      }
    },
  };
  return source;
}

/** A master that answers each request with what `source` has. */
const served =
  (source: ContentSource, contents: ReadonlyMap<string, Uint8Array>, requests: GetContent[] = []): OpenStream =>
  (request: WireMessage, signal) => {
    const asked = request as GetContent;
    requests.push(asked);
    const { stream, end, abort, bytes } = pipe(signal);
    const wanted = asked.digests.map(digestHex).map((digest) => ({ digest, size: contents.get(digest)?.length ?? 0 }));
    sendContent(source, wanted, stream)
      .then(end, abort)
      .catch(() => {});
    return bytes;
  };

/** Gathers what comes, by index. */
function collect(): { readonly sink: ContentSink; readonly got: Map<number, Buffer | 'missing'> } {
  const got = new Map<number, Buffer | 'missing'>();
  let current = -1;
  const sink: ContentSink = {
    begin: (index) => {
      current = index;
      got.set(index, Buffer.alloc(0));
    },
    missing: (index) => void got.set(index, 'missing'),
    write: async (bytes) => void got.set(current, Buffer.concat([got.get(current) as Buffer, bytes])),
  };
  return { sink, got };
}

const entriesOf = (files: readonly Uint8Array[]): readonly FileEntry[] =>
  files.map((bytes) => ({ digest: digestOf(bytes), size: bytes.length }));
const file = (size: number, seed = 0): Uint8Array => Buffer.alloc(size, seed + 1);
const byDigest = (files: readonly Uint8Array[]) => new Map(files.map((bytes) => [digestOf(bytes), bytes]));

it('whatever is asked for comes whole, in order, and what is not there is said to be missing', async () => {
  const sizes = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(0, 65_535, 65_536, 65_537, 200_000));
  const wished = fc.array(fc.record({ size: sizes, seed: fc.nat(200), there: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(wished, async (wishes) => {
      const files = wishes.map(({ size, seed }) => file(size, seed));
      const there = byDigest(files.filter((_, index) => wishes[index]!.there));
      const { sink, got } = collect();
      await contentOver(served(sourceOf(there), there)).fetch(entriesOf(files), sink, never);
      const expected = files.map((bytes) => (there.has(digestOf(bytes)) ? digestOf(bytes) : 'missing'));
      const came = files
        .map((_, index) => got.get(index)!)
        .map((bytes) => (bytes === 'missing' ? bytes : digestOf(bytes)));
      expect(came).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

it('a thousand digests are one request, one more is another', async () => {
  const files = Array.from({ length: 1_001 }, (_, index) => Buffer.from(`${index}`));
  const requests: GetContent[] = [];
  const { sink, got } = collect();
  await contentOver(served(sourceOf(byDigest(files)), byDigest(files), requests)).fetch(entriesOf(files), sink, never);
  expect(requests.map(({ digests }) => digests.length)).toEqual([1_000, 1]);
  expect(got.size).toBe(1_001);
});

it.each([
  ['shorter', (bytes: Uint8Array) => bytes.subarray(1)],
  ['longer', (bytes: Uint8Array) => Buffer.concat([bytes, bytes])],
  ['empty', () => Buffer.alloc(0)],
])(
  'a file that became %s while it was sent comes with a digest that does not fit, and the others whole',
  async (_title, spoil) => {
    const files = [file(300_000), file(200, 7), file(100, 9)];
    const { sink, got } = collect();
    const first = (bytes: Uint8Array): Uint8Array => (bytes.length === 300_000 ? spoil(bytes) : bytes);
    const source = sourceOf(byDigest(files), first);
    await contentOver(served(source, byDigest(files))).fetch(entriesOf(files), sink, never);
    const came = files.map((_, index) => got.get(index)).map((bytes) => (bytes === 'missing' ? bytes : bytes!.length));
    expect(came).toEqual([300_000, 200, 100]);
    const fits = files.map((bytes, index) => digestOf(got.get(index) as Uint8Array) === digestOf(bytes));
    expect(fits).toEqual([_title === 'longer', true, true]);
  },
);

it('an aborted fetch rejects, and so does one whose link is gone', async () => {
  const files = [file(200_000)];
  const controller = new AbortController();
  const { sink } = collect();
  const aborting: ContentSink = { ...sink, begin: () => controller.abort(new Error('given up')) };
  const fetching = contentOver(served(sourceOf(byDigest(files)), byDigest(files))).fetch(
    entriesOf(files),
    aborting,
    controller.signal,
  );
  await expect(fetching).rejects.toThrow();
  const gone: OpenStream = () => {
    throw new Error('there is no link');
  };
  await expect(contentOver(gone).fetch(entriesOf(files), sink, never)).rejects.toThrow('there is no link');
});

it('a master that sends more than was announced is refused', async () => {
  const files = [file(10)];
  const lies: OpenStream = () => {
    const { stream, end, bytes } = pipe(never);
    stream.write(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 11])).then(end, () => {});
    return bytes;
  };
  await expect(contentOver(lies).fetch(entriesOf(files), collect().sink, never)).rejects.toThrow('not well-formed');
});
