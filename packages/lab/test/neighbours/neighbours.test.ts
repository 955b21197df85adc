import { existsSync, readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { lineOf } from '../../src/agent-line.ts';
import { type AgentConnection, AgentRefusedError, connectAgent } from '../../src/agents/connection.ts';
import { enrol } from '../../src/agents/enrol.ts';
import type { AgentServer } from '../../src/agents/server.ts';
import { until } from '../../src/testing/index.ts';
import { openRig, type Rig } from './rig.ts';

const report = { uname: 'Linux', version: 'Wazuh v3.8.2', configSum: 'c', mergedSum: 'm', labels: [] } as const;
const never = new AbortController().signal;
const patienceMs = 120_000;

let rig: Rig;
let open: AgentConnection[] = [];
beforeEach(async () => {
  rig = await openRig(2);
});
afterEach(async () => {
  for (const connection of open) connection.close();
  open = [];
  await rig.close();
});

const server = (index = 0): AgentServer => ({ host: '127.0.0.1', ...rig.nodes[index]! });
const enrolAs = (name: string) => enrol(server(), { name }, patienceMs, never);
async function connected(identity: { id: number; key: string }, index = 0): Promise<AgentConnection> {
  const connection = await connectAgent(server(index), identity, patienceMs);
  open.push(connection);
  return connection;
}
const infoPath = (name: string, index = 0): string => join(rig.roots[index]!, 'queue/agent-info', `${name}-any`);

/** Everything that comes back for `text`. */
const rawEnrol = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: server().enrolPort, rejectUnauthorized: false });
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString();
    });
    socket.on('error', reject).on('close', () => resolve(heard));
    socket.write(text);
  });

const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connectPlain({ host: '127.0.0.1', port: server().agentsPort });
    let heard = '';
    socket.on('data', (bytes) => {
      if (heard === '') socket.write(text);
      heard += bytes.toString();
    });
    socket.on('error', () => {}).on('close', () => resolve(heard));
  });

describe('the stand-in of authd', () => {
  it('gives an agent what the registrar says', async () => {
    expect(await enrolAs('gate-1')).toEqual({ id: 1, name: 'gate-1', ip: 'any', key: '1'.padStart(64, '0') });
  });

  it('speaks the text of authd, character for character', async () => {
    expect(await rawEnrol("OSSEC A:'gate-1' G:'dmz' IP:'src'\n")).toBe(
      `OSSEC K:'001 gate-1 127.0.0.1 ${'1'.padStart(64, '0')}'\n\n`,
    );
    expect(await rawEnrol('GET / HTTP/1.1\n')).toMatch(
      /^ERROR: the request is not understood.*Unable to add agent\n\n$/,
    );
  });

  it('hands on groups and the hash of an older key', async () => {
    const asked: unknown[] = [];
    rig.registrar = async (request) => {
      asked.push(request);
      return { refused: 'No' };
    };
    await rawEnrol(`OSSEC A:'gate-1' G:'a,b' K:'${'0'.repeat(40)}'\n`);
    expect(asked).toEqual([{ name: 'gate-1', ip: 'any', groups: ['a', 'b'], keyHash: '0'.repeat(40) }]);
  });

  it('tells an agent why it was refused', async () => {
    rig.registrar = async () => ({ refused: 'Duplicate name' });
    expect(await enrolAs('gate-1')).toEqual({ refused: 'Duplicate name. Unable to add agent' });
  });

  it('says when the master cannot be asked, and warns of it', async () => {
    rig.registrar = () => Promise.reject(new Error('no socket'));
    expect(await enrolAs('gate-1')).toEqual({ refused: 'Cannot comunicate with master' });
    expect(rig.warnings).toEqual(['gate-1 could not be registered: no socket']);
  });

  it('bears whoever speaks no TLS, says nothing or too much, and serves the next', async () => {
    await new Promise((resolve) =>
      connectPlain(server().enrolPort, '127.0.0.1')
        .on('error', () => {})
        .on('close', resolve)
        .end('x'),
    );
    expect(await rawEnrol('x'.repeat(20_000)).catch(() => '')).toBe('');
    expect(await enrolAs('gate-1')).toMatchObject({ id: 1 });
  });
});

describe('the stand-in of remoted', () => {
  it('welcomes an agent that has its key, and writes what it reports', async () => {
    const agent = rig.add({ name: 'gate-1', ip: 'any' });
    const connection = await retried(() => connected(agent));
    expect(connection.node).toBe('node1');
    await connection.say({ type: 'startup' });
    expect(readFileSync(infoPath('gate-1'), 'utf8')).toBe('');
    await connection.say({ type: 'keep-alive', report });
    expect(readFileSync(infoPath('gate-1'), 'utf8')).toContain('"node_name":node1');
    expect(rig.nodes[0]!.connected()).toEqual([1]);
  });

  it('refuses an agent that it does not know, or that has another key', async () => {
    await expect(connected({ id: 9, key: 'k' })).rejects.toThrow(
      new AgentRefusedError('There is no agent 9 in client.keys here.'),
    );
    const { id } = rig.add({ name: 'gate-1', ip: 'any' });
    const refused = (error: Error): boolean => error.message.includes('not the key');
    await until('the key is read', () => connected({ id, key: 'k' }).then(() => false, refused));
  });

  it('ends the connection of an agent whose key is gone, at once, and writes nothing more of it', async () => {
    const agent = rig.add({ name: 'gate-1', ip: 'any' });
    const other = rig.add({ name: 'gate-2', ip: 'any' });
    const connection = await retried(() => connected(agent));
    const staying = await retried(() => connected(other));
    rig.remove(agent.id);
    await until('the connection ends', () => connection.ended.aborted);
    await expect(connection.say({ type: 'startup' })).rejects.toThrow();
    expect(existsSync(infoPath('gate-1'))).toBe(false);
    await staying.say({ type: 'startup' });
    await expect(connected(agent)).rejects.toThrow('There is no agent 1');
  });

  it('keeps the newer of two connections of one agent', async () => {
    const agent = rig.add({ name: 'gate-1', ip: 'any' });
    const older = await retried(() => connected(agent));
    const newer = await connected(agent);
    await until('the older ends', () => older.ended.aborted);
    await newer.say({ type: 'startup' });
    expect(rig.nodes[0]!.connected()).toEqual([agent.id]);
  });

  it('forgets an agent that says goodbye', async () => {
    const agent = rig.add({ name: 'gate-1', ip: 'any' });
    const connection = await retried(() => connected(agent));
    await connection.say({ type: 'shutdown' }).catch(() => {});
    await until('it is gone', () => rig.nodes[0]!.connected().length === 0);
  });

  it.each(['nonsense\n', lineOf({ type: 'startup' }), `${'x'.repeat(70_000)}\n`])(
    'shuts out who does not begin with hello',
    async (text) => {
      expect(await raw(text)).toContain('"challenge"');
      expect(rig.nodes[0]!.connected()).toEqual([]);
    },
  );
});

/** A key that was added a moment ago is not read yet. */
async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await until('the key is read', async () => {
    result = { value: await attempt() };
    return true;
  });
  return result!.value;
}
