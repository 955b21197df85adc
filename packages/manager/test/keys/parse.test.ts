import fc from 'fast-check';
import { infoFileName } from '../../src/client-keys.ts';
import { type ParsedKeys, parseClientKeys } from '../../src/keys/parse.ts';
import { key } from '../rig.ts';

const noTurn = (): Promise<void> => Promise.resolve();
const parse = (text: string | Uint8Array): Promise<ParsedKeys> => parseClientKeys(text, noTurn);
const idsOf = ({ keys }: ParsedKeys): number[] => [...keys.ids()];

describe('client.keys', () => {
  it('gives living agents by id and by the name of their file, with the highest id of all lines', async () => {
    const text = `001 web any ${key()}\n002 !gone 10.0.0.2 ${key()}\n0000000012 db-1 10.1.0.0/16 ${key()}\n900 #off any ${key()}\n`;
    const parsed = await parse(text);
    expect(idsOf(parsed)).toEqual([1, 12]);
    expect(parsed.keys.of(12)).toEqual({ id: 12, name: 'db-1', ip: '10.1.0.0/16' });
    expect(parsed.keys.byFileName('web-any')).toEqual({ id: 1, name: 'web', ip: 'any' });
    expect(parsed.keys.byFileName('db-1-10.1.0.0')?.id).toBe(12);
    expect(parsed.keys.byFileName('gone-10.0.0.2')).toBeUndefined();
    expect(parsed.removed.of(2)).toEqual({ id: 2, name: 'gone', ip: '10.0.0.2' });
    expect([parsed.highestId, parsed.faults, parsed.isCut]).toEqual([900, [], false]);
  });

  it.each([
    ['', 'no fields at all', undefined],
    [`#001 web any ${key()}`, 'a comment', undefined],
    [` 001 web any ${key()}`, 'a leading blank', undefined],
    [`001 web any ${key()}\r`, 'a carriage return', 'living'],
    ['001', 'one field', 'no-fields'],
    ['001 web', 'two fields', 'no-fields'],
    ['001 web any', 'three fields', 'no-fields'],
    ['001 web any ', 'an empty key', 'no-fields'],
    [`000 web any ${key()}`, 'the manager itself', 'bad-id'],
    [`-1 web any ${key()}`, 'a negative id', 'bad-id'],
    [`1e3 web any ${key()}`, 'an exponent', 'bad-id'],
    [`2147483648 web any ${key()}`, 'an id beyond range', 'bad-id'],
    [`2147483647 web any ${key()}`, 'the largest id', 'living'],
    [`99999999999999999999 web any ${key()}`, 'an absurd id', 'bad-id'],
    [`001 a/b any ${key()}`, 'a slash', 'bad-name'],
    [`001 .. any ${key()}`, 'dots alone', 'bad-name'],
    [`001 ../../x any ${key()}`, 'a path', 'bad-name'],
    [`001 a..b any ${key()}`, 'dots within', 'living'],
    [`001 a\0b any ${key()}`, 'a NUL', 'bad-name'],
    [`001 a\x1bb any ${key()}`, 'an escape', 'bad-name'],
    [`001 ${'n'.repeat(128)} any ${key()}`, '128 characters', 'living'],
    [`001 ${'n'.repeat(129)} any ${key()}`, '129 characters', 'bad-name'],
    [`001 ${'n'.repeat(200)} any ${key()}`, '200 characters', 'bad-name'],
    [`001 größe any ${key()}`, 'another script', 'living'],
    [`001 ! any ${key()}`, 'a mark alone', 'bad-name'],
    [`001 web 10.0.0.1;rm ${key()}`, 'no address', 'bad-ip'],
    [`001 web ../.. ${key()}`, 'a path as address', 'bad-ip'],
    [`001 web ${'1'.repeat(65)} ${key()}`, 'a long address', 'bad-ip'],
    [`001 web fe80::1 ${key()}`, 'IPv6', 'living'],
    [`001 web any ${'k'.repeat(3000)}`, 'a long line', 'too-long'],
  ])('takes the line %j (%s) as %s', async (line, _, expected) => {
    const parsed = await parse(`${line}\n`);
    const outcome = parsed.faults[0]?.code ?? (parsed.keys.size === 1 ? 'living' : undefined);
    expect(outcome).toBe(expected);
    expect(parsed.faultCount).toBe(parsed.faults.length);
  });

  it('names the line, the fault and the cure, and never the key', async () => {
    const { faults, keys } = await parse(`001 web any ${key()}\n002 a/b any ${key()}\n003 db any ${key()}\n`);
    expect(faults).toEqual([
      { at: 'etc/client.keys:2', code: 'bad-name', text: expect.stringContaining('line 2 was skipped') },
    ]);
    expect(faults[0]!.text).toContain('register the agent');
    expect(JSON.stringify(faults)).not.toContain(key());
    expect(keys.size).toBe(2);
  });

  it('skips a name that is not UTF-8', async () => {
    const line = Buffer.concat([Buffer.from('001 a'), Buffer.from([0xff]), Buffer.from(` any ${key()}\n`)]);
    expect((await parse(line)).faults[0]?.code).toBe('bad-name');
  });

  it('lets the first of two lines with one id count, and tells of two with one file name', async () => {
    const parsed = await parse(`001 a any ${key()}\n001 b any ${key()}\n002 a any ${key()}\n`);
    expect(parsed.faults.map(({ at, code }) => [at, code])).toEqual([
      ['etc/client.keys:2', 'duplicate-id'],
      ['etc/client.keys:3', 'duplicate-name'],
    ]);
    expect([parsed.keys.of(1)?.name, parsed.keys.byFileName('a-any')?.id, parsed.keys.has(2)]).toEqual(['a', 1, true]);
  });

  it('keeps a hundred faults and counts all', async () => {
    const parsed = await parse('x\n'.repeat(1_000));
    expect([parsed.faults.length, parsed.faultCount]).toEqual([100, 1_000]);
  });

  it.each([
    [`001 a any ${key()}\n002 b any ${key().slice(0, 30)}`, true, 1],
    [`001 a any ${key()}\n002 b`, true, 1],
    [`001 a any ${key()}\n002 b any ${key()}`, false, 2],
    [`001 a any ${key()}\n`, false, 1],
    ['', false, 0],
  ])('tells whether %j is cut within a line', async (text, isCut, size) => {
    const parsed = await parse(text);
    expect([parsed.isCut, parsed.keys.size]).toEqual([isCut, size]);
  });

  it('reads the same whatever the pieces are', async () => {
    const name = fc.stringMatching(/^[!#]?[a-zA-Z0-9._-]{1,20}$/);
    const line = fc.oneof(
      fc
        .tuple(fc.nat({ max: 5_000 }), name, fc.constantFrom('any', '10.0.0.1', '10.0.0.0/8', 'x y'))
        .map((all) => all.join(' ').concat(` ${key()}`)),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.integer({ min: 1, max: 60 })), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
        const pieces: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % Math.max(1, cuts.length)] ?? 7;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        const [whole, inPieces] = [await parse(bytes), await parseClientKeys(pieces, noTurn)];
        expect(idsOf(inPieces)).toEqual(idsOf(whole));
        expect([inPieces.faults, inPieces.highestId, inPieces.isCut]).toEqual([
          whole.faults,
          whole.highestId,
          whole.isCut,
        ]);
        for (const id of whole.keys.ids()) expect(inPieces.keys.of(id)).toEqual(whole.keys.of(id));
      }),
      { numRuns: 300 },
    );
  });

  it('throws for no bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
        const { keys } = await parse(bytes);
        for (const id of keys.ids()) expect(keys.byFileName(infoFileName(keys.of(id)!))).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  it('lets others in every half megabyte, and finds each of 100,000', async () => {
    let turns = 0;
    const text = Array.from(
      { length: 100_000 },
      (_, at) => `${String(at + 1).padStart(3, '0')} agent-${at} any ${key()}`,
    );
    const bytes = Buffer.from(`${text.join('\n')}\n`);
    const parsed = await parseClientKeys(bytes, () => {
      turns += 1;
      return Promise.resolve();
    });
    expect(turns).toBe(Math.floor(bytes.length / (512 * 1024)));
    expect(parsed.keys.size).toBe(100_000);
    for (let id = 1; id <= 100_000; id += 997) expect(parsed.keys.byFileName(`agent-${id - 1}-any`)?.id).toBe(id);
    expect(parsed.keys.byFileName('agent-100000-any')).toBeUndefined();
  });
});
