/** One HTTP server: requests with limits, and errors whose texts name it and hold no secret. */
import { endpointText } from '../endpoint.ts';
import { HaproxyError, type HaproxyFault } from '../haproxy-error.ts';
import type { HaproxyPorts, HttpAnswer, HttpEndpoint, HttpRequest, Limits } from '../ports.ts';
import { redactor } from './redact.ts';

export interface Http {
  /** `https://lb1:5555`: for people. */
  readonly endpoint: string;
  ask(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** An error of this server. `said` is what it said: it is made short, and loses what must not be shown. */
  fault(code: HaproxyFault, text: string, said?: string): HaproxyError;
}

export interface HttpOptions {
  readonly limits: Limits;
  /** Never in an error's text. */
  readonly secrets: () => readonly string[];
}

/** Of our own words, which hold names. Characters. */
const longestText = 400;

/** Opens nothing by itself: each request does. */
export function openHttp(endpoint: HttpEndpoint, options: HttpOptions, ports: Pick<HaproxyPorts, 'http'>): Http {
  const text = endpointText(endpoint);
  return {
    endpoint: text,
    ask: (request, signal) => ports.http(endpoint, request, options.limits, signal),
    fault: (code, what, said = '') => {
      const shown = redactor(options.secrets())(said);
      // Names that the server gave may be in it.
      const doing = redactor([])(what, longestText);
      return new HaproxyError(text, code, shown === '' ? doing : `${doing}: ${shown}`);
    },
  };
}
