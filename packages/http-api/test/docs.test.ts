/**
 * docs/api.md says what the server does: its chapter on routes is made from the routes and from real answers to fixed data.
 * UPDATE_API_DOCS=1 writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable } from '@muster/http-api';
import { elsewhere, type Route, routes, shapeOf } from '@muster/http-api/server';
import type { EventRow } from '@muster/protocol';
import { answers } from './answers.ts';
import { openRig, operator, type Rig, reader } from './rig.ts';

// Times of the 3.x form are local ones.
process.env.TZ = 'UTC';

const file = join(__dirname, '../../../docs/api.md');
const text = readFileSync(file, 'utf8');
const part = (heading: string): string => text.split(/^## /m).find((found) => found.startsWith(`${heading}\n`)) ?? '';

let rig: Rig;
beforeAll(async () => {
  const happened: EventRow = {
    ...{ id: 1_790_000_042, atMs: 1_790_000_042_000, kind: 'joined', subject: 'node02' },
    text: 'node02 is linked.',
  };
  rig = await openRig({
    sources: {
      wallNow: () => 1_790_000_000_000,
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'muster_up 1\n' }),
      answers: answers({
        events: ({ after = 0 }) => ({
          type: 'events',
          rows: after < happened.id ? [happened] : [],
          next: happened.id,
          more: false,
        }),
        agents: ({ after }) => ({
          type: 'agents',
          rows: [
            {
              id: after + 1,
              name: 'web-1',
              ip: 'any',
              status: 'active',
              node: 'node02',
              version: 'v4.14.7',
              groups: 'default,web',
            },
          ],
          ...{ total: 10_000, next: after + 1 },
        }),
      }),
    },
  });
});
afterAll(() => rig.close());

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
};

const forms = { basic: 'The 3.x form', token: 'The 4.14 form' } as const;
const roleWords: Record<Route['access'], string> = {
  anyone: 'For anyone.',
  password: 'For every user.',
  read: 'Role `read`.',
  operate: 'Role `operate`.',
};

function parametersOf(route: Route): string {
  const own = new Map<string, [string, string[]]>();
  for (const form of ['basic', 'token'] as const) {
    for (const [name, schema] of Object.entries(shapeOf(route, form)?.query.properties ?? {})) {
      const known = own.get(name) ?? [String(schema.description ?? '').replaceAll('|', '\\|'), []];
      known[1].push(form === 'basic' ? '3.x' : '4.14');
      own.set(name, known);
    }
  }
  if (own.size === 0) return '';
  return `\n${table(
    ['parameter', 'form', 'what'],
    [...own].map(([name, [what, of]]) => [`\`${name}\``, of.join(', '), what || 'see above']),
  )}\n`;
}

async function exampleOf(route: Route, form: keyof typeof forms): Promise<string> {
  const path = route.path.replace(':node', 'node02');
  if (path === '/events') return await eventsExample();
  const auth = form === 'basic' || route.access === 'password' ? operator : await rig.token('boss');
  const { text, json, status } = await rig.get(`${path}?pretty`, auth, { method: route.method });
  if (json?.openapi !== undefined) return '';
  const shown = text.replace(/"token": "[^"]*"/, '"token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…"');
  return `\n\`\`\`\n${status === 200 ? '' : `${status}\n`}${shown.trimEnd()}\n\`\`\`\n`;
}

/** The first event of the stream, which has no end. */
async function eventsExample(): Promise<string> {
  const { request } = await import('node:http');
  const { headersFor, until } = await import('./rig.ts');
  let found = '';
  const asking = request(
    { host: '127.0.0.1', port: rig.listening.port, path: '/events?after=0', headers: headersFor(reader) },
    (response) =>
      response.on('data', (data: Buffer) => {
        found += data.toString();
      }),
  );
  asking.on('error', () => {});
  asking.end();
  await until(() => found.includes('data: '));
  asking.destroy();
  return `\n\`\`\`\n${found.trimEnd()}\n\`\`\`\n`;
}

async function chapter(): Promise<string> {
  const parts: string[] = [];
  for (const route of routes) {
    const shapes =
      'both' in route.forms
        ? (['token'] as const)
        : (['basic', 'token'] as const).filter((form) => shapeOf(route, form));
    parts.push(
      `### ${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}\n\n${route.about} ${roleWords[route.access]}\n${parametersOf(route)}`,
    );
    for (const form of shapes) {
      const words = 'both' in route.forms || route.access === 'password' ? '' : `\n${forms[form]}:\n`;
      const example = await exampleOf(route, form);
      if (example !== '') parts.push(`${words}${example}`);
    }
    parts.push('\n');
  }
  return `Routes\n\n${parts.join('').trimEnd()}\n\n`;
}

test('the chapter on routes has every route, its parameters, and what it answers', async () => {
  const made = await chapter();
  if (process.env.UPDATE_API_DOCS === '1')
    writeFileSync(
      file,
      text.replace(part('Routes'), () => made),
    );
  else expect(part('Routes')).toBe(made);
});

test('the routes that are elsewhere are listed with what does their work', () => {
  const rows = elsewhere.map(({ method, path, instead }) => [
    `\`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}\``,
    instead,
  ]);
  const made = table(['route', 'what does it'], rows);
  if (process.env.UPDATE_API_DOCS === '1') return;
  expect(part('Routes that are elsewhere')).toContain(made);
});

test('every code of a refusal is there with its status and its cure', () => {
  const rows = Object.entries(errorTable).map(([code, { status, text, remediation }]) => [
    `\`${code}\``,
    String(status),
    text,
    remediation,
  ]);
  const made = table(['code', 'status', 'meaning', 'cure'], rows);
  if (process.env.UPDATE_API_DOCS === '1') process.stdout.write(`${made}\n`);
  else expect(part('Refusals')).toContain(made);
});
