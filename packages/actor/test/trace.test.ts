import { tell } from '../src/index.ts';
import { settle, testSystem } from '../src/testing.ts';
import { fault, note, type Probe, probe } from './rig.ts';

const everything = (): boolean => true;

describe('a trace', () => {
  it('shows messages of actors that match, as they are handled, in order, with the crash of one', async () => {
    const { root, trace } = testSystem();
    const seen: string[] = [];
    const nested = root.supervise('nested');
    const a = nested.spawn(probe('a', []));
    const b = root.spawn(probe('b', []));
    trace(
      (path) => path.startsWith('/nested/'),
      ({ path, type, message }) => seen.push(`${path} ${type} ${JSON.stringify(message())}`),
    );
    for (const message of [note('x'), fault, note('y')]) tell(a, message);
    tell(b, note('not shown'));
    await settle();
    expect(seen).toEqual([
      '/nested/a note {"type":"note","text":"x"}',
      '/nested/a crash {"type":"crash"}',
      '/nested/a note {"type":"note","text":"y"}',
    ]);
  });

  it('shows an actor that is spawned later, and its successor under the same path', async () => {
    const { root, trace } = testSystem();
    const seen: string[] = [];
    trace(everything, ({ path, message }) => seen.push(`${path} ${JSON.stringify(message())}`));
    const a = root.spawn(probe('a', []));
    tell(a, note('x'));
    await settle();
    await root.stopChild(a);
    tell(root.spawn(probe('a', [])), note('y'));
    await settle();
    expect(seen).toEqual(['/a {"type":"note","text":"x"}', '/a {"type":"note","text":"y"}']);
  });

  it('shows how long a message waited: one that came before, since the trace was opened', async () => {
    const { root, trace, clock } = testSystem({ supervision: { backOff } });
    const waits: number[] = [];
    const a = root.spawn(probe('a', [], {}, clock));
    tell(a, fault);
    await settle();
    tell(a, note('came at 0'));
    await clock.advance(10);
    trace(everything, ({ waitMs }) => waits.push(waitMs));
    await clock.advance(20);
    tell(a, note('came at 30'));
    await clock.advance(70);
    expect(waits).toEqual([90, 70]);
  });

  it('ends when it is closed, also twice, and leaves the others open', async () => {
    const { root, trace } = testSystem();
    const a = root.spawn(probe('a', []));
    const seen: string[] = [];
    const first = trace(everything, () => seen.push('first'));
    const second = trace(everything, () => seen.push('second'));
    tell(a, note('x'));
    await settle();
    first();
    first();
    tell(a, note('y'));
    await settle();
    second();
    tell(a, note('z'));
    tell(root.spawn(probe('b', [])), note('z'));
    await settle();
    expect(seen).toEqual(['first', 'second', 'second']);
  });

  it('hides secrets, and what its actor hides', async () => {
    const { root, trace } = testSystem();
    const seen: unknown[] = [];
    trace(everything, ({ message }) => seen.push(message()));
    tell(root.spawn(probe('a', [])), { type: 'note', text: 'x', key: 'hush' } as unknown as Probe);
    tell(root.spawn(probe('b', [], { redact: () => 'hidden' })), note('secret'));
    await settle();
    expect(seen).toEqual([{ type: 'note', text: 'x', key: '[redacted]' }, 'hidden']);
  });

  it('redacts nothing unless its sink asks, and keeps no message for one that asks too late', async () => {
    const { root, trace } = testSystem();
    let redactions = 0;
    const late: (() => unknown)[] = [];
    const redact = (message: unknown): unknown => {
      redactions++;
      return message;
    };
    const a = root.spawn(probe('a', [], { redact }));
    trace(everything, ({ message }) => late.push(message));
    tell(a, note('x'));
    await settle();
    expect([redactions, late.map((message) => message())]).toEqual([0, ['[gone]']]);
  });

  it('whose sink or match throws harms no actor and no other trace', async () => {
    const { root, trace, crashes } = testSystem();
    const broken = (): never => {
      throw new Error('onlooker');
    };
    const seen: string[] = [];
    const lines: string[] = [];
    trace(everything, broken);
    trace(broken, () => seen.push('never'));
    trace(everything, ({ path }) => seen.push(path));
    const a = root.spawn(probe('a', lines));
    tell(a, note('x'));
    await settle();
    expect([seen, lines, crashes]).toEqual([['/a'], ['a+', 'a x 0'], []]);
  });

  it('shows nothing of an actor that does not match, which is not redacted', async () => {
    const { root, trace } = testSystem();
    const redact = (): never => {
      throw new Error('never asked');
    };
    const a = root.spawn(probe('a', [], { redact }));
    const seen: string[] = [];
    trace(
      (path) => path === '/b',
      ({ path }) => seen.push(path),
    );
    tell(a, note('x'));
    await settle();
    expect(seen).toEqual([]);
  });
});

const backOff = { minMs: 100, maxMs: 100, factor: 1, jitter: 0 };
