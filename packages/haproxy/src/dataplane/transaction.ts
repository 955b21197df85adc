/** Many changes of the configuration with one reload. */
import { isJson, jsonOf, saidIn, textIn, unexpected, wrongShape } from '../http/answer.ts';
import type { HttpAnswer } from '../ports.ts';
import { type Api, type Call, configurationVersion, withQuery } from './api.ts';
import { finish, tooManyOthers } from './change.ts';
import { at } from './dialect.ts';
import { pauseMs, tries } from './settings.ts';

/** Makes all changes or none. Begins again while others are faster, and waits while too many transactions are open. */
export async function inTransaction(
  api: Api,
  calls: readonly Call[],
  doing: string,
  signal: AbortSignal,
): Promise<void> {
  let isFull = false;
  for (let count = 0; count < tries; count++) {
    const id = await begin(api, doing, signal);
    isFull = id === 'full';
    if (isFull) await api.wait(pauseMs, signal);
    else if (id !== 'outdated' && (await tryAll(api, id, calls, doing, signal))) return;
  }
  const full = `${doing}: too many transactions are open; end those that others left behind (DELETE /transactions/ID)`;
  throw isFull ? api.http.fault('conflict', full) : tooManyOthers(api, doing);
}

/** The transaction's id. `full`: too many are open. `outdated`: the version has changed. */
async function begin(api: Api, doing: string, signal: AbortSignal): Promise<string> {
  const version = `${await configurationVersion(api, signal)}`;
  const answer = await api.ask({ method: 'POST', place: at('transactions', { version }), doing }, signal);
  if (answer.status === 429) return 'full';
  if (answer.status === 409) return 'outdated';
  if (answer.status !== 201) throw unexpected(api.http, answer, doing);
  const body = jsonOf(api.http, answer, doing);
  const id = isJson(body) ? textIn(body, 'id') : undefined;
  if (id === undefined || !/^[\w-]{1,128}$/.test(id)) throw wrongShape(api.http, doing, 'no id of the transaction');
  return id;
}

/** Whether it was committed; not: others were faster. What fails is taken back. */
async function tryAll(
  api: Api,
  id: string,
  calls: readonly Call[],
  doing: string,
  signal: AbortSignal,
): Promise<boolean> {
  let committed: HttpAnswer;
  try {
    for (const call of calls) await add(api, id, call, signal);
    committed = await api.ask({ method: 'PUT', place: at(`transactions/${id}`), doing }, signal);
    if (isOutdated(committed)) {
      await abandon(api, id, doing);
      return false;
    }
    if (committed.status !== 200 && committed.status !== 202) throw unexpected(api.http, committed, doing);
  } catch (error) {
    await abandon(api, id, doing);
    throw error;
  }
  await finish(api, committed, doing, signal);
  return true;
}

async function add(api: Api, id: string, call: Call, signal: AbortSignal): Promise<void> {
  const answer = await api.ask(withQuery(call, { transaction_id: id }), signal);
  if (answer.status === 409)
    throw api.http.fault(
      'conflict',
      `${call.doing}: it was created meanwhile; it is looked at again later`,
      saidIn(answer),
    );
  if (![200, 201, 202, 204].includes(answer.status)) throw unexpected(api.http, answer, call.doing);
}

/** 406: the version is not the one that it began with. */
const isOutdated = ({ status }: HttpAnswer): boolean => status === 406 || status === 409;

/** Open transactions are few, so none is left behind. That this fails changes nothing: the first error counts. */
async function abandon(api: Api, id: string, doing: string): Promise<void> {
  // Also after the caller's signal: it has its own limit.
  const own = new AbortController().signal;
  await api.ask({ method: 'DELETE', place: at(`transactions/${id}`), doing }, own).catch(() => undefined);
}
