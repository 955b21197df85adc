import { systemClock } from '@muster/actor';
import { type ControlClient, ControlError, type NodeClient } from '@muster/control';
import { plain } from '@muster/render';
import type { CommandDeps, StartOptions } from '../src/commands.ts';
import { runProgram } from '../src/program.ts';

const master = {
  name: 'zeus',
  role: 'master',
  version: '0.1.0',
  address: '10.0.0.1',
  liveness: 'up',
  reason: '',
  sync: 'in-sync',
  behindMs: 0,
  files: 3,
  heardMs: 0,
  loopDelayMs: 0,
} as const;

const hostile = 'gone\u001b]0;mine\u0007';
const shown = 'gone\\x1b]0;mine\\x07';

it('no word of a peer reaches the terminal as a command to it', async () => {
  expect((await run('why zeus', { explain: async () => hostile })).out).toBe(`${shown}\n`);
  expect((await run('health', new Error(`${hostile}\nsecond`))).error).toBe(`${shown}\nsecond\n`);
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly roots: readonly string[];
  readonly started: readonly StartOptions[];
  readonly closed: number;
}

/** Runs one command line against a node that `client` stands for. */
async function run(
  line: string,
  client: Partial<ControlClient> | Error = {},
  environment: Record<string, string> = {},
  deps: Partial<CommandDeps> = {},
): Promise<Ran> {
  const told = { out: '', error: '', roots: [] as string[], started: [] as StartOptions[], closed: 0 };
  const close = (): void => {
    told.closed += 1;
  };
  const open: CommandDeps['open'] = async (root) => {
    told.roots.push(root);
    if (client instanceof Error) throw client;
    const at = () => ({ ...client }) as unknown as NodeClient;
    return { close, at, ...client } as ControlClient;
  };
  const all: CommandDeps = {
    ...{ open, look: open, clock: systemClock, wallNow: () => 0, interrupt: () => new AbortController().signal },
    run: async (options) => {
      told.started.push(options);
      return 75;
    },
    detach: async (options) => {
      told.started.push(options);
      return 0;
    },
    checkConfig: async () => ({ ok: true, text: 'fine', value: { ok: true } }),
    doctor: async () => 0,
    supportBundle: async () => 0,
    stop: async () => 'ended',
    readConfig: async () => {
      throw new Error('there is no configuration');
    },
    newKey: async () => 'k'.repeat(32),
    users: {} as CommandDeps['users'],
    inspect: async () => 0,
    ...deps,
  };
  const output = {
    out: (text: string) => void Object.assign(told, { out: `${told.out}${text}\n` }),
    error: (text: string) => void Object.assign(told, { error: `${told.error}${text}\n` }),
    paint: plain,
  };
  const argv = line.split(' ').filter((word) => word !== '');
  const code = await runProgram(argv, all, output, environment, '0.1.0');
  return { code, ...told };
}

const cluster = async () => ({ type: 'cluster' as const, cluster: 'c', nodes: [{ ...master }] });
const late = async () => ({
  type: 'cluster' as const,
  cluster: 'c',
  nodes: [{ ...master, liveness: 'down' as const }],
});

describe('the command line', () => {
  it('shows the nodes and ends with 0 when all is in sync', async () => {
    const { code, out, error, closed } = await run('nodes', { cluster });
    expect([code, error, closed]).toEqual([0, '', 1]);
    expect(out).toContain('zeus  master  up');
  });

  it('ends with 2 when not all is in sync', async () => {
    expect((await run('nodes', { cluster: late })).code).toBe(2);
    expect((await run('nodes --json', { cluster: late })).code).toBe(2);
  });

  it('prints whole milliseconds', async () => {
    const timed = async () => ({
      ...(await cluster()),
      nodes: [{ ...master, behindMs: 0.4, heardMs: 499.51, skewMs: -1.2 }],
    });
    const { nodes } = JSON.parse((await run('nodes --json', { cluster: timed })).out);
    expect(nodes).toMatchObject([{ behindMs: 0, heardMs: 500, skewMs: -1 }]);
  });

  it('prints JSON that parses', async () => {
    expect(JSON.parse((await run('nodes --json', { cluster })).out)).toMatchObject({ nodes: [{ name: 'zeus' }] });
    expect(JSON.parse((await run('tree --json', { tree: async () => [] })).out)).toEqual([]);
  });

  it('prints the metrics of the node, or of another one, as they are', async () => {
    const asked: unknown[] = [];
    const at = ((node: string | undefined) => {
      asked.push(node);
      return { metrics: async () => `up 1\nb{x="${hostile}"} 2\n` };
    }) as never;
    expect((await run('metrics', { at })).out).toBe(`up 1\nb{x="${shown}"} 2\n`);
    await run('metrics --node worker1', { at });
    expect(asked).toEqual([undefined, 'worker1']);
  });

  it('ends with 3 and the cure on stderr when nothing runs', async () => {
    const gone = new ControlError('not-running', 'No Muster runs for R (/r).');
    expect(await run('health --root /r', gone)).toMatchObject({
      code: 3,
      out: '',
      error: 'No Muster runs for R (/r).\n',
    });
  });

  it('ends with 1 and the node’s words when it refuses, and closes the connection', async () => {
    const explain = () => Promise.reject(new ControlError('no-such-node', 'There is no node w9.'));
    expect(await run('why w9', { explain })).toMatchObject({ code: 1, error: 'There is no node w9.\n', closed: 1 });
  });

  it('takes R from --root, then from MUSTER_ROOT, then /var/ossec', async () => {
    expect((await run('nodes --root /a', { cluster }, { MUSTER_ROOT: '/b' })).roots).toEqual(['/a']);
    expect((await run('nodes', { cluster }, { MUSTER_ROOT: '/b' })).roots).toEqual(['/b']);
    expect((await run('nodes --root here', { cluster })).roots).toEqual([`${process.cwd()}/here`]);
    expect((await run('nodes', { cluster }, { MUSTER_ROOT: '' })).roots).toEqual(['/var/ossec']);
  });

  it('runs the daemon itself with -f and ends with its code', async () => {
    const { code, started } = await run('start -f -d -d -r --log-format json --root /a');
    expect(code).toBe(75);
    expect(started).toEqual([{ root: '/a', foreground: true, debug: 2, logFormat: 'json', stayRoot: true }]);
  });

  it('takes -dd and no more than two', async () => {
    expect((await run('start -ddd')).started[0]?.debug).toBe(2);
    expect((await run('start -d')).started[0]).toMatchObject({ debug: 1, foreground: false });
  });

  it('prints a key of 32 characters', async () => {
    expect(await run('key')).toMatchObject({ code: 0, out: `${'k'.repeat(32)}\n` });
  });

  it('prints a sound configuration on stdout and a faulty one on stderr', async () => {
    expect(await run('check-config')).toMatchObject({ code: 0, out: 'fine\n' });
    const checkConfig = async () => ({ ok: false, text: 'key: missing', value: { ok: false } });
    expect(await run('check-config', {}, {}, { checkConfig })).toMatchObject({
      code: 1,
      out: '',
      error: 'key: missing\n',
    });
  });

  it('shows the balance, with a plan when it is asked for, and ends with 2 while it is none', async () => {
    const view = { endpoint: '/s', reachable: true, phase: 'balanced', doing: 'balanced', sessions: 0 } as const;
    const rest = { servers: [], advice: [], plans: 0, cuts: 0, restartsSeen: 0 };
    const balance = async () => ({ type: 'balance' as const, instances: [{ ...view, ...rest }] });
    const busy = async () => ({
      type: 'balance' as const,
      instances: [{ ...view, ...rest, phase: 'cutting' as const }],
    });
    expect((await run('balance', { balance })).out).not.toContain('A plan made now');
    expect((await run('balance --plan', { balance })).out).toContain('A plan made now would move none of 0 agents.');
    expect(JSON.parse((await run('balance --json', { balance })).out)).toMatchObject({
      instances: [{ endpoint: '/s' }],
    });
    expect([(await run('balance', { balance })).code, (await run('balance', { balance: busy })).code]).toEqual([0, 2]);
  });

  it('drains a node and ends that, in the words of the node where it refuses', async () => {
    const wishes: unknown[] = [];
    const drain = async (...wish: readonly [string, boolean]) => wishes.push(wish) > 0;
    const at = (reachable: boolean) => async () => ({
      type: 'balance' as const,
      instances: [
        {
          ...{ endpoint: '/s', reachable, phase: 'balanced' as const, doing: 'balanced', sessions: 0 },
          ...{ servers: [], advice: [], plans: 0, cuts: 0, restartsSeen: 0 },
        },
      ],
    });
    const balance = at(true);
    expect(await run('drain w1', { drain, balance })).toMatchObject({
      code: 0,
      out: expect.stringContaining('w1 is drained: its agents are moved, and it gets no new ones until'),
    });
    expect(await run('undrain w1', { drain, balance })).toMatchObject({
      code: 0,
      out: expect.stringContaining('w1 gets agents again'),
    });
    expect(wishes).toEqual([
      ['w1', true],
      ['w1', false],
    ]);
    const refused = () => Promise.reject(new ControlError('last-node', 'It is the last.'));
    expect(await run('drain w1', { drain: refused })).toMatchObject({ code: 1, error: 'It is the last.\n' });
    expect(await run('drain w;1', { drain })).toMatchObject({ code: 1 });
    const again = async () => false;
    expect(await run('undrain w1', { drain: again, balance })).toMatchObject({
      code: 0,
      out: 'w1 was not drained: nothing is changed.\n',
    });
    expect(await run('drain w1', { drain: again, balance })).toMatchObject({
      out: expect.stringContaining('w1 was, and stays, drained'),
    });
    expect(await run('drain w1', { drain, balance: at(false) })).toMatchObject({
      out: expect.stringContaining('At /s this is done once HAProxy can be reached'),
    });
  });

  it('forgets a worker', async () => {
    const names: string[] = [];
    const { code, out } = await run('forget w9', { forget: async (name: string) => void names.push(name) });
    expect([code, names]).toEqual([0, ['w9']]);
    expect(out).toBe('w9 is forgotten; should it link again, it is listed again.\n');
  });

  it('sets the level of the log', async () => {
    const levels: string[] = [];
    const setLogLevel = async (level: string) => void levels.push(level);
    expect((await run('log-level debug2', { setLogLevel })).code).toBe(0);
    expect((await run('log-level critical', { setLogLevel })).out).toContain('until its next start or reload');
    expect(levels).toEqual(['debug2', 'critical']);
  });

  it('takes --root before the command as well; the one behind it counts', async () => {
    expect((await run('--root /a nodes', { cluster }, { MUSTER_ROOT: '/b' })).roots).toEqual(['/a']);
    expect((await run('--root /a nodes --root /c', { cluster })).roots).toEqual(['/c']);
    expect((await run('--root /a start')).started[0]?.root).toBe('/a');
  });

  it('says in its help where the default of --root comes from', async () => {
    expect((await run('start --help', {}, { MUSTER_ROOT: '/b' })).out).toContain('(default: /b, by MUSTER_ROOT)');
    expect((await run('start --help')).out).toContain('(default: /var/ossec)');
  });

  it('stops the process that the node says it is', async () => {
    const stopped: number[] = [];
    const stop = async (pid: number) => {
      stopped.push(pid);
      return 'ended' as const;
    };
    const health = async () => ({ pid: 4711 }) as never;
    const { code, out, closed } = await run('stop --root /a', { health }, {}, { stop });
    expect([code, out, closed]).toEqual([0, 'Muster of R (/a) has ended; it was process 4711.\n', 1]);
    expect(stopped).toEqual([4711]);
  });

  it.each([
    ['not-allowed', 'may not be stopped by you'],
    ['not-here', 'container'],
    ['late', 'has not ended after 60 s'],
  ] as const)('ends with 1 and words when a stop is %s', async (outcome, words) => {
    const health = async () => ({ pid: 4711 }) as never;
    const { code, out, error } = await run('stop', { health }, {}, { stop: async () => outcome });
    expect([code, out]).toEqual([1, '']);
    expect(error).toContain(words);
  });

  it('ends with 3 where there is nothing to stop', async () => {
    const gone = new ControlError('not-running', 'No Muster runs for R (/r).');
    expect(await run('stop', gone)).toMatchObject({ code: 3, error: 'No Muster runs for R (/r).\n' });
  });

  const wrong: readonly [line: string, words: string][] = [
    ['nonsense', "unknown command 'nonsense'"],
    ['nodes --yaml', "unknown option '--yaml'"],
    ['why', "missing required argument 'node'"],
    ['why no-such!', 'muster nodes lists them'],
    [`why ${'n'.repeat(65)}`, 'muster nodes lists them'],
    ['log-level loud', 'Allowed choices are critical, error, warning, info, debug, debug2'],
    ['start --log-format xml', 'Allowed choices are plain, json'],
  ];
  it.each(wrong)('refuses «%s» with 1 and says what is allowed', async (line, words) => {
    const { code, error, out } = await run(line);
    expect([code, out]).toEqual([1, '']);
    expect(error).toContain(words);
  });

  it('documents the exit codes in its help', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toContain('2  nodes, health, balance: the node answered, and not everything is in sync, or balanced');
  });

  it('shows its help as a fault when no command is given', async () => {
    expect((await run('')).code).toBe(1);
  });
});

describe('inspect', () => {
  it('hands its options on, and ends as the inspector does', async () => {
    const given: unknown[] = [];
    const inspect: CommandDeps['inspect'] = async (root, options) => {
      given.push([root, options]);
      return 3;
    };
    expect((await run('inspect', {}, {}, { inspect })).code).toBe(3);
    await run('inspect --node worker1 --operate --json --eval tree --root /r', {}, {}, { inspect });
    expect(given).toEqual([
      ['/var/ossec', { node: undefined, operate: false, json: false, eval: undefined }],
      ['/r', { node: 'worker1', operate: true, json: true, eval: 'tree' }],
    ]);
  });

  it('of a node that can have no such name is refused', async () => {
    expect(await run('inspect --node ../x')).toMatchObject({ code: 1, error: expect.stringContaining('letters') });
  });
});
