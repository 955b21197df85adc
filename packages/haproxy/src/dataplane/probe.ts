/** Finds out which version answers: v3 is asked first, v2 where there is none. Credentials are checked by that. */
import { isJson, jsonOf, objectIn, unexpected, wrongShape } from '../http/answer.ts';
import type { Http } from '../http/http.ts';
import type { HttpAnswer } from '../ports.ts';
import { type Call, requestOf } from './api.ts';
import { type Dialect, dialects, type Version } from './dialect.ts';

export async function probe(http: Http, token: string, signal: AbortSignal): Promise<Dialect> {
  for (const version of ['v3', 'v2'] as const) {
    const answer = await http.ask(requestOf(info, dialects[version], token), signal);
    if (answer.status === 404) continue;
    if (answer.status !== 200) throw unexpected(http, answer, info.doing);
    checkInfo(http, version, answer);
    return dialects[version];
  }
  const text = 'there is no Data Plane API here: neither /v3/info nor /v2/info is known; check address and port';
  throw http.fault('bad-answer', text);
}

const info: Call = { method: 'GET', place: { path: '/info', query: {} }, doing: 'looking for the Data Plane API' };

function checkInfo(http: Http, version: Version, answer: HttpAnswer): void {
  const body = jsonOf(http, answer, info.doing);
  if (!isJson(body) || objectIn(body, 'api') === undefined)
    throw wrongShape(http, info.doing, `no \`api\` in /${version}/info`);
}
