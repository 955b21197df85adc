import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { catalogue, commandNames } from '../src/language/catalogue.ts';
import { complete, needsOf } from '../src/language/complete.ts';
import { messageOf } from '../src/language/message.ts';
import { parse } from '../src/language/parse.ts';
import { findPath, namesOf } from '../src/language/paths.ts';
import { timeOf } from '../src/language/time.ts';
import { commandsOf, wordsOf } from '../src/language/words.ts';

const command = (line: string) => {
  const parsed = parse(line);
  return parsed.ok ? parsed.command : parsed.text;
};

describe('a line', () => {
  it.each([
    ['tree; links', ['tree', 'links']],
    ['  tree ;; links ; ', ['tree', 'links']],
    ['', []],
    ['# remark; tree', []],
    ['tell x {"type":"a;b"}; tree', ['tell x {"type":"a;b"}', 'tree']],
    ['export "a;b.json"', ['export "a;b.json"']],
    ['tell x {"a":"\\";"}', ['tell x {"a":"\\";"}']],
  ])('%s holds the commands %j', (line, commands) => {
    expect(commandsOf(line)).toEqual(commands);
  });

  it('has words between blanks, and one where quotes are', () => {
    expect(wordsOf('show  "a b"c\\ ')).toEqual({
      ok: true,
      words: [
        { text: 'show', start: 0 },
        { text: 'a bc\\', start: 6 },
      ],
    });
    expect(wordsOf('show "a')).toMatchObject({ ok: false, text: expect.stringContaining('not closed') });
  });

  it('of any characters is taken apart, read and completed without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^(top|tell|ask|trace|bench) [ -~]{0,20}$/)), (line) => {
        for (const each of commandsOf(line)) expect(typeof parse(each).ok).toBe('boolean');
        const { candidates, word } = complete(line, { paths: ['/a'], nodes: ['a'], operations: [] });
        expect(line.endsWith(word)).toBe(true);
        expect(candidates.every((candidate) => candidate.startsWith(word))).toBe(true);
        needsOf(line);
      }),
    );
  });
});

describe('a command', () => {
  it.each([
    ['tree', { name: 'tree' }],
    ['top', { name: 'top', sort: 'busy', everyMs: 1_000 }],
    ['top --rounds 2 --every 250ms --sort rate', { name: 'top', sort: 'rate', rounds: 2, everyMs: 250 }],
    ['top --every 1ms', { name: 'top', sort: 'busy', everyMs: 100 }],
    ['show "/a b"', { name: 'show', path: '/a b' }],
    ['trace /links/* --for 5s --count 20', { name: 'trace', pattern: '/links/*', forMs: 5_000, count: 20 }],
    ['trace --count 1 keep', { name: 'trace', pattern: 'keep', count: 1 }],
    ['why worker1', { name: 'why', node: 'worker1' }],
    ['events --follow --kind crashed', { name: 'events', last: 20, kind: 'crashed', follow: true }],
    ['node', { name: 'node' }],
    ['node w-1', { name: 'node', node: 'w-1' }],
    ['ask keep get-nodes', { name: 'ask', path: 'keep', message: '{"type":"get-nodes"}' }],
    [
      'tell keep {"type": "x", "text": "two  blanks --for"}',
      { name: 'tell', path: 'keep', message: '{"type":"x","text":"two  blanks --for"}' },
    ],
    ['bench keep', { name: 'bench', path: 'keep', count: 1_000 }],
    ['bench keep 10000', { name: 'bench', path: 'keep', count: 10_000 }],
    ['log debug', { name: 'log', level: 'debug' }],
    ['export "my file.json"', { name: 'export', file: 'my file.json' }],
    ['help trace', { name: 'help', command: 'trace' }],
  ])('%s is read', (line, read) => {
    expect(command(line)).toEqual(read);
  });

  it.each([
    ['tre', 'There is no command "tre". Is it tree?'],
    ['xyzzy', 'There is no command "xyzzy". help lists the commands.'],
    ['show', 'It is written: show PATH'],
    ['show a b', 'It is written: show PATH'],
    ['tree --all', 'tree has no option --all. It is written: tree'],
    ['top --round 2', 'top has no option --round. Is it --rounds?'],
    ['top --sort', '--sort is followed by one of mailbox, rate, busy, restarts, path.'],
    ['top --sort size', '--sort is one of mailbox, rate, busy, restarts, path.'],
    ['top --rounds 0', '--rounds is a number from 1 to 1000000.'],
    ['top --every 5', '--every is a time of 1 ms to 24 h, as 500ms, 5s or 2min.'],
    ['trace x --for', '--for is followed by a time, as 500ms, 5s or 2min.'],
    ['bench keep 10001', 'COUNT is a number from 1 to 10000.'],
    ['log loud', 'LEVEL is one of critical, error, warning, info, debug, debug2.'],
    ['node ../x', 'A node has a name of 1 to 64 letters'],
    ['ask keep', 'It is written: ask PATH MESSAGE'],
    ['ask keep [1]', 'MESSAGE is a type, as get-nodes, or JSON'],
    ['ask keep {"type":}', 'This is neither:'],
    ['help nothing', 'There is no command "nothing".'],
    ['show "x', 'A " is not closed'],
  ])('%s is refused with its fault and its cure', (line, words) => {
    expect(command(line)).toContain(words);
  });

  it('is in the catalogue with examples that can be read', () => {
    for (const { name, examples } of catalogue) {
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) expect(command(example)).toMatchObject({ name });
    }
  });
});

it('docs/inspector.md has every command, with its options', () => {
  const page = readFileSync(join(__dirname, '../../../docs/inspector.md'), 'utf8');
  for (const { name, options } of catalogue) {
    const row = page.split('\n').find((line) => line.startsWith('| ') && line.includes(`\`${name}`)) ?? '';
    expect(row).not.toBe('');
    for (const option of Object.keys(options).filter(
      (each) => name !== 'events' || !['--for', '--count'].includes(each),
    ))
      expect(row).toContain(option);
  }
});

it('a time has a unit, and is 24 h at most', () => {
  expect(['1ms', '1.5s', '2m', '2min', '24h'].map(timeOf)).toEqual([1, 1_500, 120_000, 120_000, 86_400_000]);
  expect(['', '5', '0s', '25h', '-1s', '1 s', '1d'].map(timeOf)).toEqual(Array(7).fill(undefined));
});

it('a message is a type or an object', () => {
  expect(messageOf(' get-nodes ')).toEqual({ ok: true, json: '{"type":"get-nodes"}' });
  expect(messageOf('{"type":"a"} ')).toEqual({ ok: true, json: '{"type":"a"}' });
  for (const wrong of ['', '1', '[]', '"a"', 'a b', '{']) expect(messageOf(wrong).ok).toBe(false);
});

const paths = ['/', '/file-sync', '/links', '/links/node:worker1', '/links/node:worker11', '/a/node', '/b/node'];

describe('a path', () => {
  it.each([
    ['/file-sync', '/file-sync'],
    ['file-sync', '/file-sync'],
    ['worker1', '/links/node:worker1'],
    ['node:worker11', '/links/node:worker11'],
    ['links', '/links'],
    ['sync', '/file-sync'],
    ['a/node', '/a/node'],
    ['/', '/'],
  ])('%s means %s', (written, path) => {
    expect(findPath(written, paths)).toEqual({ ok: true, path });
  });

  it('that may be several is refused with all of them', () => {
    expect(findPath('node', paths)).toEqual({
      ok: false,
      text: '"node" may be /a/node, /b/node. Write more of it.',
    });
    const many = Array.from({ length: 12 }, (_, at) => `/x${at}/y`);
    expect(findPath('y', many)).toMatchObject({ text: expect.stringContaining('or one of 4 more') });
  });

  it('that is none is refused with what may have been meant', () => {
    expect(findPath('file-snyc', paths)).toMatchObject({
      text: 'There is no actor "file-snyc" here. Is it file-sync?',
    });
    expect(findPath('zzz', paths)).toMatchObject({ text: 'There is no actor "zzz" here. tree lists them.' });
    expect(findPath('', paths).ok).toBe(false);
  });

  it('is left to the node to judge when there are more actors than are listed', () => {
    expect(findPath('/far/away', paths, false)).toEqual({ ok: true, path: '/far/away' });
    expect(findPath('away', paths, false).ok).toBe(false);
  });

  it('is always meant by itself, and by each of its names that no other has', () => {
    const name = fc.stringMatching(/^[a-z:]{1,5}$/);
    const anyPath = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(fc.uniqueArray(anyPath, { minLength: 1, maxLength: 8 }), (all) => {
        for (const path of all) expect(findPath(path, all)).toEqual({ ok: true, path });
        for (const path of all)
          for (const short of namesOf(path)) {
            const found = findPath(short, all);
            if (found.ok) expect(found.path.endsWith(short)).toBe(true);
          }
      }),
    );
  });
});

const known = {
  paths,
  nodes: ['zeus', 'worker1'],
  operations: [
    { form: 'ask' as const, type: 'get-nodes' },
    { form: 'tell' as const, type: 'look-now' },
  ],
};

describe('TAB', () => {
  it.each([
    ['', commandNames.toSorted()],
    ['tr', ['trace', 'tree']],
    ['tree; li', ['links']],
    ['show /fi', ['/file-sync']],
    ['show fi', ['file-sync']],
    ['show work', ['worker1', 'worker11']],
    ['show no', ['node:worker1', 'node:worker11']],
    ['show ', paths.toSorted()],
    ['trace /l', ['/links', '/links/node:worker1', '/links/node:worker11']],
    ['trace links --', ['--count', '--for']],
    ['trace links --for ', []],
    ['trace --for 5s li', ['links']],
    ['top --sort ', ['busy', 'mailbox', 'path', 'rate', 'restarts']],
    ['top ', ['--every', '--rounds', '--sort']],
    ['top --sort rate --', ['--every', '--rounds']],
    ['events --kind cr', ['crashed']],
    ['node w', ['worker1']],
    ['why z', ['zeus']],
    ['ask file-sync ', ['get-nodes']],
    ['tell file-sync lo', ['look-now']],
    ['log de', ['debug', 'debug2']],
    ['help ex', ['exit', 'export']],
    ['export x', []],
    ['nonsense ', []],
    ['tree ', []],
  ])('after "%s" offers %j', (line, candidates) => {
    expect(complete(line, known).candidates).toEqual(candidates);
  });

  it.each([
    ['show ', { kind: 'paths' }],
    ['trace x', { kind: 'paths' }],
    ['node ', { kind: 'nodes' }],
    ['tree; why w', { kind: 'nodes' }],
    ['ask keep ge', { kind: 'operations', of: 'keep' }],
    ['tr', { kind: 'nothing' }],
    ['log ', { kind: 'nothing' }],
  ])('after "%s" must know of %j', (line, need) => {
    expect(needsOf(line)).toEqual(need);
  });
});
