/** What of all that can be asked at a door changes something, and may take its time. */
import type { ProgramRequest, Question } from '../happenings.ts';

const orders: ReadonlySet<string> = new Set([
  ...['set-log-level', 'crash-actor', 'sync-now', 'forget-node', 'drain-node'],
  ...['restart-actor', 'tell-actor', 'ask-actor', 'bench-actor'],
  ...['register-agent', 'remove-agent', 'assign-group'],
]);
const programOrders: ReadonlySet<string> = new Set(['sendsync']);

const isOfProgram = (request: Question['request']): request is ProgramRequest => request.type === 'program';

export const isOrder = (request: Question['request']): boolean => {
  if (isOfProgram(request)) return programOrders.has(request.command);
  return orders.has(request.type === 'relay' ? request.message.type : request.type);
};
