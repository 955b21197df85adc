import type { Connection } from '@muster/link';
import { openDice } from '../../src/dice.ts';
import { frameOf, openFrames } from '../../src/doors/frames.ts';
import { openHost } from '../../src/host.ts';
import { openTimeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';
import { simulatedClusterSocket } from '../../src/world/cluster-socket.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function open() {
  const timeline = openTimeline(openDice(1), openTrace(10));
  const host = openHost(timeline, 'worker1', 1);
  const socket = simulatedClusterSocket(host);
  const connections: Connection[] = [];
  const controller = new AbortController();
  await socket.listen(
    { connection: (connection) => void connections.push(connection), lost: () => {} },
    controller.signal,
  );
  const heard: string[] = [];
  const end = socket.connect({
    data: (bytes) => void heard.push(text(bytes)),
    closed: () => void heard.push('closed'),
  })!;
  await timeline.drive(() => false);
  const [connection] = connections;
  const said: string[] = [];
  connection!.listen({
    data: (bytes) => void said.push(text(bytes)),
    drained: () => {},
    closed: () => void said.push('closed'),
  });
  return {
    host,
    socket,
    controller,
    end,
    heard,
    said,
    connection: connection!,
    pass: () => timeline.drive(() => false),
  };
}

describe('the cluster socket of a node', () => {
  it('carries bytes both ways, in order', async () => {
    const { end, connection, heard, said, pass } = await open();
    end.write(Buffer.from('a'));
    end.write(Buffer.from('b'));
    connection.write(Buffer.from('c'));
    connection.write(Buffer.from('d'));
    await pass();
    expect([said, heard]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('keeps what is not read until it is', async () => {
    const { end, connection, said, pass } = await open();
    connection.pause();
    end.write(Buffer.from('a'));
    await pass();
    expect(said).toEqual([]);
    connection.resume();
    expect(said).toEqual(['a']);
  });

  it('sends what was written before it closes', async () => {
    const { connection, heard, said, socket, pass } = await open();
    connection.write(Buffer.from('last'));
    connection.end();
    await pass();
    expect(heard).toEqual(['last', 'closed']);
    expect(said).toEqual(['closed']);
    expect(socket.open()).toBe(0);
  });

  it('closes with whoever listens', async () => {
    const { controller, heard, said, socket, pass } = await open();
    controller.abort();
    await pass();
    expect([heard, said]).toEqual([['closed'], ['closed']]);
    expect(socket.connect({ data: () => {}, closed: () => {} })).toBeUndefined();
  });

  it('closes with its process, which hears nothing any more', async () => {
    const { host, heard, said, pass } = await open();
    host.kill();
    await pass();
    expect([heard, said]).toEqual([['closed'], []]);
  });
});

it('a program reads a frame however its bytes come', () => {
  const frames: unknown[] = [];
  const take = openFrames((frame) => void frames.push(frame));
  const bytes = Buffer.concat([frameOf(1, 'ok', '{}'), frameOf(2, 'err', '')]);
  for (const byte of bytes) take(Uint8Array.of(byte));
  expect(frames).toEqual([
    { command: 'ok', text: '{}' },
    { command: 'err', text: '' },
  ]);
});
