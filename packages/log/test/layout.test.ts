import { isSecretName, redact } from '@muster/log';
import fc from 'fast-check';
import { maxTextLength } from '../src/escape.ts';
import { type LogRecord, layout } from '../src/layout.ts';
import { archiveOf, archivePlace, dayOf, mustRotate } from '../src/rotation.ts';

const at = new Date(2026, 10, 1, 3, 4, 5, 678).getTime();
const record = (more: Partial<LogRecord> = {}): LogRecord => ({
  level: 'info',
  tag: 'Worker worker1',
  subtag: 'Integrity sync',
  text: 'Starting.',
  fields: undefined,
  at,
  ...more,
});

test('a plain line is that of 4.14', () => {
  expect(layout(record(), 'plain', 'info')).toBe(
    '2026/11/01 03:04:05 INFO: [Worker worker1] [Integrity sync] Starting.',
  );
});

test.each(['debug2', 'debug', 'info', 'warning', 'error', 'critical'] as const)(
  'the level %s is in capitals',
  (level) => {
    expect(layout(record({ level }), 'plain', 'info')).toContain(` ${level.toUpperCase()}: [`);
  },
);

test('a line of JSON is one object, its time in UTC', () => {
  expect(JSON.parse(layout(record({ fields: { files: 3 } }), 'json', 'info'))).toEqual({
    time: new Date(at).toISOString(),
    level: 'info',
    tag: 'Worker worker1',
    subtag: 'Integrity sync',
    text: 'Starting.',
    fields: { files: 3 },
  });
});

test.each([
  ['a\nb', 'a\\nb'],
  ['a\r\nb', 'a\\r\\nb'],
  ['a\tb', 'a\\tb'],
  ['\u001b[2J', '\\u001b[2J'],
  ['\u009b2J', '\\u009b2J'],
  ['a\u2028b', 'a\\u2028b'],
  ['a\u202eb', 'a\\u202eb'],
  ['a\0b', 'a\\u0000b'],
  ['grün 漢字', 'grün 漢字'],
])('the text %j is logged as %s', (text, shown) => {
  expect(layout(record({ text }), 'plain', 'info')).toMatch(/Starting|\[Integrity sync\]/);
  expect(layout(record({ text }), 'plain', 'info').split('[Integrity sync] ')[1]).toBe(shown);
});

test('no text, tag or field makes a second line, moves the cursor, or closes a bracket', () => {
  const any = fc.string({ unit: 'binary' });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested.
  const unsafe = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;
  fc.assert(
    fc.property(any, any, any, fc.anything(), fc.constantFrom('plain', 'json'), (tag, subtag, text, value, format) => {
      const line = layout(record({ tag, subtag, text, fields: { value } }), format as 'plain' | 'json', 'debug2');
      expect(line).not.toMatch(unsafe);
      if (format === 'json') expect(JSON.parse(line).text).toBe(text);
      else expect(line).toMatch(/^2026\/11\/01 03:04:05 INFO: \[[^[\]]*\] \[[^[\]]*\] /);
    }),
    { numRuns: 1000 },
  );
});

test('a text is cut at its limit, and says how much is missing', () => {
  const whole = 'x'.repeat(maxTextLength);
  expect(layout(record({ text: whole }), 'plain', 'info').endsWith(whole)).toBe(true);
  expect(layout(record({ text: `${whole}y` }), 'plain', 'info')).toContain('x... (1 more characters)');
});

test('in plain lines fields are shown from the level debug on, traces at debug2', () => {
  const fields = { files: 3, error: new Error('boom') };
  expect(layout(record({ fields }), 'plain', 'info')).not.toContain('files');
  expect(layout(record({ fields }), 'plain', 'debug')).toMatch(/Starting\. \{"files":3,"error":\{.*"boom"\}\}$/);
  expect(layout(record({ fields }), 'plain', 'debug2')).toContain('\\n    at ');
});

test.each([
  ...['key', 'Key', 'cluster_key', 'clusterKey', 'api-token', 'password', 'clientCertPassword', 'authorization', 'psk'],
])('a field named %s is masked, however deep', (name) => {
  expect(isSecretName(name)).toBe(true);
  expect(redact({ a: [{ [name]: 'hush' }], m: new Map([[name, 'hush']]) })).toEqual({
    a: [{ [name]: '*****' }],
    m: { [name]: '*****' },
  });
  expect(JSON.stringify(redact(Object.assign(new Error('x'), { [name]: 'hush' })))).not.toContain('hush');
});

test.each(['keys', 'keyId', 'tokenCount', 'monkey', 'files'])('a field named %s is shown', (name) => {
  expect(redact({ [name]: 1 })).toEqual({ [name]: 1 });
});

test('cycles, depth, throwing getters and odd values do no harm', () => {
  const cycle: Record<string, unknown> = { a: 1n, f: () => 1, b: Buffer.from('abc'), n: Number.NaN };
  cycle.self = cycle;
  Object.defineProperty(cycle, 'bad', { enumerable: true, get: () => JSON.parse('{') });
  expect(redact(cycle)).toEqual({
    a: '1',
    f: '(function)',
    b: '(3 bytes)',
    n: 'NaN',
    self: '(circular)',
    bad: '(unreadable)',
  });
  expect(JSON.stringify(redact([[[[[[[[1]]]]]]]]))).toBe('[[[[[["(too deep)"]]]]]]');
});

test('a day is put away when the next begins, and not when the clock is set back', () => {
  const today = dayOf(new Date(2026, 0, 31, 23, 59, 59, 999).getTime());
  const tomorrow = dayOf(new Date(2026, 1, 1, 0, 0, 0, 0).getTime());
  expect([today, tomorrow]).toEqual([20260131, 20260201]);
  expect([mustRotate(today, today), mustRotate(today, tomorrow), mustRotate(tomorrow, today)]).toEqual([
    false,
    true,
    false,
  ]);
});

test('the archive of a day has the path of 4.14', () => {
  expect(archivePlace(20260105)).toEqual({ folder: '2026/Jan', name: 'cluster.log-05' });
  expect(archiveOf('cluster.log-05')).toBe('cluster.log-05.gz');
  expect(archiveOf('cluster.log-05.12')).toBe('cluster.log-05.gz');
  expect(archiveOf('cluster.log-05.gz')).toBeUndefined();
  expect(archiveOf('cluster.log-05.gz.tmp')).toBeUndefined();
});
