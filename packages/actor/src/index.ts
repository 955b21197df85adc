export { type Clock, systemClock } from './clock.ts';
export { ask, type Ref, tell } from './ref.ts';
export { decideRestart, type RestartDecision, type RestartLimit } from './restart.ts';
export type { Scope } from './scope.ts';
export { type Behaviour, type Decision, type Parent, spawnActor } from './spawn.ts';
export { type Crash, type Supervisor, type SupervisorOptions, supervise } from './supervise.ts';
