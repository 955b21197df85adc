/**
 * Hostile bytes: `MUSTER_FUZZ` of them (a million by default), seeded, so that a failure comes again.
 * The generator is xorshift32, for `fast-check` would take minutes.
 */
import type { FileRow } from '@muster/protocol';
import {
  DATA_FRAME,
  decodeEnvelope,
  decodeManifestBlock,
  ENVELOPE_FRAME,
  encodeEnvelope,
  frameDecoder,
  manifestBlocks,
  manifestDecoder,
  packBatch,
  unpackBatch,
} from '@muster/protocol';
import { agentInfo } from './agents.ts';
import { digest, messages, samples, wrap } from './samples.ts';
import { file, treeOf } from './trees.ts';

const total = Number(process.env.MUSTER_FUZZ ?? 1_000_000);
/** Nothing takes a hundredth of it; what grows with the square of its length, or worse, takes more. */
const slowestMs = 1_000;

let state = 0x2f6e2b1;
const below = (bound: number): number => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % bound;
};

const texts = samples.map(([, envelope]) => Buffer.from(encodeEnvelope(envelope)).subarray(5));
const blocks = [
  ...manifestBlocks(treeOf({ etc: { a: file('a'), b: file('b') } }, ['etc/c']), { epoch: 1, generation: 2 }),
];
const senders = ['master', 'worker', 'local', 'daemon'] as const;
// Bytes that mean something to msgpack, oftener than by chance.
const telling = [
  0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc6, 0xc7, 0xca, 0xcb, 0xcf, 0xd4, 0xd9, 0xdb, 0xdc,
  0xdd, 0xde, 0xdf, 0xff,
];
const byte = (): number => (below(2) === 0 ? below(256) : telling[below(telling.length)]!);

const random = (): Uint8Array => Uint8Array.from({ length: below(48) }, byte);

function mutated(source: Uint8Array): Uint8Array {
  const bytes = Uint8Array.prototype.slice.call(source);
  for (let i = below(4); i >= 0; i--) bytes[below(bytes.length)] = byte();
  if (below(4) === 0) return bytes.subarray(0, below(bytes.length));
  if (below(8) === 0) return Buffer.concat([bytes.subarray(0, below(bytes.length)), texts[below(texts.length)]!]);
  return bytes;
}

/** Runs `one` `count` times; the slowest run, ms, pauses of the machine and the garbage collector aside: a slow one is tried again. */
function hammer(count: number, make: () => Uint8Array, one: (bytes: Uint8Array) => unknown): number {
  let slowest = 0;
  for (let i = 0; i < count; i++) {
    const bytes = make();
    let took = timed(() => one(bytes));
    for (let again = 0; again < 5 && took > slowestMs / 2; again++)
      took = Math.min(
        took,
        timed(() => one(bytes)),
      );
    slowest = Math.max(slowest, took);
  }
  return slowest;
}

function timed(run: () => unknown): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const anySender = () => senders[below(4)]!;

describe(`${total} hostile texts never throw, and none takes ${slowestMs} ms`, () => {
  const part = Math.ceil(total / 5);
  it('random bytes as envelopes', () => {
    expect(hammer(part, random, (bytes) => decodeEnvelope(bytes, anySender()))).toBeLessThan(slowestMs);
  });

  it('mutated envelopes', () => {
    let taken = 0;
    const source = () => mutated(texts[below(texts.length)]!);
    const slowest = hammer(2 * part, source, (bytes) => {
      const decoded = decodeEnvelope(bytes, anySender());
      // Whatever is accepted can be said again: it is of the catalogue.
      if (decoded.ok && decoded.frame.type === 'envelope') {
        taken += 1;
        encodeEnvelope(decoded.frame.envelope);
      }
    });
    expect(slowest).toBeLessThan(slowestMs);
    expect(taken).toBeGreaterThan(0);
  });

  it('frames of mutated envelopes and data, in pieces', () => {
    let decoder = frameDecoder({ sender: 'master', greeting: false });
    const source = (): Uint8Array => {
      const text = mutated(texts[below(texts.length)]!);
      const frame = Buffer.alloc(text.length + 5);
      frame.writeUInt32BE(below(50) === 0 ? below(0x50000) : text.length + 1);
      frame[4] = below(20) === 0 ? byte() : [ENVELOPE_FRAME, DATA_FRAME][below(2)]!;
      frame.set(text, 5);
      return frame;
    };
    const slowest = hammer(part, source, (bytes) => {
      const cut = below(bytes.length);
      const out = [...decoder.push(bytes.subarray(0, cut)), ...decoder.push(bytes.subarray(cut))];
      if (out.some(({ ok }) => !ok) || below(20) === 0) decoder = frameDecoder({ sender: 'master', greeting: false });
    });
    expect(slowest).toBeLessThan(slowestMs);
  });

  it('mutated envelopes of 100 KB and more', () => {
    const { nodes } = messages.cluster;
    const { delta } = messages.generation;
    const put = Array.from({ length: 500 }, (_, i): FileRow => [`etc/${'sub/'.repeat(20)}${i}.xml`, i, digest('c3')]);
    const large = [
      wrap({ ...messages.cluster, nodes: Array.from({ length: 800 }, () => nodes[0]!) }),
      wrap({ ...messages.generation, delta: { ...delta!, put } }),
      wrap({ ...messages['get-content'], digests: Array.from({ length: 1_000 }, () => digest('c3')) }),
      wrap({ ...messages.explanation, text: 'ü'.repeat(20_000) }),
    ].map((envelope) => Buffer.from(encodeEnvelope(envelope)).subarray(5));
    const count = Math.ceil(total / 1_000);
    const slowest = hammer(
      count,
      () => mutated(large[below(large.length)]!),
      (bytes) => decodeEnvelope(bytes, anySender()),
    );
    expect(slowest).toBeLessThan(slowestMs);
  });

  it('mutated batches of statuses', () => {
    const updates = Array.from({ length: 300 }, (_, i) => ({
      id: i + 1,
      revision: 1_763_760_000_000 + i,
      seenMs: i,
      status: 'active' as const,
      code: 0,
      disconnectedMs: 0,
      ...(i % 2 === 0 ? { info: agentInfo(i + 1) } : {}),
    }));
    const batches = [messages['agent-statuses'], packBatch(updates, 1, 1_000).message];
    const source = (): Uint8Array => mutated(batches[below(2)]!.rows);
    const slowest = hammer(Math.ceil(part / 10), source, (rows) => {
      for (const batch of batches) unpackBatch({ ...batch, rows });
    });
    expect(slowest).toBeLessThan(slowestMs);
  });

  it('mutated manifests', () => {
    const slowest = hammer(part / 2, () => mutated(blocks[below(blocks.length)]!.subarray(4)), decodeManifestBlock);
    const whole = Buffer.concat(blocks);
    const streams = hammer(
      part / 2,
      () => mutated(whole),
      (bytes) => {
        const decoder = manifestDecoder();
        decoder.push(bytes);
        decoder.end();
      },
    );
    expect(Math.max(slowest, streams)).toBeLessThan(slowestMs);
  });
});
