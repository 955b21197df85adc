import { manualClock } from '@muster/actor/testing';
import { isNodeName } from '@muster/protocol';
import fc from 'fast-check';
import { admitConnection, type Unproven } from '../src/admission.ts';
import { bulk } from '../src/bulk.ts';
import { LinkError } from '../src/error.ts';
import { incomingStream } from '../src/incoming-stream.ts';
import type { Connection, Rejection } from '../src/index.ts';
import { outbox } from '../src/outbox.ts';
import { outgoingStream, type Sender } from '../src/outgoing-stream.ts';
import { pending } from '../src/pending.ts';
import { decodeIdentity, derivePsk, encodeIdentity, isClusterName, maxClusterBytes } from '../src/psk.ts';
import { rejectionLog } from '../src/rejections.ts';
import { codeOf } from '../src/text.ts';
import { dialError } from '../src/tls-errors.ts';

describe('admission', () => {
  const limits = { connections: 6, unproven: 4, unprovenPerAddress: 2 };
  const from = (...list: string[]): Unproven[] =>
    list.map((one) => ({ address: one.replace('!', ''), silent: !one.endsWith('!') }));

  it.each<[string, Unproven[], number, object]>([
    ['takes one below its address cap', from('a'), 1, { take: true }],
    ['evicts the oldest silent one of the address at its cap', from('b', 'a!', 'a'), 3, { take: true, evict: 2 }],
    ['evicts the oldest of the address where none is silent', from('b', 'a!', 'a!'), 3, { take: true, evict: 1 }],
    ['takes one below the cap for all', from('b', 'c', 'd'), 3, { take: true }],
    ['evicts the oldest silent one of all at that cap', from('b!', 'c', 'd', 'e'), 4, { take: true, evict: 1 }],
    ['makes room among the unproven when all connections are used', from('b'), 6, { take: true, evict: 0 }],
    ['takes the last free connection', [], 5, { take: true }],
    ['refuses when all connections are proven ones', [], 6, { take: false }],
  ])('%s', (_, unproven, total, expected) => {
    expect(admitConnection(unproven, total, 'a', limits)).toMatchObject(expected);
  });

  it('never leaves more unproven connections than the caps allow', () => {
    const arrival = fc.record({ address: fc.constantFrom('a', 'b', 'c', 'd'), silent: fc.boolean() });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
        const waiting: Unproven[] = [];
        for (const one of arrivals) {
          const admission = admitConnection(waiting, waiting.length, one.address, limits);
          if (!admission.take) return false;
          if (admission.evict !== undefined) waiting.splice(admission.evict, 1);
          waiting.push(one);
          if (waiting.length > limits.unproven) return false;
          if (waiting.filter(({ address }) => address === one.address).length > limits.unprovenPerAddress) return false;
        }
        return true;
      }),
    );
  });
});

describe('an identity', () => {
  const identity = { keyId: '1', role: 'worker', node: 'w1', cluster: 'alpha' } as const;

  it('is read back as it was written', () => {
    const names = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    const clusters = fc.string({ unit: 'grapheme', maxLength: 60 }).filter(isClusterName);
    fc.assert(
      fc.property(names, clusters, fc.constantFrom('master', 'worker' as const), (node, cluster, role) => {
        const one = { keyId: 'k2', role: role as 'master' | 'worker', node, cluster };
        expect(decodeIdentity(encodeIdentity(one) ?? '')).toEqual(one);
      }),
    );
  });

  it('fits what OpenSSL holds, at its longest', () => {
    const longest = {
      keyId: 'k'.repeat(16),
      role: 'worker',
      node: 'n'.repeat(64),
      cluster: 'c'.repeat(maxClusterBytes),
    } as const;
    expect(encodeIdentity(longest)?.length).toBeLessThanOrEqual(255);
    expect(encodeIdentity({ ...longest, cluster: `${longest.cluster}c` })).toBeUndefined();
  });

  it.each([
    '',
    'muster/1',
    'muster/2 1 worker w1 alpha',
    'muster/1 1 slave w1 alpha',
    'muster/1 1 worker ../x alpha',
    'muster/1 1 worker w1 ',
    'muster/1 1 worker w1 al\u0000pha',
    `muster/1 1 worker w1 ${'x'.repeat(300)}`,
    'muster/1 a_b worker w1 alpha',
  ])('%j is none', (text) => {
    expect(decodeIdentity(text)).toBeUndefined();
  });

  it('is what the key is derived from, in every part', () => {
    const keys = [
      derivePsk('s'.repeat(32), identity),
      derivePsk('t'.repeat(32), identity),
      derivePsk('s'.repeat(32), { ...identity, keyId: '2' }),
      derivePsk('s'.repeat(32), { ...identity, role: 'master' }),
      derivePsk('s'.repeat(32), { ...identity, node: 'w2' }),
      derivePsk('s'.repeat(32), { ...identity, cluster: 'beta' }),
    ].map((key) => key.toString('hex'));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys[0]).toHaveLength(64);
    expect(derivePsk('s'.repeat(32), identity).toString('hex')).toBe(keys[0]);
  });

  it.each([
    ['w1', true],
    ['A_b-9', true],
    ['n'.repeat(64), true],
    ['n'.repeat(65), false],
    ['', false],
    ['a b', false],
    ['..', false],
    ['a/b', false],
    ['é', false],
    ['a\n', false],
  ])('%j is a node name: %s', (name, expected) => {
    expect(isNodeName(name)).toBe(expected);
  });
});

describe('rejections', () => {
  const rejection = (address: string, code: Rejection['code'] = 'wrong-key'): Rejection => ({
    code,
    remoteAddress: `${address}:1`,
    text: 'why',
  });
  const rig = () => {
    const clock = manualClock();
    const told: string[] = [];
    const log = rejectionLog(
      ({ text, remoteAddress, code }) => void told.push(`${code} ${remoteAddress} ${text}`),
      clock,
    );
    return { clock, told, log };
  };

  it('of one kind are told once, then counted for a minute', async () => {
    const { clock, told, log } = rig();
    for (let time = 0; time < 5; time++) log.note(rejection('10.0.0.1'));
    log.note(rejection('10.0.0.1', 'not-tls'));
    log.note(rejection('10.0.0.2'));
    expect(told).toHaveLength(3);
    await clock.advance(59_999);
    expect(told).toHaveLength(3);
    await clock.advance(1);
    expect(told.slice(3)).toEqual(['wrong-key 10.0.0.1:1 why (4 more of these in the last minute)']);
    await clock.advance(60_000);
    log.note(rejection('10.0.0.1'));
    expect(told).toHaveLength(5);
    log.close();
  });

  it('from ever new addresses are told for 256 of them, then as one', () => {
    const { told, log } = rig();
    for (let host = 0; host < 5_000; host++) log.note(rejection(`host-${host}`));
    expect(told).toHaveLength(257);
    log.close();
  });
});

describe('pending questions', () => {
  it('reject at the timeout, not 1 ms before', async () => {
    const clock = manualClock();
    const asks = pending<string>(clock, 'ask', 10);
    let code = '';
    asks
      .begin(100, () => {})
      .catch((error: LinkError) => {
        code = error.code;
      });
    await clock.advance(99);
    expect(code).toBe('');
    await clock.advance(1);
    expect(code).toBe('timeout');
    expect(asks.resolve(1, 'late')).toBe('late');
    expect(asks.resolve(2, 'never')).toBe('unknown');
  });

  it('go on after the last id, past those that still wait', async () => {
    const asks = pending<string>(manualClock(), 'ask', 10, 0xffff_fffe);
    const ids: number[] = [];
    const begin = () => asks.begin(100, (id) => void ids.push(id)).catch(() => 'failed');
    const all = [begin(), begin(), begin(), begin()];
    expect(ids).toEqual([0xffff_fffe, 0xffff_ffff, 1, 2]);
    asks.failAll(new LinkError('closed', 'over'));
    expect(await Promise.all(all)).toEqual(Array(4).fill('failed'));
    expect(asks.size()).toBe(0);
  });
});

describe('a stream', () => {
  it('keeps every byte in order within credit, whatever the pieces, and never holds more than the window beside the piece in hand', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 200 }),
        async (sizes, piece, windowBytes) => {
          let sender!: Sender;
          let held = 0;
          const lane = bulk(() => true, piece);
          const incoming = incomingStream(
            windowBytes,
            (bytes) => {
              sender.credit(bytes);
              lane.wake(sender);
            },
            () => {},
          );
          sender = outgoingStream(windowBytes, {
            data: (bytes) => {
              held += bytes.byteLength;
              // Beside the window, the piece that the reader has just been handed.
              expect(held).toBeLessThanOrEqual(windowBytes + piece);
              expect(incoming.data(bytes)).toBe(true);
            },
            end: incoming.end,
            abort: () => {},
            wake: () => lane.wake(sender),
          });
          const sent = sizes.map((size, index) => Buffer.alloc(size, index));
          const writing = (async () => {
            for (const one of sent) await sender.stream.write(one);
            sender.stream.end();
          })();
          const got: Uint8Array[] = [];
          for await (const chunk of incoming.bytes) {
            held -= chunk.byteLength;
            got.push(chunk);
          }
          await writing;
          expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuses bytes beyond its credit, by one', () => {
    const exact = incomingStream(
      100,
      () => {},
      () => {},
    );
    expect(exact.data(Buffer.alloc(100))).toBe(true);
    expect(exact.data(Buffer.alloc(1))).toBe(false);
  });

  it('takes turns with the others, a piece each', () => {
    const order: string[] = [];
    let room = false;
    const lane = bulk(() => room, 10);
    const senders = ['a', 'b', 'c'].map((name) => {
      const sender: Sender = outgoingStream(1_000, {
        data: () => void order.push(name),
        end: () => {},
        abort: () => {},
        wake: () => lane.wake(sender),
      });
      void sender.stream.write(Buffer.alloc(20));
      return sender;
    });
    expect(order).toEqual([]);
    room = true;
    lane.pump();
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(senders.some((one) => one.ready())).toBe(false);
  });
});

it('what is sent in one turn leaves in one write, in order', () => {
  const written: string[] = [];
  const turns: (() => void)[] = [];
  const connection = {
    write: (bytes: Uint8Array) => void written.push(Buffer.from(bytes).toString()),
    buffered: () => 0,
  } as unknown as Connection;
  const out = outbox(connection, (run) => void turns.push(run));
  for (const word of ['a', 'b', 'c']) out.put(Buffer.from(word));
  expect([written.length, out.queued()]).toEqual([0, 3]);
  turns[0]?.();
  expect([written, turns.length]).toEqual([['abc'], 1]);
  out.put(Buffer.from('d'));
  out.flush();
  turns[1]?.();
  expect([written, out.total()]).toEqual([['abc', 'd'], 4]);
});

it.each([
  ['ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER', 'wrong-key'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'unknown-identity'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-tls'],
  ['ERR_SSL_SOMETHING_NEW', 'not-tls'],
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ETIMEDOUT', 'timeout'],
  ['', 'unreachable'],
])('the error %j of a dial is %s', (code, expected) => {
  const error = dialError(Object.assign(new Error('raw'), { code }), 'master:1516');
  expect(error).toMatchObject({ name: 'LinkError', code: expected, peer: 'master:1516' });
  expect(error.message).toContain('master:1516');
});

it('codes for the peer fit the protocol', () => {
  expect([codeOf('ENOENT'), codeOf('no such'), codeOf('')]).toEqual(['ENOENT', 'failed', 'failed']);
});
