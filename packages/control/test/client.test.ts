import { type ControlConnection, ControlError, connectControl, isUnreachable, type LocalReply } from '../src/index.ts';

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

  it('takes no answer of another kind', async () => {
    expect(await askTree(async () => ({ type: 'done' }))).toMatchObject({ code: 'unexpected' });
  });
});
