/** Changes of the configuration: each names the version that it was made for, and is made again when others were faster. */
import { saidIn, unexpected } from '../http/answer.ts';
import type { HttpAnswer } from '../ports.ts';
import { type Api, type Call, configurationVersion, withQuery } from './api.ts';
import { followReload } from './reload.ts';
import { tries } from './settings.ts';

/**
 * Makes the change that `makeCall` gives for the newest version, and waits for its reload if it needs one. Nothing is
 * changed where `makeCall` gives none.
 */
export async function change(api: Api, makeCall: () => Promise<Call | undefined>, signal: AbortSignal): Promise<void> {
  let doing = '';
  for (let count = 0; count < tries; count++) {
    // Read before the call is made up: a change between the two is then refused.
    const version = await configurationVersion(api, signal);
    const call = await makeCall();
    if (call === undefined) return;
    doing = call.doing;
    const answer = await api.ask(withQuery(call, { version: `${version}` }), signal);
    if (answer.status !== 409) return await finish(api, answer, doing, signal);
    // 409 is also said of what exists already: then nobody changed the version.
    if ((await configurationVersion(api, signal)) === version)
      throw api.http.fault('conflict', `${doing}: it is refused as a conflict (409)`, saidIn(answer));
  }
  throw tooManyOthers(api, doing);
}

/** Judges the answer to a change, and waits for the reload that it tells of. */
export async function finish(api: Api, answer: HttpAnswer, doing: string, signal: AbortSignal): Promise<void> {
  if (answer.status === 202) return await followReload(api, answer, doing, signal);
  if (![200, 201, 204].includes(answer.status)) throw unexpected(api.http, answer, doing);
}

/** Others changed the configuration each time. */
export const tooManyOthers = (api: Api, doing: string): Error =>
  api.http.fault(
    'conflict',
    `${doing}: others changed the configuration ${tries} times meanwhile; it is tried again later`,
  );
