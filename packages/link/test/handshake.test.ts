import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { encodeEnvelope, type Hello } from '@muster/protocol';
import { acceptLink, type LinkError, type OwnIdentity, openLink, tlsTransport, unixTransport } from '../src/index.ts';
import { deferred, until } from '../src/testing/index.ts';
import {
  depsWith,
  dialWorker,
  key,
  linked,
  type MasterOptions,
  master,
  masterRig,
  temporaryFolder,
  tls,
  worker,
} from './rig.ts';

const hello: Hello = {
  kind: 'hello',
  protocol: { min: 1, max: 1 },
  cluster: 'alpha',
  node: 'w1',
  role: 'worker',
  version: '0.1.0',
  wallMs: 0,
};

/** What both ends say when `dialer` calls a master. */
async function refusal(dialer: OwnIdentity, options: MasterOptions = {}, proven: OwnIdentity = dialer) {
  const rig = await masterRig(options);
  const connection = await dialWorker(rig.listening.port, proven);
  const theirs = await openLink(connection, dialer, depsWith()).then(
    () => undefined,
    (error: LinkError) => error,
  );
  await until('the master has its error', () => rig.errors.length === 1);
  await rig.close();
  return { theirs, ours: rig.errors[0] as LinkError, links: rig.links };
}

describe('a handshake', () => {
  it('tells both ends who the other is', async () => {
    const { near, far, close } = await linked({ own: { ...master, version: '0.2.0' } });
    expect(near.peer).toMatchObject({ node: 'main', role: 'master', version: '0.2.0', protocol: 1 });
    expect(far.peer).toMatchObject({ node: 'w1', role: 'worker', version: '0.1.0', protocol: 1 });
    expect(far.peer.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(Math.abs(near.peer.skewMs)).toBeLessThan(60_000);
    await close();
  });

  it('agrees on the highest protocol version that both speak', async () => {
    const rig = await masterRig({ own: { ...master, protocol: { min: 1, max: 3 } } });
    const link = await openLink(
      await dialWorker(rig.listening.port),
      { ...worker, protocol: { min: 2, max: 9 } },
      depsWith(),
    );
    expect(link.peer.protocol).toBe(3);
    await rig.close();
  });

  const refusals: readonly [string, OwnIdentity, MasterOptions, OwnIdentity | undefined, string, RegExp][] = [
    [
      'of another cluster',
      { ...worker, cluster: 'beta' },
      {},
      undefined,
      'wrong-cluster',
      /"beta", the master's is "alpha"/,
    ],
    [
      'of another protocol',
      { ...worker, protocol: { min: 2, max: 4 } },
      {},
      undefined,
      'protocol-range',
      /speaks the protocol 2 to 4.*speaks 1: upgrade/,
    ],
    ['with a bad name', { ...worker, node: 'w/../1' }, {}, worker, 'bad-name', /"w\/\.\.\/1" is no node name/],
    [
      'whose key proves another name',
      { ...worker, node: 'w2' },
      {},
      worker,
      'identity-mismatch',
      /says worker "w2".*proved worker "w1"/,
    ],
    [
      'whose key proves another cluster',
      { ...worker, cluster: 'beta' },
      {},
      worker,
      'identity-mismatch',
      /"beta".*proved.*"alpha"/,
    ],
    ['that is a master', { ...worker, role: 'master' }, {}, undefined, 'wrong-role', /only a worker may join/],
    [
      'with the name of the master',
      { ...worker, node: 'main' },
      {},
      undefined,
      'name-is-masters',
      /give the other node a <node_name>/,
    ],
    [
      'that the owner does not take',
      worker,
      {
        admit: () =>
          Promise.resolve({ accept: false, code: 'name-taken', text: '"w1" is held by 10.0.0.7 since 12:00' }),
      },
      undefined,
      'name-taken',
      /held by 10\.0\.0\.7 since/,
    ],
  ];

  it.each(refusals)(
    'refuses a node %s, on both ends with the same words',
    async (_, dialer, options, proven, code, text) => {
      const { theirs, ours, links } = await refusal(dialer, options, proven);
      expect(theirs).toMatchObject({ name: 'LinkError', code, remote: true, message: expect.stringMatching(text) });
      expect(ours).toMatchObject({ name: 'LinkError', code, remote: false, message: theirs?.message });
      expect(links).toEqual([]);
    },
  );

  it('asks the owner only about a hello in which nothing is wrong', async () => {
    let asked = 0;
    const admit = () => Promise.resolve({ accept: true as const, asked: ++asked });
    await refusal({ ...worker, cluster: 'beta' }, { admit });
    expect(asked).toBe(0);
  });

  it('tells the peer when the owner fails to decide', async () => {
    const { theirs, ours } = await refusal(worker, { admit: () => Promise.reject(new Error('owner broke')) });
    expect(theirs?.code).toBe('not-welcome');
    expect(ours.message).toBe('owner broke');
  });

  it('gives up on a peer that says nothing, and says so', async () => {
    // The same limit holds for TLS before it, which a busy machine must be able to keep.
    const rig = await masterRig({ limits: { handshakeMs: 2_000 } });
    const connection = await dialWorker(rig.listening.port);
    const closed = deferred<string>();
    let said = '';
    connection.listen({
      data: (bytes) => {
        said += Buffer.from(bytes).toString('latin1');
      },
      drained: () => {},
      closed: () => closed.resolve(said),
    });
    expect(await closed.promise).toMatch(/no hello within 2000 ms/);
    expect(rig.errors[0]).toMatchObject({ code: 'timeout' });
    await rig.close();
  });

  it('gives up on a master that does not answer the hello', async () => {
    const rig = await masterRig({ admit: () => new Promise(() => {}) });
    const opening = openLink(await dialWorker(rig.listening.port), worker, depsWith({ handshakeMs: 50 }));
    await expect(opening).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/no welcome within 50 ms/),
    });
    await rig.close();
  });

  it.each([
    ['garbage', Buffer.from('garbage, and more of it'), /too-long|unknown-frame/],
    ['a claim of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]), /too-long/],
    [
      'a hello of more than 4 KiB',
      encodeEnvelope({ ...hello, version: 'x' }).map((byte, at) => (at === 2 ? 0x10 : byte)),
      /too-long|4096/,
    ],
    ['a beat before the hello', encodeEnvelope({ kind: 'ping', id: 1 }), /not-yet/],
    ['two hellos at once', Buffer.concat([encodeEnvelope(hello), encodeEnvelope(hello)]), /not-yet/],
  ])('refuses %s in place of a hello', async (_, bytes, text) => {
    const rig = await masterRig();
    const connection = await dialWorker(rig.listening.port);
    let said = '';
    connection.listen({
      data: (more) => {
        said += Buffer.from(more).toString('latin1');
      },
      drained: () => {},
      closed: () => {},
    });
    connection.write(bytes);
    await until('it is refused', () => rig.errors.length === 1 && said.includes('refuse'));
    expect(rig.errors[0]).toMatchObject({ code: 'protocol-violation', message: expect.stringMatching(text) });
    expect(said).toMatch(/protocol-violation/);
    await rig.close();
  });

  it('works over a unix socket, where nothing is proven', async () => {
    const folder = temporaryFolder();
    const transport = unixTransport({ path: join(folder.path, 's') });
    const proven = deferred<unknown>();
    const listening = await transport.listen({
      rejected: () => {},
      connection: (connection) =>
        void acceptLink(
          connection,
          master,
          (_hello, identity) => {
            proven.resolve(identity);
            return Promise.resolve({ accept: true });
          },
          depsWith(),
        ),
    });
    const link = await openLink(await transport.dial(new AbortController().signal), worker, depsWith());
    expect(await proven.promise).toBeUndefined();
    expect(link.peer.node).toBe('main');
    link.destroy(new Error('done'));
    await listening.close();
    folder.remove();
  });
});

describe('dialing', () => {
  const dial = (port: number, more = {}) => dialWorker(port, worker, more);

  it('says that the key is wrong, on both ends', async () => {
    const rig = await masterRig();
    await expect(dial(rig.listening.port, { key: 'f'.repeat(32) })).rejects.toMatchObject({
      code: 'wrong-key',
      message: expect.stringMatching(/another <key>.*must be the same/),
    });
    await until('the master knows', () => rig.rejections.length === 1);
    expect(rig.rejections[0]).toMatchObject({
      code: 'wrong-key',
      text: expect.stringMatching(/^w1 at 127\.0\.0\.1:\d+ has another <key>/),
    });
    expect(JSON.stringify(rig.rejections)).not.toContain(key);
    await rig.close();
  });

  it('says that the key id is not known, on both ends', async () => {
    const rig = await masterRig();
    await expect(dial(rig.listening.port, { keyId: '2' })).rejects.toMatchObject({ code: 'unknown-identity' });
    await until('the master knows', () => rig.rejections.length === 1);
    expect(rig.rejections[0]?.code).toBe('unknown-identity');
    await rig.close();
  });

  it.each([
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'not-tls', /something else listens/],
    ['hangs up', undefined, 'hung-up', /closed the connection during the handshake/],
  ])('says that the listener %s', async (_, answer, code, text) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      if (answer === undefined) socket.destroy();
      else socket.end(answer);
      socket.resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const dialing = dial((server.address() as AddressInfo).port);
    await expect(dialing).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
    await new Promise((resolve) => server.close(resolve));
  });

  it('says that nobody answers in time', async () => {
    const server = createServer((socket) => void socket.on('error', () => {}));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const dialing = dial((server.address() as AddressInfo).port, { limits: depsWith({ handshakeMs: 50 }).limits });
    await expect(dialing).rejects.toMatchObject({ code: 'timeout', message: expect.stringMatching(/within 50 ms/) });
    server.close();
  });

  it('says that the host has no such name', async () => {
    const transport = tlsTransport(tls(worker, { dial: { host: 'no-such-host.invalid', port: 1516 } }));
    await expect(transport.dial(new AbortController().signal)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('refuses at once what can never be proven', () => {
    expect(() => tlsTransport(tls({ ...worker, node: 'a b' }))).toThrow(/a node name is/);
    expect(() => tlsTransport(tls({ ...worker, cluster: 'x'.repeat(129) }))).toThrow(/1 to 128/);
  });

  it('ends a plain connection that sends garbage, and says so', async () => {
    const rig = await masterRig();
    const socket = connect(rig.listening.port, '127.0.0.1', () => void socket.write('GET / HTTP/1.1\r\n\r\n'));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.on('close', resolve));
    await until('the master knows', () => rig.rejections.length === 1);
    expect(rig.rejections[0]).toMatchObject({
      code: 'not-tls',
      text: expect.stringMatching(/does not speak TLS 1\.3 \(http request\)/),
    });
    await rig.close();
  });
});
