import { dataplaneDouble } from '@muster/haproxy/testing';
import {
  answerFault,
  findOperation,
  type OpenApi,
  queryFault,
  schemaFault,
} from '../../src/testing/dataplane/openapi.ts';
import { openApi2 } from '../../src/testing/dataplane/openapi-2.9.ts';
import { openApi3 } from '../../src/testing/dataplane/openapi-3.4.ts';
import { operationsOf } from '../../src/testing/dataplane/operations.ts';
import { base64 } from './rig.ts';

const tables: readonly (readonly [string, OpenApi])[] = [
  ['2.9', openApi2],
  ['3.4', openApi3],
];

describe.each(tables)('the table of %s', (version, api) => {
  const short = (name: string): string =>
    name.replace('/services/haproxy/', '').replace(/(?:backends|frontends)\/\{parent_name\}\//, '');

  test('the double does each of its operations', () => {
    const done = new Set(['GET /info', ...Object.keys(operationsOf({ isOld: version === '2.9' }))]);
    expect(new Set(Object.keys(api.operations).map(short))).toEqual(done);
  });

  test('every schema that it refers to is there', () => {
    const refs = [...JSON.stringify(api).matchAll(/"ref":"(\w+)"/g)].map(([, name]) => name!);
    expect(refs.filter((name) => api.schemas[name] === undefined)).toEqual([]);
  });

  test('unknown paths, unknown and missing parameters, and wrong types are refused', () => {
    expect(findOperation(api, 'GET', '/services/haproxy/sessions')).toBeUndefined();
    expect(findOperation(api, 'POST', '/info')).toBeUndefined();
    const { operation } = findOperation(api, 'POST', '/services/haproxy/transactions')!;
    expect(queryFault(operation, new URLSearchParams('version=1'))).toBeUndefined();
    expect(queryFault(operation, new URLSearchParams(''))).toContain('required');
    expect(queryFault(operation, new URLSearchParams('version=a'))).toContain('integer');
    expect(queryFault(operation, new URLSearchParams('version=1&name=x'))).toContain('unknown');
  });

  test('bodies lose nothing that is required and hold nothing that is unknown', () => {
    const fault = (body: unknown) => schemaFault(api, { ref: 'server' }, body, 'body');
    expect(fault({ name: 'w1', address: 'a', port: 1, check: 'enabled', weight: 1 })).toBeUndefined();
    expect(fault({ name: 'w1' })).toBe('body.address is required');
    expect(fault({ name: 'w1', address: 'a', colour: 1 })).toBe('body.colour is unknown');
    expect(fault({ name: 'w1', address: 'a', port: 0 })).toContain('1 to 65535');
    expect(fault({ name: 'w1', address: 'a', check: 'yes' })).toContain('enabled');
    expect(fault({ name: 'w 1', address: 'a' })).toContain('must match');
    expect(fault([])).toContain('object');
  });

  test('answers have a status and a body that are known', () => {
    const { operation } = findOperation(api, 'GET', '/services/haproxy/configuration/version')!;
    expect(answerFault(api, operation, 200, 7)).toBeUndefined();
    expect(answerFault(api, operation, 200, '7')).toContain('integer');
    expect(answerFault(api, operation, 201, 7)).toContain('no answer');
    expect(answerFault(api, operation, 500, { code: 500, message: 'x' })).toBeUndefined();
    expect(answerFault(api, operation, 500, { code: 500 })).toContain('required');
  });
});

test.each([
  ['2.9', 'GET', '/v2/services/haproxy/runtime/servers', 422],
  ['2.9', 'GET', '/v2/services/haproxy/runtime/servers?backend=a&version=1', 422],
  ['2.9', 'GET', '/v3/services/haproxy/runtime/info', 404],
  ['3.4', 'GET', '/v2/info', 404],
  ['3.4', 'DELETE', '/v3/services/haproxy/configuration/version', 404],
  ['3.4', 'GET', '/v3/services/haproxy/runtime/backends/a/servers?backend=a', 422],
  ['3.4', 'GET', '/v3/services/haproxy/runtime/backends/a/servers', 200],
] as const)('the double %s answers %s %s with %d', async (version, method, path, status) => {
  const double = await dataplaneDouble({ version });
  try {
    const authorization = `Basic ${base64(`${double.user}:${double.password}`)}`;
    const ask = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${double.port}${path}`, { method, headers });
    expect((await ask({ authorization })).status).toBe(status);
    if (status !== 404) expect((await ask({})).status).toBe(401);
  } finally {
    await double.close();
  }
});
