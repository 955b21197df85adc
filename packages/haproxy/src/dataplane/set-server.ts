/** State and weight of a server, and its end. */
import type { AdminState, Server } from '../driver.ts';
import { isJson, type Json, jsonOf, numberIn, saidIn, textIn, unexpected, wrongShape } from '../http/answer.ts';
import type { HttpAnswer } from '../ports.ts';
import type { Api, Call } from './api.ts';
import { change } from './change.ts';
import { readConfigured } from './configured.ts';
import { readServers } from './look.ts';
import { persistServers } from './persist.ts';

/** Sets ready, drain or maint in the process that runs. */
export async function putState(api: Api, name: string, state: AdminState, signal: AbortSignal): Promise<void> {
  const doing = `setting server ${name} to ${state}`;
  const place = api.dialect.running(api.backend, name);
  const answer = await api.ask({ method: 'PUT', place, body: { admin_state: state }, doing }, signal);
  if (answer.status === 404) throw noServer(api, doing);
  if (answer.status !== 200) throw unexpected(api.http, answer, doing);
  const body = jsonOf(api.http, answer, doing);
  const now = isJson(body) ? textIn(body, 'admin_state') : undefined;
  if (now === undefined) throw wrongShape(api.http, doing, 'no state');
  if (now !== state) throw api.http.fault('failed', `${doing}: it is still in ${now}`);
}

/**
 * The weight is set through the configuration, and the API passes it on at run time: `runtime/servers` takes weights
 * in its newest versions only, and the others pass over them in silence.
 */
export async function putWeight(api: Api, name: string, weight: number, signal: AbortSignal): Promise<void> {
  const doing = `setting the weight of server ${name}`;
  const server = (await readServers(api, signal)).find((each) => each.name === name);
  if (server === undefined) throw noServer(api, doing);
  const configured = await readConfigured(api, name, signal);
  const written = configured === undefined ? undefined : (numberIn(configured, 'weight') ?? 1);
  // In maintenance HAProxy shows a weight that may be out of date.
  const isSet = server.admin !== 'maint' && server.weight === weight;
  if (isSet && written === weight) return;
  // Only what differs from the configuration is passed on.
  if (written === undefined || written === weight) await writeOther(api, server, configured, weight, signal);
  const makeCall = async (): Promise<Call> => {
    const now = await readConfigured(api, name, signal);
    if (now === undefined) throw noServer(api, doing);
    return { method: 'PUT', place: api.dialect.servers(api.backend, name), body: { ...now, weight }, doing };
  };
  await change(api, makeCall, signal);
}

/** The server's line with another weight than the wanted one; HAProxy does not read it. */
async function writeOther(
  api: Api,
  server: Server,
  configured: Json | undefined,
  weight: number,
  signal: AbortSignal,
): Promise<void> {
  const address = textIn(configured ?? {}, 'address') ?? server.address;
  const other = server.weight === weight || server.weight < 1 ? (weight % 256) + 1 : server.weight;
  await persistServers(api, [{ ...server, address, weight: other }], new Set(), signal);
}

const noServer = (api: Api, doing: string): Error => api.http.fault('failed', `${doing}: there is no such server`);

/** Takes a server in maintenance away, and its line in the configuration with it. */
export async function takeAway(api: Api, name: string, signal: AbortSignal): Promise<'removed' | 'busy' | 'gone'> {
  const outcome = await deleteServer(api, name, signal);
  if (outcome !== 'busy' && (await readConfigured(api, name, signal)) !== undefined)
    await persistServers(api, [], new Set([name]), signal);
  return outcome;
}

/** Without a reload where HAProxy can. Its line in the configuration stays, unless that is what ends it. */
export async function deleteServer(api: Api, name: string, signal: AbortSignal): Promise<'removed' | 'busy' | 'gone'> {
  const doing = `removing server ${name}`;
  const answer = await api.ask({ method: 'DELETE', place: api.dialect.running(api.backend, name), doing }, signal);
  if (answer.status === 204) return 'removed';
  if (isGone(answer)) return 'gone';
  const said = saidIn(answer);
  if (/connections attached/i.test(said)) return 'busy';
  // Other lines of the configuration point at it.
  if (!/cannot be removed at runtime/i.test(said)) throw unexpected(api.http, answer, doing);
  const place = api.dialect.servers(api.backend, name);
  await change(api, async () => ({ method: 'DELETE', place, doing }), signal);
  return 'removed';
}

const isGone = (answer: HttpAnswer): boolean => answer.status === 404 || /no such server/i.test(saidIn(answer));
