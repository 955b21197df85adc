/** What the configuration says of the backend and its servers. */
import { isJson, type Json, textIn, wrongShape } from '../http/answer.ts';
import { type Api, lookAt, objectAt } from './api.ts';
import { at } from './dialect.ts';

/** A server of the backend; undefined: there is none. */
export async function readConfigured(api: Api, name: string, signal: AbortSignal): Promise<Json | undefined> {
  const doing = `looking for server ${name}`;
  const server = await objectAt(api, api.dialect.servers(api.backend, name), doing, signal);
  if (server !== undefined && textIn(server, 'name') !== name) throw wrongShape(api.http, doing, 'another server');
  return server;
}

/** The backend; undefined: there is none. */
export async function readBackend(api: Api, signal: AbortSignal): Promise<Json | undefined> {
  const doing = 'looking for the backend';
  const place = at(`configuration/backends/${encodeURIComponent(api.backend)}`);
  const backend = await objectAt(api, place, doing, signal);
  if (backend !== undefined && textIn(backend, 'name') !== api.backend)
    throw wrongShape(api.http, doing, 'another backend');
  return backend;
}

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
