import {
  type AgentInfo,
  type AgentStatuses,
  type AgentUpdate,
  agentInfoFields,
  type BatchRow,
  decodeEnvelope,
  encodeEnvelope,
  packBatch,
  unpackBatch,
  type WireMessage,
} from '@muster/protocol';
import fc from 'fast-check';
import { packedWriter } from '../src/packed-bytes.ts';
import { agentInfo, SENT_MS, updates } from './agents.ts';
import { wrap } from './samples.ts';

const update = (id: number, rest: Partial<AgentUpdate> = {}): AgentUpdate => ({
  id,
  revision: SENT_MS + id,
  seenMs: SENT_MS - 500,
  status: 'active',
  code: 0,
  disconnectedMs: 0,
  ...rest,
});
const many = (count: number, rest: (id: number) => Partial<AgentUpdate> = () => ({})): readonly AgentUpdate[] =>
  Array.from({ length: count }, (_, i) => update(i + 1, rest(i + 1)));

/** Over the wire. */
function sent<M extends WireMessage>(message: M): M {
  const decoded = decodeEnvelope(encodeEnvelope(wrap(message)).subarray(5), 'worker');
  if (!decoded.ok || decoded.frame.type !== 'envelope') throw new Error(JSON.stringify(decoded));
  return (decoded.frame.envelope as { message: M }).message;
}

const rowsOf = (message: AgentStatuses): readonly BatchRow[] => {
  const unpacked = unpackBatch(message);
  if (!unpacked.ok) throw new Error(unpacked.text);
  return unpacked.rows;
};

const asUpdate = ({ ageMs, disconnectedAgeMs, ...row }: BatchRow): AgentUpdate => ({
  ...row,
  seenMs: SENT_MS - ageMs,
  disconnectedMs: disconnectedAgeMs === undefined ? 0 : SENT_MS - disconnectedAgeMs,
});

describe('a batch of statuses', () => {
  it('is read as it was packed, whatever the agents', () => {
    fc.assert(
      fc.property(updates, (given) => {
        const { message, taken } = packBatch(given, 1, SENT_MS);
        expect(taken).toBe(given.length);
        expect(rowsOf(sent(message)).map(asUpdate)).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  it('says whole milliseconds before it was sent, and never a negative age', () => {
    const [row] = rowsOf(
      packBatch([update(1, { seenMs: SENT_MS + 3, disconnectedMs: SENT_MS - 2.4 })], 1, SENT_MS).message,
    );
    expect(row).toMatchObject({ ageMs: 0, disconnectedAgeMs: 2 });
  });

  const bounds: readonly (readonly [string, readonly AgentUpdate[], number])[] = [
    ['nothing', [], 0],
    ['1,000 rows', many(1_000), 1_000],
    ['no more than 1,000 rows', many(1_001), 1_000],
    ['600 full rows', many(600, (id) => ({ info: agentInfo(id) })), 600],
    ['no more than 600 full rows', many(601, (id) => ({ info: agentInfo(id) })), 600],
    ['400 others beside 600 full rows', many(1_000, (id) => (id <= 600 ? { info: agentInfo(id) } : {})), 1_000],
  ];
  it.each(bounds)('takes %s', (_what, given, expected) => {
    const { message, taken } = packBatch(given, 1, SENT_MS);
    expect(taken).toBe(expected);
    expect(rowsOf(sent(message)).map(asUpdate)).toEqual(given.slice(0, expected));
  });

  const long = (id: number): AgentInfo => ({ ...agentInfo(id), osUname: `${id} `.padEnd(1_024, 'u') });
  it('takes 200 KiB and no more', () => {
    const given = many(600, (id) => ({ info: long(id) }));
    const { message, taken } = packBatch(given, 1, SENT_MS);
    expect(taken).toBeLessThan(220);
    expect(encodeEnvelope(wrap(message)).length).toBeLessThanOrEqual(200 * 1_024 + 200);
    expect(encodeEnvelope(wrap(message)).length).toBeGreaterThan(199 * 1_024 - 1_100);
    expect(rowsOf(sent(message)).map(asUpdate)).toEqual(given.slice(0, taken));
  });

  const widest: AgentInfo = {
    ...(Object.fromEntries(
      agentInfoFields.map((field, i) => [field, `${i}`.padEnd(field === 'osUname' ? 1_024 : 255, '\u20ac')]),
    ) as Record<(typeof agentInfoFields)[number], string>),
    labels: Array.from(
      { length: 64 },
      (_, i) => [`k${i}`.padEnd(255, '\u20ac'), `v${i}`.padEnd(1_024, '\u20ac')] as const,
    ),
  };
  it('takes one agent whatever it says of itself, and fits into a frame', () => {
    const { message, taken } = packBatch([update(1, { info: widest }), update(2)], 1, SENT_MS);
    expect(taken).toBe(1);
    expect(rowsOf(sent(message))[0]?.info).toEqual(widest);
  });

  it('takes 600 agents of which each is like no other in short wide texts', () => {
    const odd = (id: number): AgentInfo => ({
      ...agentInfo(id),
      name: `\u00e9${id}`,
      osName: `\u00fc${id}`,
      version: `${id}`,
    });
    const given = many(600, (id) => ({ info: odd(id) }));
    expect(rowsOf(sent(packBatch(given, 1, SENT_MS).message)).map(asUpdate)).toEqual(given);
  });

  it('takes at most a third of the bytes of its JSON, full or not', () => {
    const full = many(600, (id) => ({ info: agentInfo(id) }));
    const alive = many(1_000);
    for (const given of [full, alive]) {
      const bytes = encodeEnvelope(wrap(packBatch(given, 1, SENT_MS).message)).length;
      expect(bytes * 3).toBeLessThan(JSON.stringify(given).length);
    }
  });
});

const good = packBatch([update(1, { info: agentInfo(1) }), update(2)], 1, SENT_MS).message;
const rows = (...numbers: readonly number[]): Uint8Array => {
  const out = packedWriter();
  for (const number of numbers) out.count(number);
  return out.finish();
};
/** `count, base, texts, lengths…` and then rows of `head, 2 * id step, revision, age`. */
const bad: readonly (readonly [string, Partial<AgentStatuses>, string])[] = [
  ['cut off', { rows: good.rows.subarray(0, -1) }, 'ends inside a row'],
  ['longer than its rows', { rows: Buffer.concat([good.rows, Buffer.of(0)]) }, 'more bytes'],
  ['with an agent twice', { texts: '', rows: rows(2, 0, 0, 2, 2, 1, 0, 2, 0, 1, 0) }, 'an agent twice'],
  ['with the agent 0', { texts: '', rows: rows(1, 0, 0, 2, 0, 1, 0) }, 'an id that no agent has'],
  ['with an id below 0', { texts: '', rows: rows(1, 0, 0, 2, 1, 1, 0) }, 'an id that no agent has'],
  ['with an id beyond 2^31', { texts: '', rows: rows(1, 0, 0, 2, 2 ** 32, 1, 0) }, 'an id that no agent has'],
  ['with an unknown code', { texts: '', rows: rows(1, 0, 0, 2 | (6 << 2), 2, 1, 0) }, 'unknown kind of row'],
  ['with an unknown bit', { texts: '', rows: rows(1, 0, 0, 128, 2, 1, 0) }, 'unknown kind of row'],
  ['with a revision too large', { texts: '', rows: rows(1, 2 ** 53 - 1, 0, 2, 2, 1, 0) }, 'a revision beyond'],
  ['of 1,001 rows', { texts: '', rows: rows(1_001) }, 'more than 1000 agents'],
  ['of 6,001 texts', { texts: '', rows: rows(1, 0, 6_001) }, 'more than 6000 texts'],
  ['with too long a text', { texts: 'x'.repeat(1_025), rows: rows(1, 0, 1, 1_025) }, 'more than 1024 characters'],
  ['with texts that do not add up', { texts: 'xy', rows: rows(1, 0, 1, 1) }, 'not as long as it says'],
  ['with a cut character', { texts: '\ud83d\ude00', rows: rows(0, 0, 2, 1, 1) }, 'cut inside a character'],
  ['with an unknown text', { texts: 'x', rows: rows(1, 0, 1, 1, 66, 2, 1, 0, 1, 2) }, 'which it does not have'],
  [
    'with an unknown sum',
    { texts: 'x', sums: new Uint8Array(16), rows: rows(1, 0, 1, 1, 66, 2, 1, 0, 1, 3) },
    'which it does not have',
  ],
  ['with part of a sum', { sums: new Uint8Array(15) }, 'part of a sum'],
  ['with an unknown field', { texts: '', rows: rows(1, 0, 0, 66, 2, 1, 0, 2 ** 18) }, 'an unknown field'],
  ['with 65 labels', { texts: 'x', rows: rows(1, 0, 1, 1, 66, 2, 1, 0, 2 ** 17, 65) }, 'more than 64 labels'],
];

describe('a batch of a peer that breaks the protocol', () => {
  it.each(bad)('%s is refused', (_what, change, text) => {
    const unpacked = unpackBatch({ ...good, ...change });
    expect(unpacked).toEqual({ ok: false, text: expect.stringContaining(text) });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 32 }),
        fc.string(),
        (noise, sums, texts) => {
          expect([true, false]).toContain(unpackBatch({ ...good, rows: noise, sums, texts }).ok);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('is not refused for one changed byte without a reason, and never throws', () => {
    fc.assert(
      fc.property(fc.nat(good.rows.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(good.rows);
        changed[at] = byte;
        const unpacked = unpackBatch({ ...good, rows: changed });
        if (!unpacked.ok) expect(unpacked.text).not.toBe('');
      }),
    );
  });
});
