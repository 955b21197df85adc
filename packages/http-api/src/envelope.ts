/** The two forms of an answer: that of 3.x and that of 4.14 (`reference/cli-api.md` 5, 6). */
import { type ApiError, type ErrorCode, errorTable, type HttpError } from './api-error.ts';

/** `basic`: the form of 3.x; `token`: the form of 4.14. Told apart by how the caller says who it is. */
export type Form = 'basic' | 'token';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** JSON, or a text as it is, or what goes on until it ends. */
  readonly body: object | string | Follow;
}

/** Writes to `out` until it is closed or ends it. Called once. */
export type Follow = (out: Outlet) => void;

export interface Outlet {
  /** False: the client does not read, and is gone. */
  write(text: string): boolean;
  end(): void;
  /** Aborted when the client went away, or the server stops. */
  readonly closed: AbortSignal;
}

const json = 'application/json; charset=utf-8';
const problem = 'application/problem+json; charset=utf-8';

export const jsonAnswer = (body: object, status = 200): Answer => ({ status, contentType: json, body });

/** 3.x: `{"error":0,"data":…}`. */
export const basicAnswer = (data: unknown): Answer => jsonAnswer({ error: 0, data });

/** 4.14, of what is no list: `{"data":…,"error":0}`. */
export const tokenAnswer = (data: unknown): Answer => jsonAnswer({ data, error: 0 });

/** What of a list could not be had, and why. */
export interface Failed {
  readonly id: string;
  readonly code: ErrorCode;
}

/** Words for all, some and none. */
export interface ListWords {
  readonly all: string;
  readonly some: string;
  readonly none: string;
}

/** 4.14, of a list. `error`: 0 all went well, 1 nothing, 2 some. `total`: of all pages. */
export function listAnswer(
  items: readonly object[],
  total: number,
  failed: readonly Failed[],
  words: ListWords,
): Answer {
  const error = failed.length === 0 ? 0 : total === 0 ? 1 : 2;
  const codes = [...new Set(failed.map(({ code }) => code))].sort((a, b) => a - b);
  return jsonAnswer({
    data: {
      affected_items: items,
      total_affected_items: total,
      total_failed_items: failed.length,
      failed_items: codes.map((code) => ({
        error: { code, message: errorTable[code].text, ...remedyOf(code) },
        id: failed.filter((each) => each.code === code).map(({ id }) => id),
      })),
    },
    message: [words.all, words.none, words.some][error],
    error,
  });
}

const remedyOf = (code: ErrorCode): { readonly remediation?: string } => ({
  remediation: errorTable[code].remediation,
});

/** A refusal, in the form of the caller. */
export function errorAnswer(error: ApiError | HttpError, form: Form): Answer {
  if (error.name === 'HttpError') {
    const { status, message, headers } = error as HttpError;
    // 3.x has its own number for what there is not, and one for what is wrong with a parameter.
    const body =
      form === 'token'
        ? { title: titleOf(status), detail: message }
        : { error: status === 404 ? 603 : status === 400 ? 600 : status, message };
    return { status, headers, contentType: form === 'token' ? problem : json, body };
  }
  const { code, detail, retryAfter } = error as ApiError;
  const { status, title, text } = errorTable[code];
  const words = detail === undefined ? text : `${text}: ${detail}`;
  // Who goes on all the same has to connect anew for it.
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter), connection: 'close' };
  if (form === 'token')
    return { status, headers, contentType: problem, body: { title, detail: words, ...remedyOf(code), error: code } };
  return { status: basicStatus(code), headers, contentType: json, body: { error: code, message: words } };
}

/** 3.x answers 200 to what the framework refuses (`reference/cli-api.md` 5). */
const basicStatus = (code: ErrorCode): number =>
  code === 4000 || code === 6000 || code === 6001 ? errorTable[code].status : 200;

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  431: 'Request Header Fields Too Large',
  500: 'Internal Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};
const titleOf = (status: number): string => titles[status] ?? 'Error';
