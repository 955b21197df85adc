/**
 * What the API refuses, in the reference's codes (`reference/cli-api.md` 5, 6). The words are ours and fixed by the code, so
 * that nothing of this machine gets out with them; what varies (`detail`) is what the caller sent, or names of nodes.
 */
import { listFaultText } from '@muster/list-query';

export interface ErrorRow {
  /** HTTP status in the 4.14 form. */
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly remediation?: string;
}

const bad = 'Bad Request';
const cluster = 'Cluster Error';
const listRemedy = 'See the parameters of this route in /openapi.json';

export const errorTable = {
  1000: { status: 500, title: 'Internal Error', text: 'The node could not answer', remediation: 'Its log says why' },
  1403: { status: 400, title: bad, text: listFaultText(1403), remediation: listRemedy },
  1404: { status: 400, title: bad, text: listFaultText(1404), remediation: listRemedy },
  1407: { status: 400, title: bad, text: listFaultText(1407), remediation: listRemedy },
  1408: { status: 400, title: bad, text: listFaultText(1408), remediation: listRemedy },
  1409: { status: 400, title: bad, text: listFaultText(1409), remediation: listRemedy },
  1410: { status: 400, title: bad, text: listFaultText(1410), remediation: listRemedy },
  1724: { status: 400, title: bad, text: listFaultText(1724), remediation: listRemedy },
  1728: { status: 400, title: bad, text: 'Not a valid node type', remediation: 'Types are master and worker' },
  1730: {
    status: 404,
    title: 'Not Found',
    text: 'Node does not exist',
    remediation: 'GET /cluster/nodes lists those there are',
  },
  3013: {
    status: 400,
    title: bad,
    text: 'This is done on the master alone',
    remediation: 'Ask the API of the master',
  },
  3021: {
    status: 500,
    title: cluster,
    text: 'The node did not answer in time',
    remediation: 'Ask again; muster health and muster why NODE say more',
  },
  3023: {
    status: 500,
    title: cluster,
    text: 'The node is not connected to the master',
    remediation: 'muster why NODE, on the master, says why',
  },
  4000: {
    status: 403,
    title: 'Permission Denied',
    text: 'The role of this user does not allow it',
    remediation: 'It needs the role operate: muster user add NAME --role operate',
  },
  6000: {
    status: 429,
    title: 'Too Many Requests',
    text: 'Too many wrong passwords came from this address',
    remediation: 'Wait as long as Retry-After says',
  },
  6001: {
    status: 429,
    title: 'Too Many Requests',
    text: 'Too many requests',
    remediation: 'Wait as long as Retry-After says; http_api.requests_per_minute is the limit',
  },
} as const satisfies Readonly<Record<number, ErrorRow>>;

export type ErrorCode = keyof typeof errorTable;

/** Refuses a request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  /** What was found, beside the words of the code. */
  readonly detail: string | undefined;
  /** Seconds after which it is worth another try. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail?: string, retryAfter?: number) {
    super(`${code} ${errorTable[code].text}`);
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/** Refuses a request by the rules of HTTP: 400, 401, 404, 405, 413 and the like. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Codes of the node's own views, and what they are to a client. Any other is 1000, without its words. */
const known: Readonly<Record<string, ErrorCode>> = {
  'no-master': 3023,
  'not-linked': 3023,
  // The link broke, or the node at its other end stopped, while it was asked.
  closed: 3023,
  lost: 3023,
  silent: 3023,
  'shutting-down': 3023,
  ACTOR_STOPPED: 3023,
  timeout: 3021,
  ASK_TIMEOUT: 3021,
  overloaded: 3021,
  'not-master': 3013,
  'no-such-node': 1730,
};

/** `error` of a view of the node, as a refusal. */
export function apiError(error: unknown): ApiError | HttpError {
  if (error instanceof ApiError || error instanceof HttpError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new ApiError(Object.hasOwn(known, code) ? known[code]! : 1000);
}
