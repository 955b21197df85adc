import { decodeEnvelope, encodeEnvelope, type GroupChanges, type GroupRow, MAX_AGENT_ROWS } from '@muster/protocol';
import fc from 'fast-check';
import { changesOf } from '../src/master/pushing.ts';
import { packRows, unpackRows } from '../src/packing.ts';

const row = (id: number, groups: readonly string[]): GroupRow => ({ id, version: 1_000 + id, groups });
const name = fc.integer({ min: 0, max: 5_000 }).map((n) => `group-${n}`);
const longName = fc.integer({ min: 0, max: 5_000 }).map((n) => `g${n}`.padEnd(255, 'x'));
const groups = fc.oneof(
  { weight: 8, arbitrary: fc.array(name, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(name, longName), { maxLength: 256, size: 'max' }) },
);
const rows = fc.array(groups, { maxLength: 1_500, size: 'max' }).map((all) => all.map((one, i) => row(i + 1, one)));

function received(bytes: Uint8Array): GroupChanges {
  const decoded = decodeEnvelope(bytes, 'master');
  if (decoded.ok && decoded.frame.type === 'envelope' && decoded.frame.envelope.kind === 'tell') {
    const { message } = decoded.frame.envelope;
    if (message.type === 'group-changes') return message;
  }
  throw new Error(`not taken: ${JSON.stringify(decoded)}`);
}

describe('rows on the wire', () => {
  it('are the same when they arrive, in as many messages as it takes, each of which the wire takes', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const messages = changesOf(given, 7, 99_999);
        const arrived: GroupRow[] = [];
        let base = 7;
        for (const message of messages) {
          const bytes = encodeEnvelope({ kind: 'tell', to: 'agent-groups', message }).subarray(5);
          const arrivedAs = received(bytes);
          expect(arrivedAs.base).toBe(base);
          base = arrivedAs.version;
          arrived.push(...unpackRows(arrivedAs)!);
        }
        expect(arrived).toEqual(given);
        if (given.length > 0) expect(base).toBe(99_999);
      }),
      { numRuns: 30 },
    );
  });

  it('are at most a thousand in a message', () => {
    const many = Array.from({ length: MAX_AGENT_ROWS + 1 }, (_, i) => row(i + 1, ['a']));
    expect(packRows(many)).toMatchObject({ names: ['a'], end: MAX_AGENT_ROWS });
    expect(packRows(many, MAX_AGENT_ROWS)).toMatchObject({ end: MAX_AGENT_ROWS + 1 });
  });

  it('bring one agent at least: 256 groups of 255 characters fit', () => {
    const largest = row(
      1,
      Array.from({ length: 256 }, (_, i) => `g${i}`.padEnd(255, 'x')),
    );
    expect(packRows([largest]).end).toBe(1);
  });

  it('with an index of no name are none', () => {
    expect(unpackRows({ names: ['a'], rows: [[1, 1, [1]]] })).toBeUndefined();
    expect(unpackRows({ names: [], rows: [[1, 1, []]] })).toEqual([row(1, [])].map((one) => ({ ...one, version: 1 })));
  });

  it('of one change of one agent take less than 128 bytes', () => {
    const [message] = changesOf([row(99_999, ['default', 'web'])], 6, 7);
    expect(encodeEnvelope({ kind: 'tell', to: 'agent-groups', message: message! }).length).toBeLessThan(128);
  });
});
