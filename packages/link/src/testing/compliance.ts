/** What every transport promises, as cases that any test runner can run. */
import assert from 'node:assert/strict';
import type { Connection, Listening, Transport } from '../transport.ts';
import { deferred, until } from './until.ts';

export interface ComplianceCase {
  /** Reads as a sentence of the specification. */
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** A fresh transport for one case: `dialer` is made when the address is known. */
export interface Subject {
  readonly listener: Transport;
  readonly dialer: (listening: Listening) => Transport;
  readonly dispose?: () => void;
}

/** One end of a connection with what it has seen. */
interface End {
  readonly connection: Connection;
  readonly seen: { bytes: number; text: string; drained: number; closed: number; error: Error | undefined };
}

interface Pair {
  readonly near: End;
  readonly far: End;
  readonly listening: Listening;
}

function observe(connection: Connection): End {
  const seen: End['seen'] = { bytes: 0, text: '', drained: 0, closed: 0, error: undefined };
  connection.listen({
    data: (bytes) => {
      seen.bytes += bytes.byteLength;
      if (seen.text.length < 10_000) seen.text += Buffer.from(bytes).toString('latin1');
    },
    drained: () => {
      seen.drained += 1;
    },
    closed: (error) => {
      seen.closed += 1;
      seen.error = error;
    },
  });
  return { connection, seen };
}

async function opened(subject: Subject): Promise<{ near: Connection; far: Connection; listening: Listening }> {
  const accepted = deferred<Connection>();
  const listening = await subject.listener.listen({ connection: accepted.resolve, rejected: () => {} });
  const near = await subject.dialer(listening).dial(new AbortController().signal);
  return { near, far: await accepted.promise, listening };
}

async function withPair(make: () => Subject, check: (pair: Pair) => Promise<void>): Promise<void> {
  const subject = make();
  const { near, far, listening } = await opened(subject);
  const pair = { near: observe(near), far: observe(far), listening };
  try {
    await check(pair);
  } finally {
    near.destroy();
    far.destroy();
    await until('both ends are closed', () => pair.near.seen.closed === 1 && pair.far.seen.closed === 1);
    await listening.close();
    subject.dispose?.();
  }
}

const utf8 = (text: string): Uint8Array => Buffer.from(text);

async function arrivesInOrder({ near, far }: Pair): Promise<void> {
  const words = Array.from({ length: 500 }, (_, index) => `${index},`);
  for (const word of words) near.connection.write(utf8(word));
  for (const word of words) far.connection.write(utf8(word));
  await until('all bytes are there', () => far.seen.text.endsWith('499,') && near.seen.text.endsWith('499,'));
  assert.equal(far.seen.text, words.join(''));
  assert.equal(near.seen.text, words.join(''));
}

async function endDelivers({ near, far }: Pair): Promise<void> {
  near.connection.write(Buffer.alloc(1_000_000));
  near.connection.write(utf8('last'));
  near.connection.end();
  await until('both are closed', () => near.seen.closed === 1 && far.seen.closed === 1);
  assert.equal(far.seen.bytes, 1_000_004);
  assert.equal(far.seen.error, undefined);
}

async function destroyCloses({ near, far }: Pair): Promise<void> {
  near.connection.destroy(new Error('for the test'));
  near.connection.destroy();
  near.connection.end();
  near.connection.write(utf8('into the void'));
  await until('both are closed', () => near.seen.closed === 1 && far.seen.closed === 1);
  assert.equal(near.seen.error?.message, 'for the test');
}

async function pauseHoldsBack({ near, far }: Pair): Promise<void> {
  far.connection.pause();
  const total = 16 * 1024 * 1024;
  for (let sent = 0; sent < total; sent += 65_536) near.connection.write(Buffer.alloc(65_536));
  await until('the writer sees a backlog', () => near.connection.buffered() > 1024 * 1024);
  const before = far.seen.bytes;
  await until('the loop has turned', await turns(20));
  assert.equal(far.seen.bytes, before);
  far.connection.resume();
  await until('everything arrives', () => far.seen.bytes === total);
  await until('the writer is told', () => near.seen.drained > 0 && near.connection.buffered() === 0);
}

/** True after so many turns of the event loop. */
async function turns(count: number): Promise<() => boolean> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  return () => true;
}

async function corkKeepsOrder({ near, far }: Pair): Promise<void> {
  near.connection.cork();
  for (const word of ['a', 'b', 'c']) near.connection.write(utf8(word));
  near.connection.uncork();
  await until('it arrives', () => far.seen.text === 'abc');
}

async function survivesListener({ near, far, listening }: Pair): Promise<void> {
  await listening.close();
  near.connection.write(utf8('still here'));
  await until('it arrives', () => far.seen.text === 'still here');
}

async function nothingIsLostBeforeListen(make: () => Subject): Promise<void> {
  const subject = make();
  const { near, far, listening } = await opened(subject);
  const sender = observe(near);
  near.write(utf8('early'));
  await turns(20);
  const receiver = observe(far);
  await until('it arrives', () => receiver.seen.text === 'early');
  near.destroy();
  await until('both are closed', () => sender.seen.closed === 1 && receiver.seen.closed === 1);
  await listening.close();
  subject.dispose?.();
}

async function noListenerIsAnError(make: () => Subject): Promise<void> {
  const subject = make();
  const listening = await subject.listener.listen({ connection: () => {}, rejected: () => {} });
  const dialer = subject.dialer(listening);
  await listening.close();
  await assert.rejects(dialer.dial(new AbortController().signal), ({ name, code }: Error & { code: string }) => {
    return name === 'LinkError' && (code === 'refused' || code === 'unreachable');
  });
  subject.dispose?.();
}

async function abortedDialRejects(make: () => Subject): Promise<void> {
  const subject = make();
  const listening = await subject.listener.listen({ connection: (one) => one.destroy(), rejected: () => {} });
  const dialer = subject.dialer(listening);
  await assert.rejects(dialer.dial(AbortSignal.abort()), { name: 'LinkError', code: 'aborted' });
  const controller = new AbortController();
  const dialing = dialer.dial(controller.signal);
  controller.abort();
  await assert.rejects(dialing, { name: 'LinkError', code: 'aborted' });
  await listening.close();
  subject.dispose?.();
}

async function sameAddressIsAnError(make: () => Subject, again: (listening: Listening) => Transport): Promise<void> {
  const subject = make();
  const none = { connection: (one: Connection) => one.destroy(), rejected: () => {} };
  const listening = await subject.listener.listen(none);
  await assert.rejects(again(listening).listen(none), { name: 'LinkError', code: 'in-use' });
  await listening.close();
  subject.dispose?.();
}

/** `make`: a fresh subject per case. `again`: a transport that listens on the address that `listening` has. */
export function transportCompliance(
  make: () => Subject,
  again: (listening: Listening) => Transport,
): readonly ComplianceCase[] {
  const pair = (title: string, check: (pair: Pair) => Promise<void>): ComplianceCase => ({
    title,
    run: () => withPair(make, check),
  });
  return [
    pair('bytes arrive whole and in order, both ways', arrivesInOrder),
    pair('what was queued arrives before the end', endDelivers),
    pair('destroy closes both ends, once each, and may be repeated', destroyCloses),
    pair('a paused reader holds the writer back, and loses nothing', pauseHoldsBack),
    pair('corked bytes arrive in order', corkKeepsOrder),
    pair('open connections survive the end of their listener', survivesListener),
    { title: 'what arrives before listen is not lost', run: () => nothingIsLostBeforeListen(make) },
    { title: 'dialing where nobody listens rejects', run: () => noListenerIsAnError(make) },
    { title: 'an aborted dial rejects', run: () => abortedDialRejects(make) },
    { title: 'an address that is in use cannot be bound again', run: () => sameAddressIsAnError(make, again) },
  ];
}
