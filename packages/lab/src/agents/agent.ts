/** Adapter: the life of one simulated agent: it enrols once, then reports to one server after another. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Enrolled } from '../enrolment-text.ts';
import { type AgentConnection, AgentRefusedError, connectAgent } from './connection.ts';
import { type AgentTimes, type Course, nextCourse } from './course.ts';
import { enrol } from './enrol.ts';
import type { AgentPlan } from './plan.ts';
import type { AgentServer } from './server.ts';

/** How an agent stands, as it knows itself. */
export interface AgentState {
  readonly name: string;
  /** Absent before it is enrolled. */
  readonly id?: number;
  /** `reporting`: a server has taken a keep-alive of it on the connection that it has now. */
  readonly state: 'enrolling' | 'connecting' | 'reporting' | 'lost' | 'stopped';
  /** Where it reports, or last reported. */
  readonly node?: string;
  /** When it came to this, ms since 1970. */
  readonly sinceMs: number;
  /** Connections that it has lost. */
  readonly losses: number;
  /** Why it does not report. '' when it does. */
  readonly why: string;
}

export interface AgentDeps {
  /** At least one. */
  readonly servers: readonly AgentServer[];
  readonly times: AgentTimes;
  /** Runs the work of few agents at once: three hundred that enrol at the same moment are no cluster's daily life. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly changed: (state: AgentState) => void;
}

/** What came of one attempt. `lost`: it had reported. */
type Attempt =
  | { readonly type: 'enrolled'; readonly identity: Enrolled }
  | { readonly type: 'lost' | 'unreachable' | 'refused'; readonly why: string };

/** Milliseconds for an enrolment: the node asks its master meanwhile. */
const enrolPatienceMs = 30_000;

/** Resolves when `over` is aborted and the agent has said goodbye to its server. */
export async function liveAgent(plan: AgentPlan, deps: AgentDeps, over: AbortSignal): Promise<void> {
  let state: AgentState = { name: plan.name, state: 'enrolling', sinceMs: Date.now(), losses: 0, why: '' };
  const become = (change: Partial<AgentState>): void => {
    state = { ...state, sinceMs: Date.now(), ...change };
    deps.changed(state);
  };
  become({});
  let course: Course = { server: 0, tries: 0, waitMs: Math.round(deps.times.notifyMs * plan.share) };
  let identity: Enrolled | undefined;
  for (;;) {
    await wait(course.waitMs, over);
    if (over.aborted) break;
    const server = deps.servers[plan.servers[course.server]!]!;
    const attempt: Attempt =
      identity === undefined
        ? await enrolAt(server, plan, deps, over)
        : await reportTo(server, identity, plan, deps.times, over, (node) =>
            become({ state: 'reporting', node, why: '' }),
          );
    if (attempt.type === 'enrolled') {
      identity = attempt.identity;
      become({ state: 'connecting', id: identity.id, why: '' });
      // Wherever it enrolled, it reports to its own first server.
      course = { server: 0, tries: 0, waitMs: 0 };
    } else {
      const loss = attempt.type === 'lost' ? ({ state: 'lost', losses: state.losses + 1 } as const) : {};
      become({ why: attempt.why, ...loss });
      course = nextCourse(course, attempt.type, plan.servers.length, deps.times, plan.share);
    }
  }
  become({ state: 'stopped', why: '' });
}

function enrolAt(server: AgentServer, plan: AgentPlan, deps: AgentDeps, over: AbortSignal): Promise<Attempt> {
  return deps.inTurn(() =>
    enrol(server, plan, enrolPatienceMs, over).then(
      (answer): Attempt =>
        'refused' in answer ? { type: 'unreachable', why: answer.refused } : { type: 'enrolled', identity: answer },
      (error: unknown): Attempt => ({ type: 'unreachable', why: textOf(error) }),
    ),
  );
}

async function reportTo(
  server: AgentServer,
  identity: Enrolled,
  plan: AgentPlan,
  times: AgentTimes,
  over: AbortSignal,
  reporting: (node: string) => void,
): Promise<Attempt> {
  let reported = false;
  try {
    const connection = await connectAgent(server, identity, times.answerMs);
    await connection.say({ type: 'startup' });
    await connection.say({ type: 'keep-alive', report: plan.report });
    reported = true;
    reporting(connection.node);
    return { type: 'lost', why: await keptAlive(connection, plan, times.notifyMs, over) };
  } catch (error) {
    if (error instanceof AgentRefusedError) return { type: 'refused', why: error.message };
    return { type: reported ? 'lost' : 'unreachable', why: textOf(error) };
  }
}

/** Until the connection is gone, which it is when this resolves: with why. */
async function keptAlive(
  connection: AgentConnection,
  plan: AgentPlan,
  notifyMs: number,
  over: AbortSignal,
): Promise<string> {
  const either = AbortSignal.any([over, connection.ended]);
  while (!either.aborted) {
    await wait(notifyMs, either);
    if (!either.aborted)
      await connection.say({ type: 'keep-alive', report: plan.report }).catch(() => connection.close());
  }
  // The server closes the connection after it.
  if (!connection.ended.aborted) await connection.say({ type: 'shutdown' }).catch(() => {});
  connection.close();
  return textOf(connection.ended.reason);
}

/** Ends early, without a word, when `signal` is aborted. */
const wait = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => {});

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
