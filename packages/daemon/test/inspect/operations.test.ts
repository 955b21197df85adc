import { MAX_SHOWN, MAX_TEXT } from '@muster/protocol';
import { Value } from '@sinclair/typebox/value';
import { everyOperation, operationsAt } from '../../src/inspect/operations/catalogue.ts';
import { choose } from '../../src/inspect/operations/choose.ts';

describe('an operation', () => {
  it.each(everyOperation.map((operation) => [operation.kind, operation.type, operation] as const))(
    'of %s: %s has an example that its schema takes, and words that fit the wire',
    (_kind, type, { schema, example, about }) => {
      expect([...Value.Errors(schema, example)]).toEqual([]);
      expect(example.type).toBe(type);
      expect(JSON.stringify(example).length).toBeLessThan(MAX_SHOWN);
      expect(about).toMatch(/^[A-Z].*\.$/);
      expect(about.length).toBeLessThan(MAX_TEXT);
    },
  );

  it('is one of at most 32 of its actor, no two of one type', () => {
    for (const role of ['master', 'worker'] as const) {
      for (const path of ['/integrity', '/keep-alive', '/agent-info', '/agent-groups', '/file-sync', '/own-agents']) {
        const types = operationsAt(path, role).map(({ type }) => type);
        expect(types.length).toBeLessThanOrEqual(32);
        expect(new Set(types).size).toBe(types.length);
      }
    }
  });

  it('belongs to a kind of actor, and there to a role', () => {
    const types = (path: string, role: 'master' | 'worker') => operationsAt(path, role).map(({ type }) => type);
    expect(types('/links/node:worker1', 'master')).toEqual(['probe', 'get-stats']);
    expect(types('/haproxy/haproxy-balancer-2', 'master')).toEqual(['get-balance']);
    expect([types('/links/dialer', 'worker'), types('/links/dialer', 'master')]).toEqual([['get-link'], []]);
    expect([types('/agent-info', 'worker'), types('/agent-info', 'master')]).toEqual([
      ['get-state', 'changed', 'differ'],
      ['get-state'],
    ]);
    for (const path of ['/control', '/', '/links', '/nobody', '/integrity/x'])
      expect(types(path, 'master')).toEqual([]);
  });
});

describe('a message by hand', () => {
  it('is what was typed, where the schema takes it', () => {
    const text = '{"type":"dirty","directories":["etc/rules","etc/shared/web"]}';
    expect(choose('/integrity', 'master', 'tell', text).message).toEqual({
      type: 'dirty',
      directories: ['etc/rules', 'etc/shared/web'],
    });
    expect(choose('/integrity', 'worker', 'ask', '{"type":"get-state"}').message).toEqual({ type: 'get-state' });
  });

  const dirty = 'It takes, for example: tell {"type":"dirty","directories":["etc/rules"]}.';
  const all = 'It takes, for example: ask {"type":"get-state"}, tell {"type":"dirty","directories":["etc/rules"]}.';
  const relative = 'give a directory below the root of the manager, without a slash before it';
  it.each<readonly [form: 'tell' | 'ask', text: string, fault: string]>([
    ['tell', '{', all],
    ['tell', '"dirty"', `The message is no JSON object. ${all}`],
    ['tell', '[]', `The message is no JSON object. ${all}`],
    ['tell', 'null', `The message is no JSON object. ${all}`],
    ['tell', '{}', `/integrity takes no message without a type. ${all}`],
    ['tell', '{"type":"stop"}', `/integrity takes no message "stop". ${all}`],
    ['tell', '{"type":"__proto__"}', `/integrity takes no message "__proto__". ${all}`],
    ['tell', '{"type":"get-state"}', 'get-state is answered: ask it, do not tell it.'],
    ['ask', '{"type":"dirty","directories":[]}', 'dirty has no answer: tell it, do not ask it.'],
    ['tell', '{"type":"dirty"}', `dirty: directories: expected required property. ${dirty}`],
    [
      'tell',
      '{"type":"dirty","directories":[]}',
      `dirty: directories: expected array length to be greater or equal to 1. ${dirty}`,
    ],
    ['tell', '{"type":"dirty","directories":["etc"],"replyTo":1}', `dirty: replyTo: unexpected property. ${dirty}`],
    ['tell', '{"type":"dirty","directories":["/etc"]}', `dirty: directories.0: ${relative}. ${dirty}`],
    ['tell', '{"type":"dirty","directories":["etc/../../x"]}', `dirty: directories.0: ${relative}. ${dirty}`],
    ['tell', '{"type":"dirty","directories":[""]}', `dirty: directories.0: ${relative}. ${dirty}`],
    ['tell', '{"type":"dirty","directories":[5]}', `dirty: directories.0: ${relative}. ${dirty}`],
  ])('that is bad is refused with its fault and an example: %s %s', (form, text, fault) => {
    expect(() => choose('/integrity', 'master', form, text)).toThrow(
      expect.objectContaining({ code: 'bad-operation', message: expect.stringContaining(fault) }),
    );
  });

  it('to an actor that takes none is refused', () => {
    expect(() => choose('/control', 'master', 'tell', '{}')).toThrow(
      expect.objectContaining({ code: 'no-operations', message: '/control takes no messages by hand.' }),
    );
  });
});
