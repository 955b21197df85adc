export { renderAgent } from './agent.ts';
export { type AgentTable, type AgentTally, agentTable, emptyTally, shownOf, tallied, totals } from './agents.ts';
export { isBalanced, renderBalance } from './balance.ts';
export { isHealthy, renderHealth } from './health.ts';
export { isInSync, renderNodes } from './nodes.ts';
export { ansi, type Cell, type Paint, paintFor, plain, renderRows, renderTable, type Tone } from './table.ts';
export { renderTree } from './tree.ts';
export { age, bytes, counted, printable } from './units.ts';
