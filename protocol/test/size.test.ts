/** What the largest of each message takes: `maxBytes` holds for it, or its maker cuts it. */
import {
  catalogue,
  decodeEnvelope,
  encodeEnvelope,
  MAX_FRAME,
  MAX_NODE_REPLY,
  type WireMessage,
} from '@muster/protocol';
import type { TSchema } from '@sinclair/typebox';
import { longest } from './largest.ts';
import { messages, wrap } from './samples.ts';

/** An envelope around a message: kind, id, the actor, field names. */
const envelopeBytes = 64;

/** Lists cross packed: their own tests measure them. */
const plain = [...catalogue].filter(([, { packed }]) => packed === undefined);
/** The schema alone would let these be larger: whoever makes them fits them in (`views/fit.ts` of the daemon). */
const cut = new Set(plain.filter(([, { maxBytes }]) => maxBytes >= MAX_NODE_REPLY).map(([type]) => type));

describe('the largest message', () => {
  it.each(plain.filter(([type]) => !cut.has(type)))('%s of its schema is within its maxBytes', (_type, entry) => {
    expect(longest(entry.schema) + envelopeBytes).toBeLessThanOrEqual(entry.maxBytes);
  });

  it('is a frame only where it is a list or a generation, which their makers cut', () => {
    expect([...cut].sort()).toEqual(
      [
        'actor agents agent-statuses balance cluster dead-letters events generation',
        'health healthcheck links logs relayed trace tree',
      ]
        .join(' ')
        .split(' ')
        .sort(),
    );
  });
});

const relayable: readonly TSchema[] = catalogue.get('relayed')!.schema.properties.message.anyOf;

describe('a reply that comes from another node', () => {
  it.each(relayable.map((schema) => schema.properties.type.const as string))(
    '%s leaves room in a frame for what is around it',
    (type) => expect(catalogue.get(type)!.maxBytes).toBeLessThanOrEqual(MAX_NODE_REPLY),
  );

  it('fits a frame when it is as long as it may be, and is decoded', () => {
    const [row] = messages.logs.rows;
    const logs = (...texts: readonly string[]) => ({
      ...messages.logs,
      rows: texts.map((text) => ({ ...row!, text })),
    });
    const long = repeated(120, 'x'.repeat(2_000));
    const bytesOf = (...more: readonly string[]): number => encodeEnvelope(wrap(logs(...long, ...more))).length - 5;
    const left = MAX_NODE_REPLY - bytesOf();
    const last = repeated(Math.floor(left / 1_000), 'x'.repeat(900));
    const filled = logs(...long, ...last, 'x'.repeat(MAX_NODE_REPLY - bytesOf(...last) - 100));
    expect(MAX_NODE_REPLY - (encodeEnvelope(wrap(filled)).length - 5)).toBeLessThan(100);
    const relayed = { ...wrap({ type: 'relayed', message: filled }), id: Number.MAX_SAFE_INTEGER };
    expect(encodeEnvelope(relayed).length).toBeLessThan(MAX_FRAME);
    expect(decodeEnvelope(encodeEnvelope(relayed).subarray(5), 'worker')).toMatchObject({ ok: true });
  });
});

/** Each list with as many of its sample row as the schema allows. */
const full: readonly (readonly [what: string, message: WireMessage])[] = [
  ['500 nodes', { ...messages.healthcheck, rows: repeated(500, messages.healthcheck.rows[1]!) }],
  ['1,000 links', { ...messages.links, rows: repeated(1_000, messages.links.rows[0]!) }],
  ['256 dead letters', { ...messages['dead-letters'], rows: repeated(256, messages['dead-letters'].rows[0]!) }],
  ['200 traced messages', { ...messages.trace, rows: repeated(200, messages.trace.rows[0]!) }],
  ['500 events', { ...messages.events, rows: repeated(500, messages.events.rows[0]!) }],
  ['500 lines of a log', { ...messages.logs, rows: repeated(500, messages.logs.rows[0]!) }],
  ['1,000 actors', { ...messages.tree, actors: repeated(1_000, messages.tree.actors[0]!) }],
  ['1,000 children', { ...messages.actor, children: repeated(1_000, messages.actor.children[0]!) }],
];

describe('a frame holds, at usual lengths', () => {
  it.each(full)('%s', (_what, message) => {
    const bytes = encodeEnvelope(wrap(message)).subarray(5);
    expect(decodeEnvelope(bytes, 'daemon')).toMatchObject({ ok: true });
  });
});

function repeated<Row>(count: number, row: Row): Row[] {
  return Array.from({ length: count }, () => row);
}
