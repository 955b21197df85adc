/** What each command means on a master and on a worker (`reference/links.md` 6). Pure. */
import { Buffer } from 'node:buffer';
import type { Role } from '@muster/protocol';
import type { Frame } from './frame.ts';
import { healthNames } from './health-answer.ts';
import { type NodesQuery, nodesQuery } from './nodes-query.ts';
import type { Outcome } from './outcome.ts';
import { type RegistrationRequest, type SendSync, sendSyncOf } from './sendsync.ts';
import { refusal, refusalText } from './wazuh-error.ts';

/** What has to be found out before there is an answer. */
export type Job =
  | { readonly type: 'config' }
  | { readonly type: 'hash' }
  | { readonly type: 'nodes'; readonly query: Outcome<NodesQuery> }
  | { readonly type: 'health'; readonly names: Outcome<readonly string[] | undefined> }
  | { readonly type: 'register'; readonly request: RegistrationRequest };

/**
 * How the outcome of a job is told. `answer`: with the counter of the request. `control_res`: said to be sent to the
 * master, then told as a request of ours. `ok`: nothing at once, then told as a request of ours, `ok` or `err`.
 * `nobody`: said to be queued.
 */
export type How = 'answer' | 'control_res' | 'ok' | 'nobody';

export type Plan =
  /** At once, with the counter of the request. */
  | { readonly type: 'reply'; readonly command: string; readonly payload: Uint8Array }
  | { readonly type: 'job'; readonly job: Job; readonly how: How }
  /** With a counter of ours. */
  | { readonly type: 'later-said'; readonly command: 'ok' | 'err'; readonly payload: Uint8Array }
  | { readonly type: 'reload' };

export const bytesOf = (text: string): Uint8Array => Buffer.from(text);

export function planOf({ command, payload }: Frame, role: Role): Plan {
  switch (command) {
    case 'echo':
      return reply('ok', payload);
    case 'echo-c':
      return reply('ok-m', payload);
    case 'get_config':
      return { type: 'job', how: 'answer', job: { type: 'config' } };
    case 'get_hash':
      return { type: 'job', how: 'answer', job: { type: 'hash' } };
    case 'get_nodes':
      return viewOf({ type: 'nodes', query: nodesQuery(textOf(payload)) }, role);
    case 'get_health':
      return viewOf({ type: 'health', names: healthNames(textOf(payload)) }, role);
    case 'dapi':
    case 'dapi_fwd':
    case 'send_file':
    case 'new_str':
    case 'str_upd':
      return refuse(instead(command));
    default:
      return role === 'worker' ? ofWorker(command, payload) : unknown(command);
  }
}

function ofWorker(command: string, payload: Uint8Array): Plan {
  switch (command) {
    case 'sendsync':
      return sendSync(sendSyncOf(textOf(payload)));
    case 'sendasync':
      return sendAsync(sendSyncOf(textOf(payload)));
    case 'sendrreload':
      return { type: 'reload' };
    default:
      return unknown(command);
  }
}

const viewOf = (job: Job, role: Role): Plan => ({
  type: 'job',
  how: role === 'master' ? 'answer' : 'control_res',
  job,
});

function sendSync(asked: Outcome<SendSync>): Plan {
  if (!asked.ok) return { type: 'later-said', command: 'err', payload: bytesOf(refusalText(asked.refusal)) };
  if (asked.value.type === 'answer') return { type: 'later-said', command: 'ok', payload: asked.value.answer };
  return { type: 'job', how: 'ok', job: { type: 'register', request: asked.value.request } };
}

/** Refused at once where nothing would come of it. */
function sendAsync(asked: Outcome<SendSync>): Plan {
  if (!asked.ok) return reply('err', bytesOf(refusalText(asked.refusal)));
  if (asked.value.type === 'answer') return reply('err', asked.value.answer);
  return { type: 'job', how: 'nobody', job: { type: 'register', request: asked.value.request } };
}

const reply = (command: string, payload: Uint8Array): Plan => ({ type: 'reply', command, payload });
const refuse = (extra: string): Plan => reply('err', bytesOf(refusalText(refusal(3016, extra))));
/** A command that came in a frame has at most 11 printable characters. */
const unknown = (command: string): Plan => reply('err', bytesOf(`unknown command '${command}'`));

function instead(command: string): string {
  const cure = 'Use the HTTP API of Muster, or the command muster';
  if (command === 'send_file')
    return `Muster sends no files for other programs. ${cure}; files below R/etc are synchronised`;
  if (command === 'new_str' || command === 'str_upd') return `Muster takes no text in parts (${command}). ${cure}`;
  return `Muster does not run requests of the distributed API (${command}). ${cure}`;
}

const textOf = (payload: Uint8Array): string => Buffer.from(payload).toString('utf8').replace(/\0+$/, '');
