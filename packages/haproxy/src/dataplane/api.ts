/** The Data Plane API of one version: asks with credentials, and judges the answers. */
import { isJson, type Json, jsonOf, listOf, unexpected, wrongShape } from '../http/answer.ts';
import type { Http } from '../http/http.ts';
import type { HttpAnswer, HttpRequest } from '../ports.ts';
import { at, type Dialect, encoded, type Place } from './dialect.ts';

export interface Api {
  readonly http: Http;
  readonly dialect: Dialect;
  /** The agents' backend. */
  readonly backend: string;
  readonly reloadMs: number;
  /** Every status is an answer. */
  ask(call: Call, signal: AbortSignal): Promise<HttpAnswer>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export interface Call {
  readonly method: HttpRequest['method'];
  readonly place: Place;
  /** Sent as JSON; a text as it is. */
  readonly body?: Json | string;
  /** For errors: `adding the server w1`. */
  readonly doing: string;
}

/** The Basic token is secret. */
export function requestOf(call: Call, { version }: Dialect, token: string): HttpRequest {
  const { method, place, body } = call;
  const headers = { authorization: `Basic ${token}`, accept: 'application/json, text/plain' };
  const path = encoded(version, place);
  if (body === undefined) return { method, path, headers };
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain' : 'application/json';
  return { method, path, headers: { ...headers, 'content-type': type }, body: isText ? body : JSON.stringify(body) };
}

export const withQuery = (call: Call, query: Readonly<Record<string, string>>): Call => ({
  ...call,
  place: { ...call.place, query: { ...call.place.query, ...query } },
});

/** The JSON of a GET; undefined: there is none (404). */
export async function lookAt(api: Api, place: Place, doing: string, signal: AbortSignal): Promise<unknown> {
  const answer = await api.ask({ method: 'GET', place, doing }, signal);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw unexpected(api.http, answer, doing);
  return jsonOf(api.http, answer, doing);
}

/** A list in the configuration. Empty where what it hangs on is not there. */
export async function listAt(api: Api, place: Place, doing: string, signal: AbortSignal): Promise<readonly Json[]> {
  const found = await lookAt(api, place, doing, signal);
  const list = listOf(found === undefined ? [] : api.dialect.configured(found));
  if (list === undefined) throw wrongShape(api.http, doing, 'no list');
  return list;
}

/** An object in the configuration; undefined: there is none. */
export async function objectAt(api: Api, place: Place, doing: string, signal: AbortSignal): Promise<Json | undefined> {
  const found = await lookAt(api, place, doing, signal);
  if (found === undefined) return undefined;
  const object = api.dialect.configured(found);
  if (!isJson(object)) throw wrongShape(api.http, doing, 'no object');
  return object;
}

/** The version of the configuration, which each change names. */
export async function configurationVersion(api: Api, signal: AbortSignal): Promise<number> {
  const doing = 'reading the version of the configuration';
  const version = await lookAt(api, at('configuration/version'), doing, signal);
  if (!Number.isSafeInteger(version)) throw wrongShape(api.http, doing, 'no number');
  return version as number;
}
