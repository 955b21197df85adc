/** `--watch` and `--follow`: over changes, restarts and Ctrl-C. */
import { ControlError } from '@muster/control';
import type { ClusterView, EventRow, NodeView } from '@muster/protocol';
import { digestOf } from '../src/changes.ts';
import { world } from './world.ts';

const node = (changes: Partial<NodeView>): NodeView => ({
  ...{ name: 'zeus', role: 'master', version: '0.1.0', address: '10.0.0.1', liveness: 'up', reason: '' },
  ...{ sync: 'in-sync', behindMs: 0, files: 3, heardMs: 0, loopDelayMs: 0 },
  ...changes,
});
const view = (changes: Partial<NodeView> = {}): ClusterView => ({
  type: 'cluster',
  cluster: 'c',
  nodes: [node(changes)],
});
const gone = new ControlError('not-running', 'No Muster runs.');

/** Answers in turn; after the last it is Ctrl-C. */
function answering(answers: readonly (ClusterView | Error)[], terminal?: { sent: string; rows: number }) {
  const left = [...answers];
  const made = world(
    () => ({
      cluster: async () => {
        const next = left.shift();
        if (left.length === 0) made.stop.abort();
        if (next === undefined) throw new Error('asked too often');
        if (next instanceof Error) throw next;
        return next;
      },
    }),
    terminal === undefined
      ? {}
      : {
          terminal: {
            write: (text) => void Object.assign(terminal, { sent: terminal.sent + text }),
            size: () => ({ rows: terminal.rows, columns: 80 }),
          },
        },
  );
  return made;
}

/** Runs `line` while time goes on. */
async function run(made: ReturnType<typeof answering>, line: string): Promise<number> {
  let code: number | undefined;
  const ended = made.run(line).then((result) => {
    code = result;
  });
  while (code === undefined) await made.clock.advance(100);
  await ended;
  return code;
}

describe('--watch through a pipe', () => {
  it('writes a piece when something changed, and none when only time went by', async () => {
    const made = answering([view(), view({ heardMs: 900, loopDelayMs: 4 }), view({ sync: 'syncing' }), view()]);
    expect(await run(made, 'nodes --watch 1')).toBe(2);
    expect(made.out.match(/^Cluster c/gm)).toHaveLength(2);
    expect(made.out).toContain('\n\nCluster c');
    expect(made.closed).toBe(1);
  });

  it('writes a line of JSON for each', async () => {
    const made = answering([view(), view({ files: 4 }), view()]);
    await run(made, 'nodes --json --watch');
    expect(
      made.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).nodes[0].files),
    ).toEqual([3, 4]);
  });

  it('goes on when the node is away for a while, and says both once', async () => {
    const made = answering([view(), gone, gone, view({ files: 4 }), view()]);
    expect(await run(made, 'nodes --watch 1')).toBe(0);
    expect(made.error).toBe('No Muster runs. Trying again…\nThe node answers again.\n');
    expect(made.out.match(/^Cluster c/gm)).toHaveLength(2);
  });

  it('ends with 3 when the node is away at the end, and when it never was there', async () => {
    expect(await run(answering([view(), gone, gone]), 'nodes --watch 1')).toBe(3);
    const never = answering([gone, view(), view()]);
    expect([await run(never, 'nodes --watch 1'), never.error]).toEqual([3, 'No Muster runs.\n']);
  });

  it('ends with the fault when the node refuses', async () => {
    const refused = new ControlError('no-such-node', 'There is none.');
    expect(await run(answering([view(), refused, view()]), 'nodes --watch 1')).toBe(1);
  });
});

describe('--watch on a terminal', () => {
  it('goes over the frame before, and shows what fits', async () => {
    const terminal = { sent: '', rows: 5 };
    await run(answering([view(), view({ files: 4 }), view()], terminal), 'nodes --watch 2');
    const [first = '', second = ''] = terminal.sent.split('\u001b[4F');
    expect(first.replaceAll('\u001b', '')).toMatch(/^muster nodes {2}\S+ {2}every 2 s, Ctrl-C ends\[K\n/);
    expect(first.match(/\n/g)).toHaveLength(4);
    expect(first).toContain('… ');
    expect(second).toContain('muster nodes');
  });

  it('cuts rows of a table at its edge', async () => {
    const terminal = { sent: '', rows: 40 };
    await run(answering([view({ address: 'long.'.repeat(20) }), view()], terminal), 'nodes --watch 2');
    const rows = terminal.sent
      .replaceAll('\u001b[K', '')
      .split('\n')
      .filter((line) => line.startsWith('zeus'));
    expect(rows.map((line) => [line.length, line.at(-1)])).toEqual([[80, '…']]);
    expect(terminal.sent).not.toMatch(/^(ong|long|ng\.)/m);
  });

  it('says in the frame that the node is away, and that it is back', async () => {
    const terminal = { sent: '', rows: 40 };
    const made = answering([view(), gone, view(), view()], terminal);
    await run(made, 'nodes --watch 2');
    expect(terminal.sent).toContain('No Muster runs. Trying again…');
    expect(terminal.sent).toContain('The node answers again.');
    expect([made.out, made.error]).toEqual(['', '']);
  });
});

it.each(['0', '0.1', '3601', 'x', '-1'])('--watch %s is refused with what is allowed', async (seconds) => {
  const made = world(() => ({}));
  expect([await made.run(`nodes --watch ${seconds}`), made.out]).toEqual([1, '']);
  expect(made.error).toContain('from 0.2 to 3600');
});

it('ages, loads and counters of work are no news; names, states and dates of events are', () => {
  const tree = (processed: number, restarts: number) => [{ path: '/a', processed, busyMs: processed, restarts }];
  expect(digestOf(tree(1, 0))).toBe(digestOf(tree(2, 0)));
  expect(digestOf(tree(1, 0))).not.toBe(digestOf(tree(1, 1)));
  expect(digestOf({ atMs: 1 })).not.toBe(digestOf({ atMs: 2 }));
});

describe('muster events', () => {
  const row = (id: number, atMs = Date.UTC(2026, 2, 1, 11, 59)): EventRow => ({
    ...{ id, atMs, kind: 'joined', subject: `w${id}`, text: 'linked' },
  });
  const answer = (rows: readonly EventRow[], next = rows.at(-1)?.id ?? 0, more = false) => ({
    ...{ type: 'events' as const, rows: [...rows], next, more },
  });

  it('is a table, and says when there is nothing', async () => {
    const made = world(() => ({ events: async () => answer([row(1)]) }));
    expect(await made.run('events')).toBe(0);
    expect(made.out).toMatch(/^TIME +KIND +SUBJECT +WHAT HAPPENED\n2026-03-01 \d\d:59:00 +joined +w1 +linked\n$/);
    const none = world(() => ({ events: async () => answer([]) }));
    await none.run('events');
    expect(none.out).toBe('Nothing of that has happened.\n');
  });

  it('asks the node, the kind and the number that are wanted', async () => {
    const queries: unknown[] = [];
    const events = async (query: object) => {
      queries.push(query);
      return answer([]);
    };
    const made = world(() => ({ events }));
    await made.run('events --node w1 --kind joined --last 7');
    await made.run('events');
    expect(queries).toEqual([{ last: 7, kind: 'joined' }, { last: 50 }]);
    expect(made.asked).toEqual(['w1', undefined]);
  });

  it('--since leaves out what is older, and reads on where one answer does not reach back', async () => {
    const old = row(1, Date.UTC(2026, 2, 1, 10));
    const rows = Array.from({ length: 500 }, (_, at) => row(at + 3));
    const events = async ({ after }: { readonly after?: number }) => {
      if (after === undefined) return answer(rows);
      return after === 0 ? answer([old, row(2)], 2, true) : answer(rows);
    };
    const made = world(() => ({ events }));
    await made.run('events --since 10m --json');
    const ids = JSON.parse(made.out).events.map(({ id }: EventRow) => id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([501, 2, 502]);
    expect(JSON.parse(made.out).events[0].at).toBe('2026-03-01T11:59:00.000Z');
  });

  it('--follow writes what comes after, over a restart', async () => {
    const answers = [answer([row(1)]), answer([]), gone, answer([row(2)], 2)];
    const queries: unknown[] = [];
    const made = world(() => ({
      events: async (query: object) => {
        queries.push(query);
        const next = answers.shift();
        if (answers.length === 0) made.stop.abort();
        if (next instanceof Error || next === undefined) throw next;
        return next;
      },
    }));
    // The last answer comes with Ctrl-C: it is dropped.
    answers.push(answer([row(3)], 3));
    expect(await run(made, 'events --follow --json')).toBe(0);
    expect(
      made.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([1, 2]);
    expect(queries).toEqual([{ last: 50 }, { after: 1 }, { after: 0 }, { after: 0 }, { after: 2 }]);
    expect(made.error).toBe('No Muster runs. Trying again…\nThe node answers again.\n');
  });

  it.each([
    ['events --kind party', 'A kind is one of started'],
    ['events --last 501', 'from 1 to 500'],
    ['events --since yesterday', '30s, 10m, 2h or 7d'],
    ['events --follow --watch', 'take one'],
  ])('refuses «%s» and says what is allowed', async (line, words) => {
    const made = world(() => ({}));
    expect(await made.run(line)).toBe(1);
    expect(made.error).toContain(words);
  });
});

describe('of another node', () => {
  it.each(['health', 'tree'])('muster %s asks the one that is named', async (command) => {
    const made = world(() => ({
      node: { health: async () => Promise.reject(gone), tree: async () => [] },
    }));
    await made.run(`${command} --node w1`);
    expect(made.asked).toEqual(['w1']);
  });

  it('ends with 3 when that one cannot be reached', async () => {
    const away = new ControlError('not-linked', 'w1 is not linked to the master now.');
    const made = world(() => ({ node: { tree: () => Promise.reject(away) } }));
    expect([await made.run('tree --node w1'), made.error]).toEqual([3, 'w1 is not linked to the master now.\n']);
  });

  it('sets its log level', async () => {
    const levels: string[] = [];
    const made = world(() => ({ node: { setLogLevel: async (level) => void levels.push(level) } }));
    expect(await made.run('log-level debug --node w1')).toBe(0);
    expect([made.asked, levels, made.out]).toEqual([['w1'], ['debug'], expect.stringContaining('w1 logs at debug')]);
  });
});

it('an order that takes long says after 2 s that it waits', async () => {
  let answer = (): void => {};
  const made = world(() => ({
    forget: () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  }));
  const ended = made.run('forget w9');
  await made.clock.advance(1_999);
  expect(made.error).toBe('');
  await made.clock.advance(1);
  expect(made.error).toContain('has not answered yet; waiting for it');
  answer();
  expect([await ended, made.out]).toEqual([0, expect.stringContaining('w9 is forgotten')]);
});
