/** Finds out what a command asks for, within its time. Whatever goes wrong is an answer. */

import { Buffer } from 'node:buffer';
import { within } from '@muster/actor';
import { isNodeName } from '@muster/protocol';
import type { ClusterSocketDeps } from './cluster-socket.ts';
import type { Job } from './commands.ts';
import { bytesOf } from './commands.ts';
import { configAnswer } from './config-answer.ts';
import type { HashAnswers } from './hash-answer.ts';
import { healthAnswer } from './health-answer.ts';
import { nodesAnswer } from './nodes-answer.ts';
import { fine, type Outcome, refused } from './outcome.ts';
import { sendSyncAnswer } from './sendsync.ts';
import type { ClusterSocketConfig } from './state.ts';
import { type Refusal, refusal, refusalText } from './wazuh-error.ts';

export interface JobDeps {
  readonly deps: Pick<
    ClusterSocketDeps,
    'clock' | 'wallNow' | 'config' | 'tree' | 'nodes' | 'healthcheck' | 'register' | 'report'
  >;
  readonly config: Pick<ClusterSocketConfig, 'viewMs' | 'orderMs'>;
  readonly hashes: HashAnswers;
}

export interface JobDone {
  readonly ok: boolean;
  readonly payload: Uint8Array;
}

/** Never rejects. */
export async function jobDone(job: Job, around: JobDeps): Promise<JobDone> {
  const { deps, config } = around;
  const withinMs = job.type === 'register' ? config.orderMs : config.viewMs;
  try {
    const outcome = await within(
      deps.clock,
      withinMs,
      () => outcomeOf(job, around),
      () => tooLate,
    );
    return outcome.ok ? { ok: true, payload: outcome.value } : failed(outcome.refusal);
  } catch (error) {
    return failed(refusalOf(error, job.type, deps.report));
  }
}

const failed = (why: Refusal): JobDone => ({ ok: false, payload: bytesOf(refusalText(why)) });

async function outcomeOf(job: Job, { deps, hashes }: JobDeps): Promise<Outcome<Uint8Array>> {
  switch (job.type) {
    case 'config':
      return fine(jsonBytes(configAnswer(deps.config)));
    case 'hash':
      return hashes(deps.tree());
    case 'nodes': {
      if (!job.query.ok) return job.query;
      const answer = nodesAnswer(await deps.nodes(), job.query.value);
      return answer.ok ? fine(jsonBytes(answer.value)) : answer;
    }
    case 'health':
      return job.names.ok ? health(job.names.value, deps) : job.names;
    case 'register':
      return fine(sendSyncAnswer(await deps.register(job.request)));
  }
}

/** More names are taken than a cluster has nodes; what is no name of a node is the name of none. */
const mostNames = 1_000;

async function health(
  names: readonly string[] | undefined,
  deps: Pick<ClusterSocketDeps, 'healthcheck' | 'wallNow'>,
): Promise<Outcome<Uint8Array>> {
  const possible = names?.filter((name) => isNodeName(name));
  if (possible !== undefined && possible.length > mostNames) {
    return refused(3050, `${possible.length} names; ask for ${mostNames} at most, or for all with null`);
  }
  const found = await deps.healthcheck(possible);
  const wanted = possible === undefined ? undefined : new Set(possible);
  const rows = found.rows.filter(({ name }) => wanted?.has(name) ?? true);
  return fine(jsonBytes(healthAnswer({ type: 'healthcheck', rows }, deps.wallNow())));
}

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** Codes of errors that say that there is no link to the master, or that it broke meanwhile. */
const cutOff: ReadonlySet<unknown> = new Set([
  'no-master',
  'closed',
  'lost',
  'silent',
  'shutting-down',
  'ACTOR_STOPPED',
]);
/** The same of an answer that did not come in time. */
const late: ReadonlySet<unknown> = new Set(['timeout', 'ASK_TIMEOUT']);

function refusalOf(error: unknown, what: Job['type'], report: ClusterSocketDeps['report']): Refusal {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error === tooLate || late.has(code)) return refusal(3020);
  if (cutOff.has(code)) return refusal(3023);
  report({ type: 'failed', what, text: error instanceof Error ? error.message : String(error) });
  return refusal(1000, 'The node could not answer this; logs/cluster.log says why');
}

const tooLate = Symbol('too late');
