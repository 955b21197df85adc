/** What the bytes on the links tell. */
import { digestHex, type Envelope, type GenerationAnnounced, type GenerationId } from '@muster/protocol';
import { isOlder, sameId } from '../invariants/generations.ts';
import { rowOf } from '../invariants/rows.ts';
import type { Ends, Sniffed } from '../invariants/sniffer.ts';
import type { World } from '../world/world.ts';
import type { Met } from './met.ts';

/** A stream's sender and its reader. */
interface Stream {
  credit: number;
  /** Whether bytes of it were sent, and a beat since. */
  flows: boolean;
  beat: boolean;
}

const key = ({ epoch, generation }: GenerationId): string => `${epoch}.${generation}`;

export function linkStories(world: World, met: Met): Sniffed {
  const master = world.master.name;
  /** By reader, then by number: streams of a link that broke are forgotten with its next hello. */
  const streams = new Map<string, Map<number, Stream>>();
  const roots = new Map<string, string>();
  const deltas = new Set<string>();
  const asked = new Map<string, Set<string>>();
  const holds = new Map<string, GenerationId>();
  let newest: GenerationAnnounced | undefined;

  const streamsOf = (reader: string): Map<number, Stream> => rowOf(streams, reader, () => new Map());
  const announced = (message: GenerationAnnounced): void => {
    const { id, delta } = message;
    if (delta !== undefined) deltas.add(key(id));
    if (newest !== undefined && id.epoch > newest.id.epoch) met('master restarted with a new epoch');
    const root = digestHex(message.root);
    const isNew = newest === undefined || isOlder(newest.id, id);
    if (isNew && newest?.id.epoch === id.epoch && roots.get(key(newest.id)) === root) met('generation said again');
    roots.set(key(id), root);
    if (isNew) newest = message;
  };
  const held = (worker: string, id: GenerationId): void => {
    const before = holds.get(worker);
    if (before !== undefined && sameId(before, id)) return;
    holds.set(worker, id);
    if (before === undefined) return;
    if (before.epoch !== id.epoch) met('older generation followed');
    else if (id.generation > before.generation + 1) met('generations skipped');
    if (deltas.has(key(id)) && asked.get(worker)?.has(key(id)) !== true) met('changes were enough');
  };
  const opened = (envelope: Extract<Envelope, { kind: 'open' }>, { from }: Ends): void => {
    streamsOf(from).set(envelope.stream, { credit: envelope.credit, flows: false, beat: false });
    if (envelope.message.type !== 'get-manifest') return;
    met('whole manifest fetched');
    const ids = asked.get(from) ?? new Set();
    asked.set(from, ids.add(key(envelope.message.id)));
  };
  const beatFrom = ({ from, to }: Ends): void => {
    if (from === master) for (const stream of streams.get(to)?.values() ?? []) stream.beat ||= stream.flows;
  };
  return {
    envelope: (envelope, ends) => {
      const { from, to } = ends;
      if (envelope.kind === 'hello') streams.delete(from);
      if (envelope.kind === 'open') opened(envelope, ends);
      if (envelope.kind === 'end') streams.get(to)?.delete(envelope.stream);
      if (envelope.kind === 'credit') {
        const stream = streams.get(from)?.get(envelope.stream);
        if (stream !== undefined) stream.credit += envelope.bytes;
      }
      if (envelope.kind === 'abort') {
        met('stream aborted');
        streams.get(from === master ? to : from)?.delete(envelope.stream);
      }
      if (envelope.kind !== 'tell') return;
      if (envelope.message.type === 'generation') announced(envelope.message);
      if (envelope.message.type !== 'beat') return;
      beatFrom(ends);
      if (from !== master && envelope.message.holds !== undefined) held(from, envelope.message.holds);
    },
    data: (number, bytes, { to }) => {
      const stream = streams.get(to)?.get(number);
      if (stream === undefined) return;
      stream.credit -= bytes.length;
      if (stream.credit <= 0) met('credit exhausted');
      if (stream.beat) met('beat between the pieces of a stream');
      stream.flows = true;
    },
  };
}
