/** Changes of the configuration: each names the version that it was made for, and is made again when others were faster. */
import { unexpected } from '../http/answer.ts';
import type { HttpAnswer } from '../ports.ts';
import { type Api, type Call, configurationVersion, withQuery } from './api.ts';
import { followReload } from './reload.ts';
import { tries } from './settings.ts';

/**
 * Makes the change that `makeCall` gives for the newest version, and waits for its reload if it needs one. `exists`: what
 * it would create is there already. `unneeded`: `makeCall` gave none.
 */
export async function change(
  api: Api,
  makeCall: () => Promise<Call | undefined>,
  signal: AbortSignal,
): Promise<'done' | 'exists' | 'unneeded'> {
  let doing = '';
  for (let count = 0; count < tries; count++) {
    // Read before the call is made up: a change between the two is then refused.
    const version = await configurationVersion(api, signal);
    const call = await makeCall();
    if (call === undefined) return 'unneeded';
    doing = call.doing;
    const answer = await api.ask(withQuery(call, { version: `${version}` }), signal);
    if (answer.status !== 409) {
      await finish(api, answer, doing, signal);
      return 'done';
    }
    // 409 is also said of what exists: then nobody changed the version.
    if ((await configurationVersion(api, signal)) === version) return 'exists';
  }
  throw tooManyOthers(api, doing);
}

/** As `change`, of what cannot be there already: a 409 is a fault. */
export async function changeSurely(
  api: Api,
  makeCall: () => Promise<Call | undefined>,
  signal: AbortSignal,
): Promise<void> {
  let doing = '';
  const noted = async (): Promise<Call | undefined> => {
    const call = await makeCall();
    doing = call?.doing ?? doing;
    return call;
  };
  const outcome = await change(api, noted, signal);
  if (outcome === 'exists') throw api.http.fault('conflict', `${doing}: it is refused as a conflict (409)`);
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
