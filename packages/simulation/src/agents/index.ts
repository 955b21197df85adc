/** Agents and the managers beside the nodes. */
export type { Agent, Enrolled, Facts, Report } from './agent.ts';
export type { ManagerBeside } from './beside.ts';
export { doAgentDeed } from './do-agent-deed.ts';
export { type Enrolment, enrolmentsOf } from './enrolment.ts';
export { isUnderstood, keysLine, keysOf } from './keys.ts';
export { layAgents } from './lay-agents.ts';
export { hearReports, openPopulation, type Population, populationOf } from './population.ts';
