/** Follows a reload to its end. The Data Plane API batches reloads, 5 s by default, so it is looked at again and again. */
import { HaproxyError } from '../haproxy-error.ts';
import { isJson, textIn, wrongShape } from '../http/answer.ts';
import type { HttpAnswer } from '../ports.ts';
import { type Api, lookAt } from './api.ts';
import { at } from './dialect.ts';
import { pauseMs } from './settings.ts';

/** Waits for the reload that an answer of 202 names. Rejects if it failed, is unknown or takes too long. */
export async function followReload(api: Api, answer: HttpAnswer, doing: string, signal: AbortSignal): Promise<void> {
  const id = answer.headers['reload-id'];
  if (id === undefined || !/^[\w-]{1,64}$/.test(id))
    throw wrongShape(api.http, doing, 'no Reload-ID, though it says that HAProxy will be reloaded');
  const looks = Math.max(1, Math.ceil(api.reloadMs / pauseMs));
  for (let look = 0; look < looks; look++) {
    if ((await statusOf(api, id, doing, signal)) === 'succeeded') return;
    await api.wait(pauseMs, signal);
  }
  const seconds = Math.round(api.reloadMs / 1_000);
  throw api.http.fault('timed-out', `${doing}: reload ${id} did not end in ${seconds} s; look at HAProxy's log`);
}

async function statusOf(api: Api, id: string, doing: string, signal: AbortSignal): Promise<string> {
  const found = await lookAtReload(api, id, doing, signal);
  if (found === 'away') return 'in_progress';
  if (found === undefined)
    throw api.http.fault('failed', `${doing}: reload ${id} is not known any more; was the Data Plane API restarted?`);
  const status = isJson(found) ? textIn(found, 'status') : undefined;
  if (isJson(found) && status === 'failed')
    throw api.http.fault(
      'failed',
      `${doing}: HAProxy did not reload`,
      textIn(found, 'response') ?? 'it does not say why',
    );
  if (status !== 'succeeded' && status !== 'in_progress') throw wrongShape(api.http, doing, 'no status of the reload');
  return status;
}

/** A Data Plane API that HAProxy itself runs is restarted with it: it may be away for a moment. */
async function lookAtReload(api: Api, id: string, doing: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await lookAt(api, at(`reloads/${id}`), doing, signal);
  } catch (error) {
    const isAway = error instanceof HaproxyError && (error.code === 'unreachable' || error.code === 'timed-out');
    if (!isAway) throw error;
    return 'away';
  }
}
