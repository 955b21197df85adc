import {
  type ControlConnection,
  ControlError,
  connectControl,
  isUnreachable,
  type LocalReply,
  type LocalRequest,
} from '../src/index.ts';

const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const wrapped = (code: string): Error => Object.assign(new Error('link'), { code: 'unreachable', cause: system(code) });

const connection = (answer: () => Promise<LocalReply>): ControlConnection => ({ ask: answer, close: () => {} });
const askTree = async (answer: () => Promise<LocalReply>): Promise<unknown> =>
  (await connectControl('/r', async () => connection(answer), 100)).tree().catch((error: unknown) => error);

const dialErrors: readonly [name: string, error: Error, code: string, words: string][] = [
  [
    'a missing socket',
    system('ENOENT'),
    'not-running',
    'No Muster runs for R (/r). Start it with: muster start --root /r',
  ],
  ['a socket that nobody listens on', system('ECONNREFUSED'), 'not-running', 'muster start --root /r'],
  ['a missing socket, told by the link', wrapped('ENOENT'), 'not-running', 'muster start --root /r'],
  ['a closed door', system('EACCES'), 'no-permission', 'This user may not open /r/queue/cluster/muster.sock'],
  ['silence', system('timeout'), 'timeout', 'did not answer in time'],
];

describe('the control client', () => {
  it.each(dialErrors)('puts %s into words that name the cure', async (_name, error, code, words) => {
    const failed = await connectControl('/r', () => Promise.reject(error), 100).catch((reason: unknown) => reason);
    expect(failed).toBeInstanceOf(ControlError);
    expect(failed).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(isUnreachable(failed)).toBe(true);
  });

  it('asks the socket below R', async () => {
    const paths: string[] = [];
    const dial = async (path: string) => {
      paths.push(path);
      return connection(async () => ({ type: 'done' }));
    };
    await (await connectControl('/var/ossec', dial, 100)).syncNow();
    expect(paths).toEqual(['/var/ossec/queue/cluster/muster.sock']);
  });

  it('hands on what the node refused, in its words', async () => {
    const refusal = Object.assign(new Error('There is no node w9. Nodes: w1, w2.'), { code: 'timeout', remote: true });
    const failed = await askTree(() => Promise.reject(refusal));
    expect(failed).toMatchObject({ code: 'timeout', message: 'There is no node w9. Nodes: w1, w2.' });
  });

  const clientOf = (answer: (message: LocalRequest) => LocalReply) =>
    connectControl('/r', async () => ({ ask: async (message) => answer(message), close: () => {} }), 100);
  const row = (id: number) =>
    ({ id, name: `a${id}`, ip: 'any', status: 'active', seenAgoMs: 5, version: '', groups: '' }) as const;

  it('asks page after page of agents, with the same filter, until there is no next', async () => {
    const asked: unknown[] = [];
    const client = await clientOf((message) => {
      asked.push(message);
      const after = message.type === 'get-agents' ? message.after : -1;
      if (after === 0) return { type: 'agents', rows: [row(1), row(2)], next: 2, total: 4 };
      if (after === 2) return { type: 'agents', rows: [], next: 5_000, total: 4 };
      return { type: 'agents', rows: [row(5_001)], total: 4 };
    });
    const ids: number[] = [];
    for await (const { rows } of client.allAgents({ group: 'web' })) ids.push(...rows.map(({ id }) => id));
    expect(ids).toEqual([1, 2, 5_001]);
    expect(asked).toEqual([0, 2, 5_000].map((after) => ({ type: 'get-agents', group: 'web', after })));
  });

  const disorder: readonly [name: string, page: LocalReply][] = [
    ['that lead nowhere', { type: 'agents', rows: [], next: 0, total: 4 }],
    ['whose next is one of the page', { type: 'agents', rows: [row(1), row(2)], next: 1, total: 4 }],
    ['with an agent twice', { type: 'agents', rows: [row(1), row(1)], total: 4 }],
  ];
  it.each(disorder)('gives up on pages %s', async (_name, page) => {
    const client = await clientOf(() => page);
    const read = async (): Promise<void> => {
      for await (const _ of client.allAgents());
    };
    await expect(read()).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('takes a refusal of a registration as its answer', async () => {
    const refused = { type: 'registration-refused', code: 9008, text: 'Duplicate name.' } as const;
    const client = await clientOf(() => refused);
    expect(await client.register({ name: 'web-1', ip: 'any' })).toEqual(refused);
    await expect(client.agent(1)).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('takes no answer of another kind', async () => {
    expect(await askTree(async () => ({ type: 'done' }))).toMatchObject({ code: 'unexpected' });
  });
});
