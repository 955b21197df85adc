/** The backend, its frontend and its bind: created where they are absent, as the reference does (`reference/haproxy.md` 1). */
import { type Json, numberIn, textIn, wrongShape } from '../http/answer.ts';
import { type Api, type Call, listAt } from './api.ts';
import { readBackend } from './configured.ts';
import { at } from './dialect.ts';
import { inTransaction } from './transaction.ts';

/** A frontend of the configuration that leads to a backend, and what it binds. */
export interface Front {
  readonly frontend: Json;
  readonly name: string;
  readonly leadsTo: string;
  readonly binds: readonly Json[];
}

export interface Found {
  readonly backend: Json;
  readonly fronts: readonly Front[];
}

/** Looks for backend and frontend, creates what is absent in one transaction, and gives both as they are then. */
export async function ensureBackend(api: Api, agentPort: number, signal: AbortSignal): Promise<Found> {
  const wanted = { name: api.backend, mode: 'tcp', balance: { algorithm: 'leastconn' } };
  const backend = await readBackend(api, signal);
  const fronts = await readFronts(api, signal);
  const calls = [
    ...(backend === undefined ? [create('backends', wanted)] : []),
    ...absentFront(api, fronts, agentPort),
  ];
  if (calls.length > 0) await inTransaction(api, calls, `creating the backend ${api.backend}`, signal);
  return { backend: backend ?? wanted, fronts };
}

const create = (what: 'backends' | 'frontends', body: Json): Call => ({
  method: 'POST',
  place: at(`configuration/${what}`),
  body,
  doing: `creating ${textIn(body, 'name')}`,
});

/** What makes agents come to the backend: a frontend of another name does it as well. */
function absentFront(api: Api, fronts: readonly Front[], agentPort: number): readonly Call[] {
  const isLed = fronts.some((front) => front.leadsTo === api.backend && bindsPort(front, agentPort));
  if (isLed) return [];
  const name = `${api.backend}_front`;
  const bind = { name: `${name}_bind`, port: agentPort };
  const front = fronts.find((each) => each.name === name);
  // A bind of that name on another port is somebody's wish.
  if (front?.binds.some((each) => textIn(each, 'name') === bind.name)) return [];
  const post: Call = { method: 'POST', place: api.dialect.binds(name), body: bind, doing: `creating ${bind.name}` };
  return front === undefined
    ? [create('frontends', { name, mode: 'tcp', default_backend: api.backend }), post]
    : [post];
}

export function bindsPort({ binds }: Front, port: number): boolean {
  return binds.some((bind) => {
    const first = numberIn(bind, 'port');
    return first !== undefined && first <= port && port <= (numberIn(bind, 'port-range-end') ?? first);
  });
}

async function readFronts(api: Api, signal: AbortSignal): Promise<readonly Front[]> {
  const fronts: Front[] = [];
  for (const frontend of await listAt(api, at('configuration/frontends'), 'listing the frontends', signal)) {
    const [name, leadsTo] = [textIn(frontend, 'name'), textIn(frontend, 'default_backend')];
    if (name === undefined) throw wrongShape(api.http, 'listing the frontends', 'a frontend without a name');
    if (leadsTo === undefined) continue;
    const binds = await listAt(api, api.dialect.binds(name), `listing the binds of ${name}`, signal);
    fronts.push({ frontend, name, leadsTo, binds });
  }
  return fronts;
}
