import type { NodeForm } from '@muster/reference-forms';
import * as fc from 'fast-check';
import { nodesAnswer } from '../src/nodes-answer.ts';
import { nodesQuery } from '../src/nodes-query.ts';
import { exceptionIn } from '../src/testing/index.ts';
import { refusalText } from '../src/wazuh-error.ts';

const rows: readonly [NodeForm, ...NodeForm[]] = [
  { name: 'master', type: 'master', version: '4.14.7', ip: '10.0.0.9' },
  { name: 'worker2', type: 'worker', version: '4.14.7', ip: '10.0.0.2' },
  { name: 'Worker1', type: 'worker', version: '4.14.6', ip: '10.0.0.1' },
  { name: 'worker10', type: 'worker', version: '4.14.7', ip: '10.0.0.1' },
];

/** The answer to a payload; of a refusal its code. */
function asked(payload: unknown) {
  const query = nodesQuery(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const answer = query.ok ? nodesAnswer(rows, query.value) : query;
  return answer.ok ? answer.value : exceptionIn(Buffer.from(refusalText(answer.refusal)));
}
const namesOf = (payload: unknown): unknown => {
  const answer = asked(payload);
  return 'items' in answer ? (answer.items as readonly NodeForm[]).map(({ name }) => name) : answer.code;
};
const all = ['master', 'worker2', 'Worker1', 'worker10'];

describe('get_nodes', () => {
  it.each([
    ['nothing', '', all],
    ['null', 'null', all],
    ['an empty object', {}, all],
    [
      'everything as absent',
      {
        filter_node: null,
        offset: 0,
        limit: 500,
        sort: null,
        search: null,
        select: null,
        filter_type: 'all',
        distinct: false,
        q: '',
      },
      all,
    ],
    ['one name', { filter_node: 'worker2' }, ['worker2']],
    ['names', { filter_node: ['worker10', 'master'] }, ['master', 'worker10']],
    ['no name', { filter_node: [] }, []],
    ['workers', { filter_type: 'worker' }, ['worker2', 'Worker1', 'worker10']],
    ['the master', { filter_type: 'master' }, ['master']],
    ['a type and a name that do not meet', { filter_type: 'master', filter_node: 'worker2' }, []],
    ['from the second on', { offset: 1 }, ['worker2', 'Worker1', 'worker10']],
    ['two of them', { offset: 1, limit: 2 }, ['worker2', 'Worker1']],
    ['beyond the end', { offset: 9 }, []],
    ['without a limit', { limit: null }, all],
    ['by name, whatever the case', { sort: 'name' }, ['master', 'Worker1', 'worker10', 'worker2']],
    ['by name, up', { sort: '+name' }, ['master', 'Worker1', 'worker10', 'worker2']],
    ['by name, down', { sort: '-name' }, ['worker2', 'worker10', 'Worker1', 'master']],
    ['by address, then name down', { sort: '+ip,-name' }, ['worker10', 'Worker1', 'worker2', 'master']],
    ['by version, else as they are', { sort: 'version' }, ['Worker1', 'master', 'worker2', 'worker10']],
    [
      'as the API hands it over',
      { sort: { fields: ['ip', 'name'], order: 'asc' } },
      ['Worker1', 'worker10', 'worker2', 'master'],
    ],
    [
      'down, as the API hands it over',
      { sort: { fields: ['name'], order: 'desc' } },
      ['worker2', 'worker10', 'Worker1', 'master'],
    ],
    ['a query', { q: 'type=worker;version!=4.14.6' }, ['worker2', 'worker10']],
    ['a text', { search: 'ER1' }, ['Worker1', 'worker10']],
    ['a text in any field', { search: '10.0.0.9' }, ['master']],
    ['not a text', { search: '-er1' }, ['master', 'worker2']],
    ['a text, as the API hands it over', { search: { value: 'er1', negation: 0 } }, ['Worker1', 'worker10']],
    ['not a text, as the API hands it over', { search: { value: 'er1', negation: 1 } }, ['master', 'worker2']],
  ] as const)('finds %s', (_what, payload, wanted) => {
    expect(namesOf(payload)).toEqual(wanted);
  });

  it('counts all that fit, beyond offset and limit', () => {
    expect(asked({ filter_type: 'worker', limit: 1 })).toMatchObject({ items: [{ name: 'worker2' }], totalItems: 3 });
  });

  it.each([
    [['ip', 'name'], [{ name: 'master', ip: '10.0.0.9' }]],
    ['type', [{ type: 'master' }]],
    [{ fields: ['version'] }, [{ version: '4.14.7' }]],
    [[], [rows[0]]],
  ])('shows of each node what is selected: %j', (select, items) => {
    expect(asked({ select, limit: 1 })).toMatchObject({ items });
    expect(JSON.stringify(asked({ select, limit: 1 }))).toContain(JSON.stringify(items));
  });

  it('shows each selection once when asked to', () => {
    expect(asked({ select: ['ip'], distinct: true, filter_type: 'worker' })).toEqual({
      items: [{ ip: '10.0.0.2' }, { ip: '10.0.0.1' }],
      totalItems: 2,
    });
  });

  it.each([
    ['a field to select that there is not', { select: ['name', 'key'] }, 1724],
    ['a selection that is none', { select: 5 }, 1724],
    ['a type that there is not', { filter_type: 'client' }, 1728],
    ['a node that there is not', { filter_node: ['master', 'worker9'] }, 1730],
    ['names that are none', { filter_node: [5] }, 1730],
    ['a field to sort by that there is not', { sort: '+name,-key' }, 1403],
    ['an order that is none', { sort: 5 }, 1403],
    ['an offset below 0', { offset: -1 }, 1400],
    ['a limit that is no number', { limit: 'ten' }, 1401],
    ['a limit of 0', { limit: 0 }, 1406],
    ['a limit of 100,001', { limit: 100_001 }, 1405],
    ['a search that is no text', { search: 5 }, 1407],
    ['a query that is none', { q: 'name' }, 1407],
    ['a query that is no text', { q: 5 }, 1407],
    ['a query of what there is not', { q: 'key=x' }, 1408],
    ['several fields, each once', { select: ['ip', 'name'], distinct: true }, 1410],
    ['no JSON', '{', 1000],
    ['no object', '[]', 1000],
  ])('refuses %s', (_what, payload, code) => {
    expect(namesOf(payload)).toBe(code);
  });

  it('writes errors as the programs of the manager decode them', () => {
    expect(asked({ select: 'key' })).toEqual({
      class: 'WazuhError',
      type: 'about:blank',
      title: 'Bad Request',
      code: 1724,
      extra_message: '"key". Fields are: name, type, version, ip.',
      extra_remediation: null,
      cmd_error: false,
      dapi_errors: {},
      ids: [],
    });
    expect(asked({ filter_node: 'worker9' })).toMatchObject({ class: 'WazuhResourceNotFound', code: 1730 });
  });

  it('answers or refuses whatever JSON it is asked with', () => {
    const field = fc.constantFrom(
      'filter_node',
      'offset',
      'limit',
      'sort',
      'search',
      'select',
      'filter_type',
      'distinct',
      'q',
    );
    void fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue()), (payload) => {
        const answer = asked(payload);
        expect('items' in answer || typeof answer.code === 'number').toBe(true);
      }),
    );
  });
});
