import { allPages, type ControlClient, ControlError } from '@muster/control';
import { type AgentRowView, type Agents, type AgentView, agentStatuses, agentStatusNames38 } from '@muster/protocol';
import { agentTable, ansi, emptyTally, plain, renderAgent, tallied, totals } from '@muster/render';
import fc from 'fast-check';
import type { CommandDeps, Output } from '../src/commands.ts';
import { runProgram } from '../src/program.ts';

const row = (id: number, more: Partial<AgentRowView> = {}): AgentRowView => ({
  id,
  name: `web-${id}`,
  ip: '10.1.0.7',
  status: 'active',
  node: 'worker1',
  seenAgoMs: 5_400.4,
  version: 'Wazuh v4.14.0',
  groups: 'default,web',
  ...more,
});
const silent = (id: number): AgentRowView => ({
  ...{ id, name: `db-${id}`, ip: 'any', status: 'never_connected', version: '', groups: '' },
});
const page = (rows: readonly AgentRowView[], next?: number, total = 7): Agents => ({
  type: 'agents',
  rows: [...rows],
  ...(next === undefined ? {} : { next }),
  total,
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly progress: readonly string[];
  readonly asked: readonly unknown[];
  readonly closed: number;
}

/** Runs one command line against a node that answers with `pages` in turn; an error breaks the list off. */
async function run(
  line: string | readonly string[],
  pages: readonly (Agents | Error)[] = [],
  more: Partial<Output> = {},
  client: Partial<ControlClient> = {},
): Promise<Ran> {
  const told = { out: '', error: '', progress: [] as string[], asked: [] as unknown[], closed: 0 };
  const left = [...pages];
  const answer = async (query: unknown): Promise<Agents> => {
    told.asked.push(query);
    const next = left.shift() ?? page([]);
    if (next instanceof Error) throw next;
    return next;
  };
  const all = {
    close: () => void Object.assign(told, { closed: told.closed + 1 }),
    allAgents: (filter: object) => allPages((after) => answer({ ...filter, after }), '/r'),
    ...client,
  } as ControlClient;
  const deps = { look: async () => all } as unknown as CommandDeps;
  const output: Output = {
    out: (text) => void Object.assign(told, { out: `${told.out}${text}\n` }),
    error: (text) => void Object.assign(told, { error: `${told.error}${text}\n` }),
    paint: plain,
    progress: (text) => void told.progress.push(text),
    ...more,
  };
  const argv = typeof line === 'string' ? line.split(' ') : line;
  return { code: await runProgram(argv, deps, output, {}, '0.1.0'), ...told };
}

const hostile = 'a\u001b[2Jb\nc\u202e';
const shown = 'a\\x1b[2Jb\\x0ac\\x202e';

describe('muster agents', () => {
  it('is a table of all pages, with the sums in its last line', async () => {
    const { code, out, asked, closed } = await run('agents', [
      page([row(1), row(2, { status: 'disconnected', node: 'w2', seenAgoMs: 125_000 })], 2, 3),
      page([silent(1_234)], undefined, 3),
    ]);
    expect([code, closed]).toEqual([0, 1]);
    expect(out.split('\n')).toEqual([
      'ID    NAME     IP        STATUS           NODE     LAST KEEP-ALIVE  VERSION        GROUPS',
      ' 001  web-1    10.1.0.7  active           worker1          5 s ago  Wazuh v4.14.0  default,web',
      ' 002  web-2    10.1.0.7  disconnected     w2             2 min ago  Wazuh v4.14.0  default,web',
      '1234  db-1234  any       never_connected  -                  never  -              -',
      '',
      '3 agents: 1 active, 1 disconnected, 1 never_connected',
      '',
    ]);
    expect(asked).toEqual([{ after: 0 }, { after: 2 }]);
  });

  it('asks for a node, a status and a group, and says of how many', async () => {
    const { out, asked } = await run('agents --node w2 --status active --group web', [page([row(5)])]);
    expect(asked).toEqual([{ after: 0, node: 'w2', status: 'active', group: 'web' }]);
    expect(out).toContain('\n\n1 of 7 agents: 1 active\n');
  });

  it('of none says so in one line', async () => {
    expect((await run('agents --group web', [page([])])).out).toBe('0 of 7 agents\n');
    expect((await run('agents', [page([], undefined, 0)])).out).toBe('0 agents\n');
  });

  const statuses: readonly [written: string, status: string][] = [
    ...agentStatuses.map((status): [string, string] => [status, status]),
    ...agentStatuses.map((status): [string, string] => [agentStatusNames38[status], status]),
    ['ACTIVE', 'active'],
    ['never connected', 'never_connected'],
    ['NeverConnected', 'never_connected'],
    ['NEVER_CONNECTED', 'never_connected'],
    ['never-connected', 'never_connected'],
  ];
  it.each(statuses)('takes the status «%s» as %s', async (written, status) => {
    expect((await run(['agents', '--status', written])).asked).toEqual([{ after: 0, status }]);
  });

  const wrong: readonly [argv: readonly string[], words: string][] = [
    [
      ['agents', '--status', 'alive'],
      'never_connected, pending, active, disconnected, or as 3.8 says, Never connected',
    ],
    [['agents', '--status', ''], 'A status is one of'],
    [['agents', '--node', 'no such'], 'muster nodes lists them'],
    [['agents', '--group', '..'], 'A group has a name'],
    [['agents', '--group', 'a/b'], 'A group has a name'],
    [['agents', '012'], 'too many arguments'],
  ];
  it.each(wrong)('refuses %j with 1 and says what is allowed', async (argv, words) => {
    const { code, error, out, asked } = await run(argv);
    expect([code, out, asked]).toEqual([1, '', []]);
    expect(error).toContain(words);
  });

  it('lets no word of an agent command the terminal', async () => {
    const rows = [row(1, { name: hostile, ip: hostile, version: hostile, groups: hostile })];
    const { out } = await run('agents', [page(rows)]);
    expect(out.split(shown)).toHaveLength(5);
    expect(out).not.toContain('\u001b');
  });

  it('tells how far it is after each page that is not the last, and takes it away before it writes', async () => {
    const { progress } = await run('agents', [page([row(1)], 1), page([], 9), page([row(10)])]);
    expect(progress.filter((text) => text !== '')).toEqual([
      '1 agents so far, of 7 in all …',
      '1 agents so far, of 7 in all …',
    ]);
    expect(progress.at(-1)).toBe('');
  });

  it('of one page tells no progress', async () => {
    expect((await run('agents', [page([row(1)])])).progress.join('')).toBe('');
  });

  const many = (count: number, from: number) => Array.from({ length: count }, (_, at) => row(from + at));

  it('writes a long list while it reads it, and says no progress into rows on a terminal', async () => {
    const pages = () => [page(many(10_000, 1), 10_000, 10_001), page(many(1, 10_001), undefined, 10_001)];
    const { out, progress } = await run('agents', pages(), { outIsTerminal: true });
    expect(out.split('\n')).toHaveLength(10_005);
    expect(out).toContain('10001 agents: 10001 active');
    expect(progress.join('')).toBe('');
    expect((await run('agents', pages(), { outIsTerminal: false })).progress.join('')).toContain('10000 agents so far');
  });

  it.each(['agents', 'agents --json'])('«%s» asks no further when nobody reads any more', async (line) => {
    const { code, asked } = await run(line, [page(many(500, 1), 500), page(many(500, 501))], {
      flow: async () => false,
    });
    expect([code, asked.length]).toEqual([0, 1]);
  });

  it('breaks off with the words and the code of the fault', async () => {
    const gone = new ControlError('broken', 'The Muster of R (/r) closed the connection.');
    const { code, error, closed, progress } = await run('agents', [page([row(1)], 1), gone]);
    expect([code, closed, progress.at(-1)]).toEqual([3, 1, '']);
    expect(error).toBe('The Muster of R (/r) closed the connection.\n');
    const refused = new ControlError('no-master', 'This worker has no link to its master.');
    expect((await run('agents', [refused])).code).toBe(3);
  });

  it('writes JSON that parses, whatever the texts and however many pages', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const rows = fc.array(fc.array(fc.record({ name: text, groups: text }), { maxLength: 3 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(rows, async (parts) => {
        const given = parts.map((part, at) => part.map((each, n) => row(at * 10 + n + 1, { ...each, seenAgoMs: 3 })));
        const pages = given.map((part, at) => page(part, at === given.length - 1 ? undefined : at * 10 + 10));
        const { out } = await run('agents --json', pages);
        expect(JSON.parse(out)).toEqual({ agents: given.flat(), shown: given.flat().length, total: 7 });
      }),
      { numRuns: 50 },
    );
  });

  it('writes whole milliseconds in JSON, an agent a line', async () => {
    const { out } = await run('agents --json', [page([row(1), row(2)])]);
    expect(JSON.parse(out).agents[0].seenAgoMs).toBe(5_400);
    expect(out.split('\n').filter((line) => line.includes('"id"'))).toHaveLength(2);
    expect(JSON.parse((await run('agents --json', [page([])])).out)).toEqual({ agents: [], shown: 0, total: 7 });
  });
});

const view: AgentView = {
  type: 'agent',
  row: row(12, { status: 'disconnected' }),
  code: 4,
  disconnectedAgoMs: 65_000,
  info: [
    ['osName', 'Debian'],
    ['label !site', hostile],
  ],
  history: [
    { node: 'worker1', sinceAgoMs: 65_000 },
    { node: 'w2', sinceAgoMs: 7_300_000 },
  ],
};

describe('muster agent', () => {
  it('has one fact a line, then where it reported', () => {
    expect(renderAgent(view, plain)).toEqual([
      'Agent         012 web-12',
      'Address       10.1.0.7',
      'Status        disconnected (3.8: Disconnected), no keep-alive came in time',
      'Node          worker1',
      'Last heard    5 s ago',
      'Disconnected  1 min ago',
      'Version       Wazuh v4.14.0',
      'Groups        default, web',
      'System        Debian',
      `label !site   ${shown}`,
      '',
      'REPORTED TO  FIRST HEARD THERE',
      'worker1              1 min ago',
      'w2                     2 h ago',
    ]);
  });

  it('of one that never reported says so', () => {
    const lines = renderAgent({ type: 'agent', row: silent(3), code: 0, info: [], history: [] }, plain);
    expect(lines.slice(2, 5)).toEqual([
      'Status      never_connected (3.8: Never connected)',
      'Node        -',
      'Last heard  never',
    ]);
    expect(lines.at(-1)).toBe('It has reported nowhere yet.');
  });

  it('shows a code that it does not know as a number', () => {
    expect(renderAgent({ ...view, code: 17 }, plain)[2]).toContain('code 17');
  });

  it.each(['12', '012', '000012'])('takes the id %s', async (written) => {
    const ids: number[] = [];
    const agent = async (id: number) => {
      ids.push(id);
      return view;
    };
    const { code, out } = await run(`agent ${written}`, [], {}, { agent });
    expect([code, ids]).toEqual([0, [12]]);
    expect(out).toContain('012 web-12');
    expect(JSON.parse((await run(`agent ${written} --json`, [], {}, { agent })).out)).toMatchObject({
      row: { id: 12 },
    });
  });

  it('ends with 1 and the node’s words when there is none of this id', async () => {
    const agent = () => Promise.reject(new ControlError('no-such-agent', 'There is no agent 099.'));
    const { code, error, closed } = await run('agent 99', [], {}, { agent });
    expect([code, error, closed]).toEqual([1, 'There is no agent 099.\n', 1]);
  });

  const wrong: readonly [id: string, words: string][] = [
    ['000', '000 is the manager itself'],
    ['web-1', "An agent's id is a number from 1 to 2147483647"],
    ['2147483648', 'as 12 or 012'],
    ['-1', 'as 12 or 012'],
    ['1e3', 'as 12 or 012'],
    ['9'.repeat(30), 'as 12 or 012'],
  ];
  it.each(wrong)('refuses the id %s', async (id, words) => {
    const { code, error } = await run(`agent ${id}`);
    expect(code).toBe(1);
    expect(error).toContain(words);
  });
});

describe('the table of agents', () => {
  it('never narrows a column from one part to the next, and has its head once', () => {
    const table = agentTable(plain);
    const first = table.part([row(1, { name: 'a-long-name' })]);
    const second = table.part([row(2, { name: 'b' }), row(3, { name: 'a-still-longer-name' })]);
    expect(first).toHaveLength(2);
    expect(second).toHaveLength(2);
    expect(second[0]?.indexOf('10.1.0.7')).toBe(second[1]?.indexOf('10.1.0.7'));
    expect(table.part([row(4)])[0]?.indexOf('10.1.0.7')).toBe(second[0]?.indexOf('10.1.0.7'));
  });

  it('colours the status without shifting columns', () => {
    expect(agentTable(ansi).part([row(1)])[1]).toContain('\u001b[32mactive\u001b[0m  worker1');
  });

  it('says how many of each status, and of how many in all where not all are shown', () => {
    const tally = tallied(emptyTally, [row(1), row(2), silent(3)]);
    expect(totals(tally, 9)).toBe('3 of 9 agents: 2 active, 1 never_connected');
    expect(totals(tally, 3)).toBe('3 agents: 2 active, 1 never_connected');
    expect(totals(tallied(emptyTally, [row(1)]), 1)).toBe('1 agent: 1 active');
    expect(totals(tally, 2)).toBe('3 agents: 2 active, 1 never_connected');
  });
});
