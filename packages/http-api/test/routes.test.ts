/** Every route, in both forms, over a real connection, against the schema that its documentation is made from. */

import { elsewhere, routes, shapeOf } from '@muster/http-api/server';
import { Value } from '@sinclair/typebox/value';
import { answers, failing, secrets } from './answers.ts';
import { openRig, operator, type Response, type Rig } from './rig.ts';

let rig: Rig;
let tokens: { readonly read: string; readonly operate: string };
beforeAll(async () => {
  rig = await openRig({
    sources: { metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }) },
  });
  tokens = { read: await rig.token(), operate: await rig.token('boss') };
});
afterAll(() => rig.close());

const seen: Response[] = [];
const get = async (...asked: Parameters<Rig['get']>): Promise<Response> => {
  const response = await rig.get(...asked);
  seen.push(response);
  return response;
};

const cases = routes
  .filter(({ path }) => path !== '/events')
  .flatMap((route) =>
    (['basic', 'token'] as const).flatMap((form) => {
      const shape = shapeOf(route, form);
      return shape === undefined ? [] : [{ title: `${route.method} ${route.path}, ${form} form`, route, form, shape }];
    }),
  );

test.each(cases)('$title: its answer fits its schema', async ({ route, form, shape }) => {
  const token = route.access === 'operate' ? tokens.operate : tokens.read;
  const auth = form === 'basic' || route.access === 'password' ? operator : token;
  for (const node of route.path.includes(':node') ? ['node01', 'node02'] : ['']) {
    const response = await get(route.path.replace(':node', node), auth, { method: route.method });
    expect([response.status, response.text]).toEqual([route.path === '/muster/sync' ? 202 : 200, expect.any(String)]);
    expect([...Value.Errors(shape.answer, response.json ?? response.text)]).toEqual([]);
  }
});

test('the 3.x list of nodes is the one of the seed, to the blank', async () => {
  const { text, headers } = await get('/cluster/nodes?pretty&sort=-name&limit=1');
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  expect(text).toBe(`{
   "error": 0,
   "data": {
      "totalItems": 3,
      "items": [
         {
            "name": "node03",
            "type": "worker",
            "version": "4.14.7",
            "ip": "192.168.56.105"
         }
      ]
   }
}`);
});

test('the same route answers in the form of 4.14 to a token', async () => {
  const { json } = await get('/cluster/nodes?select=name&sort=%2Bname', tokens.read);
  expect(json).toEqual({
    data: {
      affected_items: [{ name: 'node01' }, { name: 'node02' }, { name: 'node03' }],
      ...{ total_affected_items: 3, total_failed_items: 0, failed_items: [] },
    },
    message: 'All selected nodes information was returned',
    error: 0,
  });
});

test('of nodes that are named, those that there are not come with 1730, and those that are gone with 3023', async () => {
  const { json, status } = await get('/cluster/nodes?nodes_list=node02,nobody,node04', tokens.read);
  expect([status, json.error, json.data.total_affected_items]).toEqual([200, 2, 1]);
  expect(json.data.failed_items).toMatchObject([
    { error: { code: 1730, message: 'Node does not exist' }, id: ['nobody'] },
    { error: { code: 3023 }, id: ['node04'] },
  ]);
  expect((await get('/cluster/nodes?nodes_list=nobody', tokens.read)).json.error).toBe(1);
});

test.each([
  ['/cluster/nodes?q=type=worker;name~2', ['node02']],
  ['/cluster/nodes?search=105', ['node03']],
  ['/cluster/nodes?search=-105&type=worker', ['node02']],
  ['/cluster/nodes?offset=1&limit=1', ['node02']],
  ['/cluster/nodes?distinct&select=type', [undefined, undefined]],
  ['/cluster/ruleset/synchronization', ['node01', 'node02', 'node03']],
  ['/cluster/healthcheck?q=info.type=worker', [undefined]],
])('%s', async (path, names) => {
  const { json } = await get(path, tokens.read);
  expect(json.data.affected_items.map(({ name }: { readonly name?: string }) => name)).toEqual(names);
});

test('a node that is behind is not synced', async () => {
  const { json } = await get('/cluster/ruleset/synchronization?nodes_list=node02,node03', tokens.read);
  expect(json.data.affected_items).toEqual([
    { name: 'node02', synced: true },
    { name: 'node03', synced: false },
  ]);
});

test('one node is the object itself in the 3.x form', async () => {
  const { json } = await get('/cluster/nodes/node02');
  expect(json).toEqual({
    error: 0,
    data: { name: 'node02', type: 'worker', version: '4.14.7', ip: '192.168.56.103' },
  });
});

test('the key is masked whoever asks', async () => {
  expect((await get('/cluster/config', operator)).json.data.key).toBe('*****');
  expect((await get('/cluster/local/config', tokens.operate)).json.data.affected_items[0].key).toBe('*****');
});

test('a node tells its zone, and its uptime in whole seconds', async () => {
  const { json } = await get('/cluster/node02/info');
  expect(json.data).toMatchObject({ version: 'v4.14.7', tz_offset: '-0530', uptime_s: 61 });
});

test('lines of a log are chosen by daemon and level, and queried', async () => {
  const rows = async (path: string, auth?: string): Promise<unknown> => {
    const { json } = await get(path, auth);
    const items = json.data.items ?? json.data.affected_items;
    return items.map(({ description }: { readonly description: string }) => description);
  };
  expect(await rows('/cluster/node01/logs?type_log=error')).toEqual(['No rule.']);
  expect(await rows('/cluster/node01/logs?category=wazuh-remoted&type_log=all')).toEqual(['Slow agent.']);
  expect(await rows('/cluster/node02/logs?level=info', tokens.read)).toEqual(['Started.']);
  expect(await rows('/cluster/node02/logs?q=level!=info&sort=-description', tokens.read)).toEqual([
    'Slow agent.',
    'No rule.',
  ]);
  expect(await rows('/cluster/node02/logs?search=-Slow&limit=1&offset=1', tokens.read)).toEqual(['No rule.']);
});

test('the summary counts lines by daemon and level', async () => {
  const { json } = await get('/cluster/node01/logs/summary');
  expect(json.data['wazuh-analysisd']).toEqual({ all: 2, critical: 0, debug: 0, error: 1, info: 1, warning: 0 });
});

test.each([
  ['/cluster/nodes?type=agent', 200, 1728],
  ['/cluster/nodes?select=key', 200, 1724],
  ['/cluster/nodes?sort=key', 200, 1403],
  ['/cluster/nodes/nobody', 200, 1730],
  ['/cluster/nodes/node04', 200, 3023],
  ['/cluster/nobody/info', 200, 1730],
  ['/cluster/no..body/info', 200, 1730],
  ['/cluster/node04/info', 200, 3023],
  ['/cluster/healthcheck?node=nobody', 200, 1730],
  ['/cluster/healthcheck?node=node04', 200, 3023],
  ['/muster/agents?status=foo', 400, 600],
  ['/cluster/nodes?limit=0', 400, 600],
  ['/cluster/nodes?limit=x', 400, 600],
  ['/cluster/nodes?offset=-1', 400, 600],
  ['/cluster/nodes?q=name=a', 400, 600],
  ['/cluster/nodes?offset=1&offset=2', 400, 600],
  ['/cluster/local/info', 404, 603],
  ['/nowhere', 404, 603],
])('3.x: GET %s is refused with %i and %i', async (path, status, code) => {
  const response = await get(path);
  expect([response.status, response.json]).toEqual([status, { error: code, message: expect.any(String) }]);
});

test.each([
  ['/cluster/nodes?type=agent', 400, 1728],
  ['/cluster/nodes?select=key', 400, 1724],
  ['/cluster/nodes?q=name', 400, 1407],
  ['/cluster/nodes?q=key=1', 400, 1408],
  ['/cluster/nodes?distinct&select=name,ip', 400, 1410],
  ['/cluster/node04/logs', 500, 3023],
  ['/cluster/nodes?limit=100001', 400, undefined],
  ['/cluster/nodes?wrong=1', 400, undefined],
  ['/cluster/config', 404, undefined],
  ['/nowhere', 404, undefined],
])('4.14: GET %s is refused with %i and %s', async (path, status, code) => {
  const { status: found, json, headers } = await get(path, tokens.read);
  expect([found, json.error, json.title, json.detail]).toEqual([status, code, expect.any(String), expect.any(String)]);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
});

test('4.14 answers 200 and a failed item for a node that there is not', async () => {
  const { status, json } = await get('/cluster/nobody/info', tokens.read);
  expect([status, json.error, json.data.failed_items[0].error.code]).toEqual([200, 1, 1730]);
});

test.each(elsewhere)(
  '$method $path of the reference is answered with what does its work',
  async ({ method, path, instead }) => {
    const { status, json } = await get(path.replaceAll(/:\w+/g, 'x'), tokens.read, { method });
    expect([status, json.detail]).toEqual([501, expect.stringContaining(instead)]);
  },
);

test.each([
  ['/muster/agents?status=foo', 'The parameter "status" is none of: active, disconnected, pending, never_connected.'],
  [
    '/cluster/node02/logs?level=foo',
    'The parameter "level" is none of: critical, debug, debug2, error, info, warning.',
  ],
  [
    '/events?kind=joined,foo',
    expect.stringMatching(/^The parameter "kind" names "foo"\. There are: started, .*omitted\.$/),
  ],
])('a word that %s does not take is refused with those that it takes', async (path, words) => {
  expect((await get(path, tokens.read)).json).toEqual({ title: 'Bad Request', detail: words });
});

test.each([
  ['no-haproxy', 409, 'no HAProxy'],
  ['last-node', 409, 'last node'],
  ['node-excluded', 409, 'excludes'],
  ['not-kept', 500, 'written down'],
])('a drain that is refused for %s is %i with what is the matter', async (code, status, words) => {
  const other = await openRig({ sources: { answers: answers({ drain: failing(code) }) } });
  try {
    const [basic, token] = [
      await other.get('/muster/drain/node02', operator, { method: 'PUT' }),
      await other.get('/muster/drain/node02', await other.token('boss'), { method: 'PUT' }),
    ];
    expect([basic.status, basic.json]).toEqual([status, { error: status, message: expect.stringContaining(words) }]);
    expect([token.status, token.json.title]).toEqual([status, expect.stringMatching(/^(Conflict|Internal Error)$/)]);
  } finally {
    other.close();
  }
});

test('a method that a route does not have is 405, with those that it has', async () => {
  const { status, headers } = await get('/muster/drain/node02', operator, { method: 'POST' });
  expect([status, headers.allow]).toEqual([405, 'PUT, DELETE']);
});

test('10,000 agents are paged to the last, none twice', async () => {
  const ids = new Set<string>();
  let after = 0;
  for (let pages = 1; ; pages += 1) {
    const { json } = await get(`/muster/agents?limit=250&after=${after}`, tokens.read);
    for (const { id } of json.data.affected_items) ids.add(id);
    expect(json.data.total_affected_items).toBe(10_000);
    if (json.data.next === undefined) break;
    after = json.data.next;
    expect(pages).toBeLessThan(100);
  }
  expect(ids.size).toBe(10_000);
});

test('an order needs the role operate, and is logged', async () => {
  expect((await get('/muster/drain/node02', tokens.read, { method: 'PUT' })).json).toMatchObject({
    error: 4000,
    title: 'Permission Denied',
  });
  const refused = await get('/muster/drain/node02', undefined, { method: 'PUT' });
  expect([refused.status, refused.json.error]).toEqual([403, 4000]);
  const done = await get('/muster/drain/node02', operator, { method: 'PUT' });
  expect(done.json).toEqual({ data: { node: 'node02', drained: true, already: false }, error: 0 });
  expect(rig.logged).toContain('boss asked for PUT /muster/drain/node02 over HTTP: done.');
});

test('the token can be asked for as plain text', async () => {
  const { text, headers } = await get('/security/user/authenticate?raw=true', operator, { method: 'POST' });
  expect(headers['content-type']).toContain('text/plain');
  expect((await get('/cluster/status', text)).json.data).toEqual({ enabled: 'yes', running: 'yes' });
});

test('the documentation has every route, and refers to nothing that it lacks', async () => {
  const { json } = await get('/openapi.json', tokens.read);
  const listed = Object.entries(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(listed.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  for (const [, name] of JSON.stringify(json).matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(json.components.schemas).toHaveProperty(name!);
});

test('every answer forbids to be kept, framed or guessed at, and names no server', () => {
  for (const { headers } of seen) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(Object.keys(headers).filter((name) => /^(server|x-powered-by|access-control-.*)$/.test(name))).toEqual([]);
  }
});

test('nothing that was answered holds a key, a password, a path of this host or a stack', () => {
  expect(seen.length).toBeGreaterThan(100);
  for (const { text } of seen) {
    for (const secret of [
      secrets.key,
      secrets.password,
      secrets.root,
      rig.root,
      __dirname,
      '.ts:',
      'node_modules',
      '    at ',
    ])
      expect(text.includes(secret) ? { text, secret } : undefined).toBeUndefined();
  }
});
