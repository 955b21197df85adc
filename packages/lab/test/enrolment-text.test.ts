import fc from 'fast-check';
import { answerText, noMasterText, readAnswer, readRequest, requestLine } from '../src/enrolment-text.ts';

const from = '::ffff:10.1.2.3';

describe('a request for a key', () => {
  it.each([
    ["OSSEC A:'gate-1'", { name: 'gate-1', ip: 'any' }],
    ["OSSEC A:'gate-1'\n", { name: 'gate-1', ip: 'any' }],
    ["OSSEC A:'gate-1' V:'v4.5.0' G:'a,b'", { name: 'gate-1', ip: 'any', groups: ['a', 'b'] }],
    ["OSSEC A:'gate-1' IP:'10.0.0.0/8'", { name: 'gate-1', ip: '10.0.0.0/8' }],
    ["OSSEC A:'gate-1' IP:'src'", { name: 'gate-1', ip: '10.1.2.3' }],
    [`OSSEC A:'gate-1' K:'${'a'.repeat(40)}'`, { name: 'gate-1', ip: 'any', keyHash: 'a'.repeat(40) }],
  ])('is %j', (line, request) => {
    expect(readRequest(line, from)).toEqual(request);
  });

  it.each([
    '',
    'GET / HTTP/1.1',
    "OSSEC B:'gate-1'",
    "OSSEC A:'gate-1",
    "OSSEC A:''",
    "OSSEC A:'a'",
    "OSSEC A:'../etc'",
    "OSSEC A:'a/b'",
    "OSSEC A:'a b'",
    "OSSEC A:'a\0b'",
    `OSSEC A:'${'a'.repeat(129)}'`,
    "OSSEC A:'gate-1' X:'1'",
    "OSSEC A:'gate-1' G:'a' G:'b'",
    "OSSEC A:'gate-1' G:''",
    "OSSEC A:'gate-1' G:'a,..'",
    "OSSEC A:'gate-1' IP:'10.0.0.1 x'",
    "OSSEC A:'gate-1' K:'123'",
  ])('is not %j', (line) => {
    expect(readRequest(line, from)).toEqual({ refused: expect.any(String) });
  });

  it('is read as it was written', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_-]{2,20}$/);
    fc.assert(
      fc.property(word, fc.option(fc.array(word, { minLength: 1 }), { nil: undefined }), (name, groups) => {
        const request = { name, ip: 'any', ...(groups === undefined ? {} : { groups }) };
        expect(readRequest(requestLine(request), from)).toEqual(request);
      }),
    );
  });
});

describe('the answer', () => {
  it('is a line of client.keys, or an error', () => {
    const enrolled = { id: 7, name: 'gate-1', ip: 'any', key: 'k'.repeat(64) };
    expect(answerText(enrolled)).toBe(`OSSEC K:'007 gate-1 any ${'k'.repeat(64)}'\n\n`);
    expect(readAnswer(answerText(enrolled).split('\n')[0]!)).toEqual(enrolled);
    expect(answerText({ refused: 'Duplicate\nname' })).toBe('ERROR: Duplicate name. Unable to add agent\n\n');
    expect(readAnswer(answerText({ refused: 'Duplicate name' }).split('\n')[0]!)).toEqual({
      refused: 'Duplicate name. Unable to add agent',
    });
  });

  it('says when the master cannot be asked', () => {
    expect(readAnswer(noMasterText.trim())).toEqual({ refused: 'Cannot comunicate with master' });
  });

  it('is refused by an agent when it is neither', () => {
    expect(readAnswer("OSSEC K:'x'")).toEqual({ refused: 'the answer is not understood' });
  });
});
