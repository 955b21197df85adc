/** Reads answers that may be anything: JSON of the right shape, or a clear error. */
import type { HttpAnswer } from '../ports.ts';
import type { Http } from './http.ts';

export type Json = Readonly<Record<string, unknown>>;

/** The body as JSON; a `bad-answer` if it is none. */
export function jsonOf(http: Http, answer: HttpAnswer, doing: string): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    throw http.fault(
      'bad-answer',
      `${doing}: what answers does not speak JSON; check address and port`,
      saidIn(answer),
    );
  }
}

/** For a shape that differs from what was asked for. */
export function wrongShape(http: Http, doing: string, what: string): Error {
  return http.fault('bad-answer', `${doing}: the answer has ${what}; is this really the API that was configured?`);
}

/** What became of a request that did not succeed, with its cure. */
export function unexpected(http: Http, answer: HttpAnswer, doing: string): Error {
  const { status } = answer;
  const said = saidIn(answer);
  if (status === 401 || status === 403)
    return http.fault('refused', `${doing}: user or password is refused (${status}); check both, and its rights`, said);
  if (status >= 300 && status < 400)
    return http.fault(
      'bad-answer',
      `${doing}: it leads elsewhere (${status}), which is not followed; give that address`,
    );
  if (status >= 400) return http.fault('failed', `${doing}: answered ${status}`, said);
  return http.fault('bad-answer', `${doing}: answered ${status}, which is no answer to it`, said);
}

/** The message in an error's body; of anything else its beginning. */
export function saidIn({ body }: HttpAnswer): string {
  if (/^\s*</.test(body)) return '(a page of HTML)';
  try {
    const parsed: unknown = JSON.parse(body);
    if (isJson(parsed) && typeof parsed.message === 'string') return parsed.message;
    if (isJson(parsed) && typeof parsed.detail === 'string') return parsed.detail;
  } catch {
    // Plain text.
  }
  return body.slice(0, 10_000);
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Its objects, if it is a list of objects. */
export const listOf = (value: unknown): readonly Json[] | undefined =>
  Array.isArray(value) && value.every(isJson) ? value : undefined;

export const textIn = (object: Json, name: string): string | undefined =>
  typeof object[name] === 'string' ? object[name] : undefined;

export const numberIn = (object: Json, name: string): number | undefined =>
  typeof object[name] === 'number' && Number.isFinite(object[name]) ? object[name] : undefined;

/** A whole number from 0 up, as far as counters and seconds go. Other numbers are none. */
export const countIn = (object: Json, name: string): number | undefined => {
  const value = numberIn(object, name);
  return value !== undefined && Number.isInteger(value) && value >= 0 && value < 1e10 ? value : undefined;
};

export const objectIn = (object: Json, name: string): Json | undefined => {
  const value = object[name];
  return isJson(value) ? value : undefined;
};
