import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { lineOf } from '../../src/agent-line.ts';
import { AgentRefusedError, connectAgent } from '../../src/agents/connection.ts';
import { enrol } from '../../src/agents/enrol.ts';
import { until } from '../../src/testing/index.ts';

const identity = { id: 1, key: 'k' };
const never = new AbortController().signal;
const challenge = lineOf({ type: 'challenge', nonce: 'n' });
const welcome = lineOf({ type: 'welcome', node: 'node1' });

let server: Server;
let peers: Socket[] = [];
/** A server that does as it likes with each line that it gets. */
async function serve(begin: string, answer: (line: string, socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    peers.push(socket);
    socket.on('error', () => {}).on('data', (bytes) => answer(bytes.toString(), socket));
    socket.write(begin);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
afterEach(async () => {
  for (const peer of peers) peer.destroy();
  peers = [];
  await new Promise((resolve) => server.close(resolve));
});

const connectTo = (port: number, patienceMs = 120_000) =>
  connectAgent({ host: '127.0.0.1', enrolPort: port, agentsPort: port }, identity, patienceMs);

/** Welcomes, and leaves the rest to `then`. */
const welcoming = (then: (socket: Socket) => void) =>
  serve(challenge, (line, socket) => {
    if (line.includes('hello')) socket.write(welcome);
    else then(socket);
  });

describe('an agent that connects', () => {
  it('gives up a server that says nothing', async () => {
    await expect(connectTo(await serve('', () => {}), 50)).rejects.toThrow('did not answer within 50 ms');
  });

  it.each([
    ['nonsense\n', 'may not say'],
    [welcome, 'began with welcome'],
    [`${challenge}${challenge}`, 'answered hello with challenge'],
    ['x'.repeat(100_000), 'longer than'],
  ])('gives up a server that begins with %j', async (begin, words) => {
    await expect(connectTo(await serve(begin, () => {}))).rejects.toThrow(words);
  });

  it('gives up a server that closes the connection', async () => {
    await expect(connectTo(await serve(challenge, (_, socket) => socket.end()))).rejects.toThrow(
      'closed the connection',
    );
  });

  it('tells a refusal from a failure', async () => {
    const refused = lineOf({ type: 'refused', text: 'There is no agent 1.' });
    await expect(connectTo(await serve(challenge, (_, socket) => socket.end(refused)))).rejects.toThrow(
      AgentRefusedError,
    );
  });

  it('is told nothing by a port where nobody listens', async () => {
    const port = await serve('', () => {});
    await new Promise((resolve) => server.close(resolve));
    await expect(connectTo(port)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a connected agent', () => {
  it('loses a server that does not take what it says', async () => {
    // So long, for it is welcomed within the same time, on a busy machine, too.
    const connection = await connectTo(await welcoming(() => {}), 5_000);
    await expect(connection.say({ type: 'startup' })).rejects.toThrow('did not answer within 5000 ms');
    expect(connection.ended.aborted).toBe(true);
    await expect(connection.say({ type: 'startup' })).rejects.toThrow('did not answer');
  });

  it('loses a server that answers with something else', async () => {
    const connection = await connectTo(await welcoming((socket) => socket.write(welcome)));
    await connection.say({ type: 'startup' });
    expect(connection.ended.reason).toEqual(new Error('The server answered startup with welcome'));
  });

  it('notices that the server is gone while it says nothing', async () => {
    const connection = await connectTo(await welcoming(() => {}));
    peers[0]!.destroy();
    await until('it is ended', () => connection.ended.aborted);
  });

  it('notices a server that closes only its side', async () => {
    const connection = await connectTo(await welcoming(() => {}));
    peers[0]!.end();
    await until('it is ended', () => connection.ended.aborted);
  });
});

describe('an enrolment', () => {
  it('fails at what is no TLS, at silence and when it is given up', async () => {
    const port = await serve('hello\n', () => {});
    const at = { host: '127.0.0.1', enrolPort: port, agentsPort: port };
    await expect(enrol(at, { name: 'gate' }, 120_000, never)).rejects.toThrow();
    await expect(enrol(at, { name: 'gate' }, 120_000, AbortSignal.abort())).rejects.toThrow('given up');
  });

  it('fails in time at a server that says nothing', async () => {
    const port = await serve('', () => {});
    const at = { host: '127.0.0.1', enrolPort: port, agentsPort: port };
    await expect(enrol(at, { name: 'gate' }, 50, never)).rejects.toThrow('No answer within 50 ms');
  });
});
