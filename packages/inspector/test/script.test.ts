import { ControlError } from '@muster/control';
import { inspect } from '../src/inspect.ts';
import { Refusal } from '../src/run/context.ts';
import { actors, double, event, health, row, traced } from './double.ts';
import { options, script, world } from './rig.ts';

describe('a script', () => {
  it('shows each command in turn, without colours and box drawing', async () => {
    const { code, out, error, open } = await script('tree; nodes; why worker1; health; links; dead-letters; events');
    expect({ code, error, open }).toEqual({ code: 0, error: '', open: 0 });
    expect(out).toContain('/links/node:worker1  running        0        3        300  50 ms         0\n');
    expect(out).toContain('worker2  worker  up');
    expect(out).toContain('worker1 is in sync.\n');
    expect(out).toContain('Process     99, Muster 0.1.0, up 3 min\n');
    expect(out).toContain('No message was lost since the start.\n');
    expect(out).toMatch(/joined {6}worker1: It linked\.\n$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(out).not.toMatch(/[\u001b│├└─]/);
  });

  it('ends with the first command that fails', async () => {
    const { code, out, error } = await script('show nothing; tree');
    expect({ code, out, error }).toEqual({
      code: 1,
      out: '',
      error: 'There is no actor "nothing" here. tree lists them.\n',
    });
  });

  it('does nothing at all when one of its commands cannot be read', async () => {
    const { code, asked, error } = await script('tree; tpo');
    expect({ code, asked, error }).toEqual({
      code: 1,
      asked: [],
      error: 'There is no command "tpo". Is it top? help lists the commands.\n',
    });
  });

  it('ends at exit', async () => {
    const { code, asked } = await script('node; exit; tree');
    expect({ code, asked }).toEqual({ code: 0, asked: ['zeus health', 'zeus health'] });
  });

  it('ends with 3 where the node cannot be reached, or does not answer', async () => {
    const gone = double();
    gone.lose();
    expect(await script('tree', {}, gone)).toMatchObject({ code: 3, error: 'No Muster runs for R (/r).\n' });
    const silent = double({ tree: () => new Promise(() => {}) });
    expect(await script('tree', {}, silent)).toMatchObject({
      code: 3,
      error: 'The node did not answer within 1.8 s.\n',
    });
    const cut = double({ tree: () => Promise.reject(new ControlError('timeout', 'worker1 did not answer.')) });
    expect(await script('tree', { node: 'worker1' }, cut)).toMatchObject({ code: 3 });
  });

  it.each(['not-linked', 'no-master'])(
    'ends with 3 where the node behind the one that answers cannot be reached: %s',
    async (code) => {
      const cut = double({ tree: () => Promise.reject(new ControlError(code, 'worker1 cannot be asked.')) });
      expect(await script('tree', { node: 'worker1' }, cut)).toMatchObject({ code: 3 });
    },
  );

  it('reads lines from a pipe, and remarks are none', async () => {
    const { deps, told } = world(double());
    const lines = async function* () {
      yield '# what is it?';
      yield 'node worker1; node';
      yield '';
      yield 'exit';
      yield 'tree';
    };
    expect(await inspect(options, { ...deps, lines })).toBe(0);
    expect(told.out).toBe('You look at worker1 now, a worker, process 99.\nYou look at worker1.\n');
  });

  it('ends when nobody reads what it says', async () => {
    const node = double();
    const { deps } = world(node);
    const lines = async function* () {
      yield 'tree';
      yield 'links';
    };
    expect(await inspect(options, { ...deps, lines, flow: async () => false })).toBe(0);
    expect(node.asked).not.toContain('zeus links');
  });

  it('looks at the node that it is told to', async () => {
    const { asked } = await script('tree; node zeus; links', { node: 'worker2' });
    expect(asked).toEqual(['zeus health', 'worker2 tree', 'zeus health', 'zeus links']);
  });
});

describe('orders', () => {
  it.each(['ask keep get-nodes', 'tell keep look-now', 'crash keep', 'restart keep', 'log debug'])(
    '%s is refused without --operate, and nothing is asked',
    async (order) => {
      const { code, error, asked } = await script(order);
      expect({ code, asked }).toEqual({ code: 1, asked: [] });
      expect(error).toContain('changes the node. Begin the inspector with: muster inspect --operate\n');
    },
  );

  it.each([
    ['ask keep-alive get-nodes', 'ask /keep-alive {"type":"get-nodes"}', '{"nodes":["worker1"]}\n'],
    ['tell keep-alive {"type":"look-now"}', 'tell /keep-alive {"type":"look-now"}', '/keep-alive was told.\n'],
    ['crash worker1', 'crash /links/node:worker1', '/links/node:worker1 crashes; tree shows its restarts.\n'],
    ['restart sync', 'restart /file-sync', '/file-sync ended in good order, and began anew.\n'],
    ['log debug', 'setLogLevel debug', 'zeus logs at debug until its next start or reload.\n'],
    ['bench integrity 50', 'bench /integrity 50', '/integrity: 50 messages in 20 ms, 2500/s\n'],
  ])('%s is given with it', async (order, asked, words) => {
    const ran = await script(order, { operate: true });
    expect(ran.code).toBe(0);
    expect(ran.asked.at(-1)).toBe(`zeus ${asked}`);
    expect(ran.out).toContain(words);
  });

  it('that the node refuses are told in its words, without control characters', async () => {
    const node = double({ tell: () => Promise.reject(new ControlError('bad-message', 'no\u001b[2Jsuch')) });
    expect(await script('tell keep-alive x', { operate: true }, node)).toMatchObject({
      code: 1,
      error: 'no\\x1b[2Jsuch\n',
    });
  });
});

describe('as JSON', () => {
  it('each command is one value on one line', async () => {
    const { out } = await script('tree; node worker1; help tree; top --rounds 2; export a.json', { json: true });
    const values = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(values[0]).toEqual(actors);
    expect(values[1]).toEqual({ node: 'worker1', role: 'worker', pid: 99 });
    expect(values[2][0].usage).toBe('tree');
    expect(values[3]).toHaveLength(2);
    expect(values[3][0]).toMatchObject({ afterMs: 1_000, actors: expect.arrayContaining([]) });
    expect(values[4]).toMatchObject({ file: 'a.json', node: 'worker1' });
    expect(values).toHaveLength(5);
  });

  it('a fault is the value of its command', async () => {
    expect(await script('show nothing', { json: true })).toMatchObject({
      code: 1,
      error: '',
      out: '{"error":{"code":"refused","message":"There is no actor \\"nothing\\" here. tree lists them."}}\n',
    });
  });

  it.each(['trace keep-alive', 'events --follow'])('%s must have an end', async (command) => {
    expect(await script(command, { json: true })).toMatchObject({ code: 1, out: expect.stringContaining('--for 5s') });
  });
});

describe('top', () => {
  it('through a pipe shows so many rounds, each over its pause', async () => {
    let looks = 0;
    const node = double({ tree: async () => [row('/a', { processed: 10 * looks++ })] });
    const { code, out } = await script('top --rounds 2 --every 2s --sort rate', {}, node);
    expect(code).toBe(0);
    expect(out.match(/1 actor, 5\.0 messages\/s/g)).toHaveLength(2);
    expect(looks).toBe(3);
  });

  it('goes on when the node is lost and comes back', async () => {
    let looks = 0;
    const node: ReturnType<typeof double> = double({
      tree: async () => {
        if (++looks === 2) {
          node.lose();
          setImmediate(() => node.begin(5));
          throw new ControlError('broken', 'closed');
        }
        return [row('/a')];
      },
    });
    const { code, error, out } = await script('top --rounds 3', {}, node);
    expect(code).toBe(0);
    expect(out.match(/1 actor/g)).toHaveLength(3);
    expect(error).toContain('connected again: pid 5');
  });

  it('of a script waits for a lost node for 30 s', async () => {
    let looks = 0;
    const node: ReturnType<typeof double> = double({
      tree: async () => {
        if (++looks > 1) node.lose();
        return [row('/a')];
      },
    });
    expect(await script('top --rounds 5', {}, node)).toMatchObject({
      code: 3,
      error: 'lost the node; trying again…\nNo Muster runs for R (/r).\n',
    });
  });
});

describe('trace', () => {
  /** Answers `batches` one after the other, then nothing. */
  const tracing = (batches: readonly (readonly string[])[], dropped = 0) => {
    let at = 0;
    return double({
      trace: async () => {
        const rows = (batches[at++] ?? []).map((message) => traced(message));
        return { type: 'trace', session: 4, rows, dropped: at === 1 ? dropped : 0, actors: 1 };
      },
    });
  };

  it('shows messages as they are handled, to the count, and says what was left out', async () => {
    const node = tracing(
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      7,
    );
    const { code, out, error, asked } = await script('trace keep-alive --count 3', {}, node);
    expect(code).toBe(0);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.split('  ')[2]),
    ).toEqual(['a', 'b', undefined, 'c']);
    expect(out).toContain('… 7 messages more, faster than is shown\n');
    expect(error).toBe('3 messages shown, 7 not: too fast\n');
    expect(asked.filter((words) => words.includes('trace'))).toEqual([
      'zeus trace /keep-alive ',
      'zeus trace /keep-alive 4',
    ]);
  });

  it('takes a pattern as it is, and ends after its time', async () => {
    const { code, asked, error } = await script('trace /links/* --for 2s', {}, tracing([['a']]));
    expect(code).toBe(0);
    expect(asked[1]).toBe('zeus trace /links/* ');
    expect(error).toBe('1 message\n');
  });

  it('says that nothing fits', async () => {
    const node = double({
      trace: async () => ({ type: 'trace', session: 1, rows: [], dropped: 0, actors: 0 }),
    });
    expect((await script('trace /x* --for 1s', {}, node)).error).toBe('No actor fits /x* now; waiting.\n0 messages\n');
  });

  it('begins a new session where the node forgot the old one', async () => {
    let questions = 0;
    const node = double({
      trace: async (_pattern, session) => {
        questions += 1;
        if (questions === 2) throw new ControlError('no-session', 'There is no such session.');
        return { type: 'trace', session: questions, rows: [traced(`m${session ?? 'new'}`)], dropped: 0, actors: 1 };
      },
    });
    const { code, out } = await script('trace keep-alive --count 3', {}, node);
    expect(code).toBe(0);
    expect(out.match(/mnew|m3/g)).toEqual(['mnew', 'mnew', 'm3']);
  });

  it('waits for a node that is not linked for a moment', async () => {
    let questions = 0;
    const node = double({
      trace: async () => {
        if (++questions < 3) throw new ControlError('not-linked', 'worker1 is not linked.');
        return { type: 'trace', session: 1, rows: [traced('m')], dropped: 0, actors: 1 };
      },
    });
    const { code, error } = await script('trace keep-alive --count 1', { node: 'worker1' }, node);
    expect(code).toBe(0);
    expect(error).toBe('worker1 is not linked. Trying again…\nit answers again\n1 message\n');
  });

  it('as JSON is one value', async () => {
    const { out } = await script('trace keep-alive --count 2', { json: true }, tracing([['a', 'b']], 1));
    expect(JSON.parse(out)).toMatchObject({
      pattern: '/keep-alive',
      dropped: 1,
      rows: [{ message: 'a' }, { message: 'b' }],
    });
  });
});

describe('events', () => {
  it('are the last, of one kind where it is named', async () => {
    const { asked } = await script('events --last 5 --kind crashed');
    expect(asked.at(-1)).toBe('zeus events {"last":5,"kind":"crashed"}');
    const none = double({ events: async () => ({ type: 'events', rows: [], next: 0, more: false }) });
    expect((await script('events', {}, none)).out).toBe('Nothing of that has happened.\n');
  });

  it('are followed, each once, without a pause where there are more', async () => {
    const node = double({
      events: async ({ after = 0 }) => ({
        type: 'events',
        rows: [event(after + 1)],
        next: after + 1,
        more: after === 1,
      }),
    });
    const { code, out, asked } = await script('events --follow --last 1 --count 4', {}, node);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(4);
    expect(asked.slice(1)).toEqual([
      'zeus events {"last":1}',
      ...[1, 2, 3].map((after) => `zeus events {"after":${after}}`),
    ]);
    expect((await script('events --follow --for 1s', { json: true })).code).toBe(0);
  });
});

describe('export', () => {
  it('writes what is known, and in words what cannot be had', async () => {
    const node = double({ links: () => Promise.reject(new ControlError('timeout', 'It is busy.')) });
    const { code, files } = await script('export a.json', {}, node);
    expect(code).toBe(0);
    expect(JSON.parse(files.get('a.json') ?? '')).toMatchObject({
      madeAt: expect.stringMatching(/^2025-/),
      node: 'zeus',
      health: { pid: health.pid },
      tree: actors,
      links: { error: 'It is busy.' },
      deadLetters: { count: 0 },
    });
  });

  it('that may not be written is refused', async () => {
    const { deps, told } = world(double());
    const save = () => Promise.reject(new Refusal('a.json is there already.'));
    expect(await inspect({ ...options, eval: 'export a.json' }, { ...deps, save })).toBe(1);
    expect(told.error).toBe('a.json is there already.\n');
  });
});

it('a tree that was cut says so', async () => {
  const many = Array.from({ length: 1_000 }, (_, at) => row(`/a${at}`));
  const { out } = await script('tree; top --rounds 1', {}, double({ tree: async () => many }));
  expect(out).toContain('These are the first 1000;');
  expect(out).toContain('the first 1000 actors');
});

it('help shows every command, and one with its examples', async () => {
  expect((await script('help')).out).toContain('dead-letters');
  const { out } = await script('help crash');
  expect(out).toContain('It changes the node');
  expect(out).toContain('  crash /keep-alive\n');
});
