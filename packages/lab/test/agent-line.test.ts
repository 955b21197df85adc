import { lineOf, proofOf, sameProof, toAgent, toServer } from '../src/agent-line.ts';

const report = {
  uname: 'Linux',
  version: 'Wazuh v3.8.2',
  configSum: 'a',
  mergedSum: 'b',
  labels: [['k', 'v']],
} as const;

describe('the lines of agents and servers', () => {
  it('come back as they were sent', () => {
    const up = [
      { type: 'hello', id: 7, proof: 'x' },
      { type: 'startup' },
      { type: 'keep-alive', report },
      { type: 'shutdown' },
    ] as const;
    for (const message of up) expect(toServer(lineOf(message))).toEqual(message);
    const down = [
      { type: 'challenge', nonce: 'n' },
      { type: 'welcome', node: 'w' },
      { type: 'refused', text: 't' },
      { type: 'ack' },
    ] as const;
    for (const message of down) expect(toAgent(lineOf(message))).toEqual(message);
  });

  it.each([
    'null',
    '7',
    'no json',
    '{}',
    '{"type":"hello","id":0,"proof":"x"}',
    '{"type":"hello","id":1.5,"proof":"x"}',
    '{"type":"hello","id":"1","proof":"x"}',
    '{"type":"keep-alive"}',
    '{"type":"keep-alive","report":{}}',
    JSON.stringify({ type: 'keep-alive', report: { ...report, labels: [['k']] } }),
    JSON.stringify({ type: 'keep-alive', report: { ...report, uname: 'two\nlines' } }),
    '{"type":"welcome","node":"w"}',
  ])('are not %s', (line) => {
    expect(toServer(line)).toBeUndefined();
  });

  it("are not an agent's in the mouth of a server", () => {
    expect(toAgent('{"type":"startup"}')).toBeUndefined();
    expect(toAgent('[')).toBeUndefined();
  });

  it('prove a key for one challenge and one id', () => {
    const proof = proofOf('key', 'nonce', 1);
    expect(sameProof(proof, proofOf('key', 'nonce', 1))).toBe(true);
    for (const other of [proofOf('kez', 'nonce', 1), proofOf('key', 'other', 1), proofOf('key', 'nonce', 2), '', 'ü'])
      expect(sameProof(other, proof)).toBe(false);
  });
});
