import type { CatalogueEntry, Envelope, Sender } from '@muster/protocol';
import { catalogue, decodeEnvelope, encodeDataHeader, encodeEnvelope, envelopes, MAX_DATA } from '@muster/protocol';
import { Packr } from 'msgpackr';
import { packFields } from '../src/packed-message.ts';
import { digest, messages, samples, wrap } from './samples.ts';

const packr = new Packr({ useRecords: false });
const senders: readonly Sender[] = ['master', 'worker', 'local', 'daemon'];

/** The code of the violation, or `ok`. */
function outcome(value: unknown, sender: Sender = 'master'): string {
  const wire = typeof value === 'object' && value !== null ? packFields(value as Envelope) : value;
  const decoded = decodeEnvelope(packr.pack(wire), sender);
  return decoded.ok ? 'ok' : decoded.violation.code;
}

const mayMessage = ({ from }: CatalogueEntry, sender: Sender): boolean => from.includes(sender);

describe('who may send what', () => {
  it.each(samples)('%s is taken from those who may send it, and from nobody else', (_name, envelope) => {
    for (const sender of senders) {
      const allowed =
        envelopes.get(envelope.kind)!.from.includes(sender) &&
        (!('message' in envelope) || mayMessage(catalogue.get(envelope.message.type)!, sender));
      expect([sender, outcome(envelope, sender)]).toEqual([sender, allowed ? 'ok' : 'not-allowed']);
    }
  });

  it.each(Object.values(messages))('$type is taken by its actor and in its form alone', (message) => {
    const { to, form, from } = catalogue.get(message.type)!;
    const sender = from[0]!;
    const right = wrap(message);
    if (to !== undefined) {
      const other = to === 'control' ? 'integrity' : 'control';
      expect(outcome({ ...right, to: other }, sender)).toBe('wrong-actor');
    }
    const wrong: Envelope =
      form === 'tell' ? { kind: 'reply', id: 1, message } : { kind: 'tell', to: 'control', message };
    expect(['wrong-form', 'not-allowed']).toContain(outcome(wrong, sender));
  });

  it('every ask names its answers, which are replies, which the asked may send', () => {
    for (const [, entry] of catalogue) {
      expect(entry.answer !== undefined).toBe(entry.form === 'ask');
      for (const answer of entry.answer ?? []) expect(catalogue.get(answer)?.form).toBe('reply');
    }
  });
});

const beat = wrap(messages.beat) as Extract<Envelope, { kind: 'tell' }>;
const withBeat = (fields: object) => ({ ...beat, message: { ...messages.beat, ...fields } });
const withMoved = (moved: number) => withBeat({ agents: { ...messages.beat.agents!, moved } });
const content = (digests: unknown) => ({ ...wrap(messages['get-content']), message: { type: 'get-content', digests } });
const hello = samples.find(([, { kind }]) => kind === 'hello')![1];
const stream = (id: number) => ({ kind: 'end', stream: id });

const bounds: readonly (readonly [what: string, good: unknown, bad: unknown, sender?: Sender])[] = [
  ['a sequence from 0', withBeat({ sequence: 0 }), withBeat({ sequence: -1 })],
  ['a sequence to 2^53 - 1', withBeat({ sequence: 2 ** 53 - 1 }), withBeat({ sequence: 2 ** 53 })],
  ['whole numbers where counted', withBeat({ files: 3 }), withBeat({ files: 3.5 })],
  ['a known state', withBeat({ state: 'held' }), withBeat({ state: 'fine' })],
  ['2,000 characters of why', withBeat({ why: 'x'.repeat(2_000) }), withBeat({ why: 'x'.repeat(2_001) })],
  ['no other field', withBeat({}), withBeat({ text: 'more' })],
  ['stream ids from 1', stream(1), stream(0)],
  ['stream ids of 32 bits', stream(2 ** 32 - 1), stream(2 ** 32)],
  ['credit from 1', { kind: 'credit', stream: 1, bytes: 1 }, { kind: 'credit', stream: 1, bytes: 0 }, 'worker'],
  [
    'credit to 64 MiB',
    { kind: 'credit', stream: 1, bytes: 2 ** 26 },
    { kind: 'credit', stream: 1, bytes: 2 ** 26 + 1 },
    'worker',
  ],
  ['at least one digest', content([digest('00')]), content([]), 'worker'],
  [
    '1,000 digests',
    content(Array.from({ length: 1_000 }, () => digest('01'))),
    content(Array.from({ length: 1_001 }, () => digest('01'))),
    'worker',
  ],
  ['digests of 64 bytes', content([digest('02')]), content([digest('02').subarray(1)]), 'worker'],
  [
    'a name of 64',
    { ...wrap(messages.explain), message: { type: 'explain', node: 'n'.repeat(64) } },
    { ...wrap(messages.explain), message: { type: 'explain', node: 'n'.repeat(65) } },
  ],
  [
    'names without dots',
    wrap(messages.explain),
    { ...wrap(messages.explain), message: { type: 'explain', node: 'a.b' } },
  ],
  [
    'a protocol of 16 bits',
    { ...hello, protocol: { min: 0, max: 65_535 } },
    { ...hello, protocol: { min: 0, max: 65_536 } },
    'worker',
  ],
  ['a count of moves leaves the master room to count on', withMoved(2 ** 48), withMoved(2 ** 48 + 1), 'worker'],
];

describe('bounds of fields', () => {
  it.each(bounds.map((bound) => [bound[0], bound] as const))('%s', (_what, [, good, bad, sender = 'master']) => {
    expect(outcome(good, sender)).toBe('ok');
    expect(outcome(bad, sender)).toMatch(/^(bad-(message|envelope)|malformed)$/);
  });

  const hostilePaths = ['../etc', 'a/../b', '/etc/passwd', 'a//b', './a', 'a\\b', 'a\0b', '.', ''];
  it.each(hostilePaths)('a generation that puts %j is refused', (path) => {
    const { delta } = messages.generation;
    const message = { ...messages.generation, delta: { ...delta!, put: [[path, 1, digest('00')]] } };
    expect(outcome({ ...wrap(messages.generation), message })).toBe('bad-message');
  });

  it('a bad hello name is decoded, for the refusal has a code of its own', () => {
    expect(outcome({ ...hello, node: '../x' }, 'worker')).toBe('ok');
  });

  it.each([
    [{ kind: 'shout' }, 'unknown-kind'],
    [{}, 'unknown-kind'],
    [[], 'unknown-kind'],
    [7, 'malformed'],
    [{ kind: 'constructor' }, 'unknown-kind'],
    [{ ...beat, message: { type: 'toString' } }, 'unknown-type'],
  ])('%j is refused', (value, code) => expect(outcome(value)).toBe(code));

  it('a message over its own limit is refused, though its schema and the frame have room', () => {
    const nodes = Array.from({ length: 1_000 }, () => ({ ...messages.cluster.nodes[0]!, reason: 'x'.repeat(100) }));
    const decoded = decodeEnvelope(
      packr.pack({ ...wrap(messages.cluster), message: { ...messages.cluster, nodes } }),
      'master',
    );
    expect(!decoded.ok && decoded.violation.code).toBe('too-long');
  });

  it('a violation names the field that is wrong', () => {
    const decoded = decodeEnvelope(packr.pack(withBeat({ files: -1 })), 'master');
    expect(!decoded.ok && decoded.violation.text).toMatch(/^a 'beat' with a bad value at '\/files'/);
  });
});

describe('what is decoded', () => {
  it('shares no bytes with the network buffer', () => {
    const frame = encodeEnvelope(wrap(messages['get-content']));
    const decoded = decodeEnvelope(frame.subarray(5), 'worker');
    frame.fill(0xff);
    expect(decoded).toEqual({ ok: true, frame: { type: 'envelope', envelope: wrap(messages['get-content']) } });
  });

  it('has 0 where -0 was sent', () => {
    const decoded = decodeEnvelope(encodeEnvelope(withBeat({ wallMs: -0 }) as Envelope).subarray(5), 'master');
    const { wallMs } = (decoded as unknown as { frame: { envelope: { message: { wallMs: number } } } }).frame.envelope
      .message;
    expect(Object.is(wallMs, 0)).toBe(true);
  });
});

it('a frame stays what it was while others are encoded', () => {
  const frames = Array.from({ length: 2_000 }, (_, id) => encodeEnvelope({ kind: 'ping', id }));
  const ids = frames.map((frame) => {
    const decoded = decodeEnvelope(frame.subarray(5), 'master');
    return (
      decoded.ok &&
      decoded.frame.type === 'envelope' &&
      decoded.frame.envelope.kind === 'ping' &&
      decoded.frame.envelope.id
    );
  });
  expect(ids).toEqual(frames.map((_, id) => id));
});

describe('what cannot be sent is a bug here, not a violation there', () => {
  const { delta } = messages.generation;
  const long = Array.from({ length: 500 }, (_, i) => `${'x'.repeat(200)}/${'y'.repeat(200)}/${'z'.repeat(200)}${i}`);
  it.each([
    ['a field that is undefined', withBeat({ why: undefined })],
    ['a value out of bounds', withBeat({ files: -1 })],
    ['a bigint', withBeat({ files: 10n ** 30n })],
    ['a function', withBeat({ why: () => 'x' })],
    ['no message', { kind: 'tell', to: 'control' }],
    ['NaN', withBeat({ loopDelayMs: Number.NaN })],
    ['half a surrogate pair', withBeat({ why: 'x\ud800' })],
    ['an unknown type', { ...beat, message: { type: 'nonsense' } }],
    ['the wrong actor', { ...beat, to: 'control' }],
    [
      'more than a frame',
      { ...wrap(messages.generation), message: { ...messages.generation, delta: { ...delta!, remove: long } } },
    ],
  ])('%s', (_what, envelope) => {
    expect(() => encodeEnvelope(envelope as Envelope)).toThrow(/^bug: this .* cannot be sent/);
  });

  it('a data frame has 0 to MAX_DATA bytes and a stream', () => {
    expect(encodeDataHeader(1, MAX_DATA)).toHaveLength(9);
    expect(encodeDataHeader(1, 0)).toHaveLength(9);
    expect(() => encodeDataHeader(1, MAX_DATA + 1)).toThrow(/^bug/);
    expect(() => encodeDataHeader(0, 1)).toThrow(/^bug/);
    expect(() => encodeDataHeader(1, -1)).toThrow(/^bug/);
  });
});
