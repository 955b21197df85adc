import { type ListQuery, listOf, parseSearch, parseSelect, parseSort, type Row } from '@muster/list-query';
import fc from 'fast-check';

const node = (name: string, type: string, ip: string) => ({ name, type, version: '4.14.7', ip });
const rows = [
  node('master', 'master', '10.0.0.1'),
  node('worker2', 'worker', '10.0.0.3'),
  node('worker1', 'worker', '10.0.0.2'),
];
const fields = ['name', 'type', 'version', 'ip'];
const names = (query: ListQuery): unknown => {
  const result = listOf(rows, query, { fields });
  return 'fault' in result ? result.fault.code : result.items.map(({ name }) => name);
};

test('without a wish a list is as it is', () => {
  expect(listOf(rows, {})).toEqual({ items: rows, total: 3 });
});

test.each<[title: string, query: ListQuery, expected: unknown]>([
  ['a page', { offset: 1, limit: 1 }, ['worker2']],
  ['a page beyond the end is empty', { offset: 9 }, []],
  ['none at all', { limit: 0 }, []],
  ['ascending', { sort: parseSort('name') }, ['master', 'worker1', 'worker2']],
  ['descending', { sort: parseSort('-name') }, ['worker2', 'worker1', 'master']],
  ['by two fields, one sign for both', { sort: parseSort('-type,name') }, ['worker2', 'worker1', 'master']],
  ['by two fields, a sign each', { sort: parseSort('-type,+name') }, ['worker1', 'worker2', 'master']],
  ['a plus that became a blank', { sort: parseSort(' name') }, ['master', 'worker1', 'worker2']],
  ['sorted by a field that there is not', { sort: parseSort('nope') }, 1403],
  ['sorted by nothing', { sort: parseSort('-') }, 1404],
  ['searched, whatever the case', { search: 'WORKER' }, ['worker2', 'worker1']],
  ['searched in every member', { search: '0.0.1' }, ['master']],
  ['searched for what is not there', parseSearch('-worker2'), ['master', 'worker1']],
  ['a field that there is not is selected', { select: parseSelect('name,key') }, 1724],
  ['q: equal', { q: 'name=worker1' }, ['worker1']],
  ['q: not equal', { q: 'type!=worker' }, ['master']],
  ['q: holds', { q: 'name~ORKER' }, ['worker2', 'worker1']],
  ['q: less', { q: 'name<worker1' }, ['master']],
  ['q: more', { q: 'name>worker1' }, ['worker2']],
  ['q: and', { q: 'type=worker;ip=10.0.0.2' }, ['worker1']],
  ['q: or', { q: 'name=worker1,name=master' }, ['master', 'worker1']],
  ['q: and binds tighter than or', { q: 'name=master,type=worker;name=worker1' }, ['master', 'worker1']],
  ['q: parentheses', { q: '(name=master,type=worker);name=worker1' }, ['worker1']],
  ['q: an empty value', { q: 'name=' }, []],
  ['q: no field of ours', { q: 'key=1' }, 1408],
  ['q: an inherited member is no field', { q: 'constructor=1' }, 1408],
  ['q: no operator', { q: 'name' }, 1407],
  ['q: an operator of no language', { q: 'name==a' }, 1409],
  ['q: a parenthesis left open', { q: '(name=a' }, 1407],
  ['q: something after the end', { q: 'name=a)' }, 1407],
  ['q: a mark at the end', { q: 'name=a;' }, 1407],
  ['q: too deep', { q: `${'('.repeat(17)}name=a${')'.repeat(17)}` }, 1407],
  ['q: too long', { q: `name=${'a'.repeat(2_048)}` }, 1407],
])('%s', (_title, query, expected) => {
  expect(names(query)).toEqual(expected);
});

test('the members that are selected come in the order of the row', () => {
  expect(listOf(rows, { select: ['type', 'name'], limit: 1 })).toEqual({
    items: [{ name: 'master', type: 'master' }],
    total: 3,
  });
});

test('what is the same after a selection is there once, and the total counts it once', () => {
  expect(listOf(rows, { select: ['type'], distinct: true })).toEqual({
    items: [{ type: 'master' }, { type: 'worker' }],
    total: 2,
  });
  expect(listOf(rows, { select: ['type', 'name'], distinct: true })).toMatchObject({ fault: { code: 1410 } });
});

test('members within members are reached by their path', () => {
  const nested: readonly Row[] = [
    { info: { name: 'b', n: 10 }, status: { free: true } },
    { info: { name: 'a', n: 9 } },
  ];
  expect(listOf(nested, { sort: parseSort('info.n'), select: ['info.name'] })).toEqual({
    items: [{ info: { name: 'a' } }, { info: { name: 'b' } }],
    total: 2,
  });
  expect(listOf(nested, { q: 'info.n>9' })).toEqual({ items: [nested[0]], total: 1 });
  expect(listOf(nested, { q: 'status.free=true' })).toEqual({ items: [nested[0]], total: 1 });
  expect(listOf(nested, { sort: parseSort('status.free') })).toMatchObject({ items: [nested[0], nested[1]] });
});

test('what is quoted in a fault is cut and holds no control character', () => {
  const result = listOf(rows, { select: [`\u001b[31m${'x'.repeat(200)}`] }, { fields });
  expect(result).toMatchObject({ fault: { text: expect.not.stringMatching(/\p{Cc}/u) } });
  expect('fault' in result && result.fault.text.length).toBeLessThan(200);
});

test('no text is too strange: a query is answered or is a fault, and pages put together are the whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.nat(4), (q, search, limit) => {
      const whole = listOf(rows, { q, search }, { fields });
      if ('fault' in whole) return expect(whole.fault.text).toContain(' ');
      const step = limit + 1;
      const pages = Array.from({ length: 4 }, (_, page) =>
        listOf(rows, { q, search, offset: page * step, limit: step }, { fields }),
      );
      expect(pages.flatMap((page) => ('items' in page ? page.items : []))).toEqual(whole.items);
    }),
  );
});

test('a condition and its opposite part the rows', () => {
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.stringMatching(/^[\w.]{0,9}$/), (field, value) => {
      const count = (operator: string): number => {
        const result = listOf(rows, { q: `${field}${operator}${value}` }, { fields });
        return 'items' in result ? result.total : Number.NaN;
      };
      expect(count('=') + count('!=')).toBe(rows.length);
    }),
  );
});

/** Rows that count how often a member of theirs is looked at. */
function counted(rows: readonly Row[]): { readonly rows: readonly Row[]; readonly looks: () => number } {
  let looks = 0;
  const watched = rows.map(
    (row) =>
      new Proxy(row, {
        get: (target, name) => {
          looks += 1;
          return Reflect.get(target, name);
        },
      }),
  );
  return { rows: watched, looks: () => looks };
}

test('a field that is named a thousand times costs what it costs once', () => {
  const alike = Array.from({ length: 50 }, (_, index) => node(`worker${(index * 7) % 50}`, 'worker', '10.0.0.9'));
  const work = (query: ListQuery): number => {
    const { rows: watched, looks } = counted(alike);
    expect(listOf(watched, query, { fields })).toEqual(listOf(alike, query, { fields }));
    return looks();
  };
  const many = (field: string): string => `${`${field},`.repeat(1_000)}`;
  expect(work({ sort: parseSort(`${many('ip')}name`) })).toBe(work({ sort: parseSort('ip,name') }));
  expect(work({ select: parseSelect(`${many('ip')}name`) })).toBe(work({ select: parseSelect('ip,name') }));
});

test('of a field that is sorted by twice the first sign counts', () => {
  expect(names({ sort: parseSort('-name,+name') })).toEqual(['worker2', 'worker1', 'master']);
});
