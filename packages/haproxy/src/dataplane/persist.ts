/**
 * Writes servers into the configuration without a reload: the API adds and deletes single servers only with one, but takes
 * the whole text with `skip_reload`, after HAProxy has judged it.
 */
import type { WantedServer } from '../driver.ts';
import { isJson, jsonOf, textIn, unexpected, wrongShape } from '../http/answer.ts';
import type { Api, Call } from './api.ts';
import { change } from './change.ts';
import { at } from './dialect.ts';
import { rewriteServers } from './raw.ts';

/** `removed`: names that are taken out. */
export async function persistServers(
  api: Api,
  wanted: readonly WantedServer[],
  removed: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const doing = 'writing the servers into the configuration';
  const makeCall = async (): Promise<Call | undefined> => {
    const text = await readText(api, signal);
    const body = rewriteServers(text, { backend: api.backend, wanted, removed });
    if (body === 'no-backend')
      throw api.http.fault('no-backend', `${doing}: the configuration has no backend ${api.backend}`);
    if (body === 'conditional')
      throw api.http.fault('unsupported', `${doing}: backend ${api.backend} has lines as \`.if\`; write them yourself`);
    if (body === text) return undefined;
    return { method: 'POST', place: at('configuration/raw', { skip_reload: 'true' }), body, doing };
  };
  await change(api, makeCall, signal);
}

/** The whole configuration. It may hold secrets of others: it is never shown. */
async function readText(api: Api, signal: AbortSignal): Promise<string> {
  const doing = 'reading the configuration';
  const answer = await api.ask({ method: 'GET', place: at('configuration/raw'), doing }, signal);
  if (answer.status !== 200) throw unexpected(api.http, answer, doing);
  if (api.dialect.version === 'v3') return answer.body;
  const body = jsonOf(api.http, answer, doing);
  const text = isJson(body) ? textIn(body, 'data') : undefined;
  if (text === undefined) throw wrongShape(api.http, doing, 'no text');
  return text;
}
