import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentStatus, agentStatuses } from '@muster/protocol';
import fc from 'fast-check';
import { type AgentLine, renderAgents38, renderAgents414, statusNamed } from '../../src/cluster-control/agents.ts';
import { type NodeLine, renderNodes38, renderNodes414 } from '../../src/cluster-control/nodes.ts';
import { paddedLines, ruleFor } from '../../src/cluster-control/table.ts';

const cell = fc.string({ unit: fc.constantFrom('a', 'Z', '9', '-', '_', '.', 'é', '日', '\u{1f9ed}'), maxLength: 30 });
const table = fc
  .integer({ min: 1, max: 6 })
  .chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 8 }),
  );

/** Cells of a line, by the widths of its columns, in characters. */
function cut(line: string, widths: readonly number[]): readonly string[] {
  const characters = [...line];
  return widths.map((width) => characters.splice(0, width).join(''));
}

describe('a table', () => {
  it('has every column two wider than its longest cell, and no line that is longer or shorter', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)) + 2);
        const lines = paddedLines(rows);
        expect(lines).toHaveLength(rows.length);
        for (const [at, line] of lines.entries()) {
          expect([...line]).toHaveLength(widths.reduce((sum, width) => sum + width, 0));
          expect(cut(line, widths).map((each) => each.trimEnd())).toEqual(rows[at]);
        }
      }),
    );
  });

  it('has blanks of its own only behind a cell, at least two', () => {
    fc.assert(
      fc.property(table, (rows) => {
        for (const [at, line] of paddedLines(rows).entries()) {
          const pattern = rows[at]!.map((each) => `${escaped(each)} {2,}`).join('');
          expect(line).toMatch(new RegExp(`^${pattern}$`, 'u'));
        }
      }),
    );
  });

  it('has rules of dashes that are two shorter than a line', () => {
    fc.assert(
      fc.property(table, (rows) => {
        expect(ruleFor(rows)).toBe('-'.repeat([...paddedLines(rows)[0]!].length - 2));
      }),
    );
  });
});

const escaped = (text: string): string => text.replaceAll('.', '\\.');

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
const node: fc.Arbitrary<NodeLine> = fc.record({
  name,
  role: fc.constantFrom('master', 'worker'),
  version: fc.constantFrom('0.1.0', '4.14.7', '10.20.30'),
  address: fc.constantFrom('10.0.0.1', '192.168.100.200', 'wazuh.master', '2001:db8::1'),
});
const nodes = fc.uniqueArray(node, { selector: ({ name: own }) => own, maxLength: 12 });

describe('the nodes', () => {
  it('of 4.14 keep their order, of 3.8 are sorted', () => {
    fc.assert(
      fc.property(nodes, (all) => {
        const names = all.map(({ name: own }) => own);
        const first = (line: string): string => line.split(' ')[0]!;
        expect(renderNodes414(all, []).split('\n').slice(1, -1).map(first)).toEqual(names);
        expect(renderNodes38(all, []).split('\n').slice(3, -3).map(first)).toEqual([...names].sort());
      }),
    );
  });

  it('that are asked for are shown, once each, however often they are named', () => {
    fc.assert(
      fc.property(nodes, fc.array(name, { maxLength: 3 }), (all, strangers) => {
        const wanted = all.filter((_, at) => at % 2 === 0).map(({ name: own }) => own);
        fc.pre(wanted.length > 0);
        const filter = [...wanted, ...wanted, ...strangers];
        const shown = renderNodes38(all, filter);
        const missing = strangers.filter((own) => all.every((each) => each.name !== own));
        expect(shown.includes('could not be found')).toBe(missing.length > 0);
        expect(renderNodes414(all, wanted).split('\n')).toHaveLength(wanted.length + 2);
      }),
    );
  });

  it('of 4.14 are 500 at most', () => {
    const all = Array.from({ length: 501 }, (_, at) => ({
      ...{ name: `n${at}`, role: 'worker', version: '1', address: '10.0.0.1' },
    }));
    expect(renderNodes414(all, []).split('\n')).toHaveLength(502);
    expect(renderNodes38(all, []).split('\n')).toHaveLength(507);
  });

  it('are as the seed shows them, but for the blanks behind a line that its text cannot keep', () => {
    const seen = [
      ['node01', '192.168.56.101', 'master'],
      ['node02', '192.168.56.103', 'worker'],
      ['node03', '192.168.56.105', 'worker'],
    ].map(([own = '', address = '', role = '']) => ({ name: own, address, role, version: '3.8.2' }));
    expect(renderNodes38(seen, []).replaceAll(/ +$/gm, '')).toBe(
      [
        '---------------------------------------',
        'Name    Address         Type    Version',
        '---------------------------------------',
        'node01  192.168.56.101  master  3.8.2',
        'node02  192.168.56.103  worker  3.8.2',
        'node03  192.168.56.105  worker  3.8.2',
        '---------------------------------------',
        '',
        '',
      ].join('\n'),
    );
  });

  it('have no character of a peer that a terminal obeys', () => {
    const hostile = [{ name: 'n\u001b[2J', role: 'worker', version: '1\n2', address: '\u0007' }];
    for (const text of [renderNodes38(hostile, []), renderNodes414(hostile, [])]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      expect(text).toContain('n\\x1b[2J');
    }
  });
});

const agent = (status: AgentStatus): AgentLine => ({
  ...{ id: 7, name: 'a', ip: 'any', status, version: '', node: '' },
});

describe('the agents', () => {
  it('have the statuses of the profile', () => {
    const statuses414 = renderAgents414(agentStatuses.map(agent))
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(/ +/)[3]);
    expect(statuses414).toEqual(['never_connected', 'pending', 'active', 'disconnected']);
    const statuses38 = renderAgents38(agentStatuses.map(agent), []).matchAll(/Status: ([^,]*), {2}Node/g);
    expect([...statuses38].map(([, status]) => status)).toEqual([
      'Never connected',
      'Pending',
      'Active',
      'Disconnected',
    ]);
  });

  it.each([
    ['3.8', 'Active', 'active'],
    ['3.8', 'NEVERCONNECTED', 'never_connected'],
    ['3.8', 'never connected', 'never_connected'],
    ['3.8', 'Never Connected', 'never_connected'],
    ['3.8', 'pending', 'pending'],
    ['3.8', 'never_connected', undefined],
    ['3.8', '', undefined],
    ['4.14', 'never_connected', 'never_connected'],
    ['4.14', 'Disconnected', 'disconnected'],
    ['4.14', 'NeverConnected', undefined],
    ['4.14', 'all', undefined],
  ] as const)('in the words of %s, %j is the status %j', (profile, word, status) =>
    expect(statusNamed(word, profile)).toBe(status),
  );
});

it('every table of the golden files ends each line with two blanks, and no other line of them ends with one', () => {
  const read = (file: string): readonly string[] =>
    readFileSync(join(__dirname, '../golden/cluster_control', file), 'utf8')
      .split('\n')
      .slice(0, -1);
  for (const file of ['4.14/nodes.txt', '4.14/agents.txt', '4.14/agents-of-unknown-node.txt'])
    for (const line of read(file)) expect(line).toMatch(/\S {2,}$/);
  for (const file of [
    '3.8/agents.txt',
    '3.8/health.txt',
    '3.8/health-more.txt',
    '4.14/health.txt',
    '4.14/health-more.txt',
  ])
    for (const line of read(file)) expect(line).not.toMatch(/ $/);
});
