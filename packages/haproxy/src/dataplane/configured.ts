/** What the configuration says of the backend and its servers. */
import { isJson, type Json, textIn } from '../http/answer.ts';
import { type Api, lookAt, objectAt } from './api.ts';
import { at } from './dialect.ts';

/** A server of the backend; undefined: there is none. */
export const readConfigured = (api: Api, name: string, signal: AbortSignal): Promise<Json | undefined> =>
  objectAt(api, api.dialect.servers(api.backend, name), `looking for server ${name}`, signal);

/** The backend; undefined: there is none. */
export const readBackend = (api: Api, signal: AbortSignal): Promise<Json | undefined> =>
  objectAt(api, at(`configuration/backends/${encodeURIComponent(api.backend)}`), 'looking for the backend', signal);

/** The section `defaults` that holds for a backend: v2 shows one, v3 all with their names. */
export async function readDefaults(api: Api, backend: Json, signal: AbortSignal): Promise<Json | undefined> {
  const doing = 'reading the defaults';
  const found = await lookAt(api, at('configuration/defaults'), doing, signal);
  const defaults = found === undefined ? undefined : api.dialect.configured(found);
  if (!Array.isArray(defaults)) return isJson(defaults) ? defaults : undefined;
  const from = textIn(backend, 'from');
  const section: unknown = defaults.find((each) => isJson(each) && textIn(each, 'name') === from) ?? defaults.at(-1);
  return isJson(section) ? section : undefined;
}

export const noBackend = (api: Api): Error =>
  api.http.fault('no-backend', `HAProxy has no backend ${api.backend}; it is created when HAProxy is looked at anew`);
