export { ask } from './ask.ts';
export type { Behaviour, Decision } from './behaviour.ts';
export type { ActorView, RestartRule, StopReason } from './child.ts';
export { type Clock, systemClock } from './clock.ts';
export type { DeadLetter, DeadLetterReason } from './dead-letters.ts';
export {
  ActorCrashedError,
  ActorStoppedError,
  AskTimeoutError,
  MailboxFullError,
  SupervisorStoppedError,
} from './errors.ts';
export type { Inspection } from './inspection.ts';
export { defaultMailbox, type MailboxLimit, type Overflow } from './mailbox.ts';
export { nactScheduler } from './nact-scheduler.ts';
export { type CrashOutcome, type Observer, together } from './observer.ts';
export type { Probed } from './probe.ts';
export { type Random, systemRandom } from './random.ts';
export type { RecentMessage } from './recent.ts';
export { redacted } from './redaction.ts';
export { offer, type Ref, tell } from './ref.ts';
export {
  type BackOff,
  backOffMs,
  type CrashNow,
  decideRestart,
  type Intensity,
  type PastCrash,
  type RestartDecision,
} from './restart.ts';
export type { Scheduler, Turn } from './scheduler.ts';
export type { Scope } from './scope.ts';
export { type Parent, spawnActor } from './spawn.ts';
export { type Strategy, type SupervisionOptions, supervisionDefaults } from './strategy.ts';
export { GaveUpError, type SpawnOptions, type Supervisor } from './supervisor.ts';
export { type ActorSystem, openSystem, type SystemOptions } from './system.ts';
export type { TraceRow } from './trace.ts';
export { watch } from './watch.ts';
export { within } from './within.ts';
