/** Makes a message of what an operator typed, or says what is wrong with it and what would be right. Pure. */
import type { Role } from '@muster/protocol';
import { Value } from '@sinclair/typebox/value';
import { refuse } from '../refuse.ts';
import { operationsAt } from './catalogue.ts';
import type { Operation } from './operation.ts';

export interface Chosen {
  readonly operation: Operation;
  readonly message: Readonly<Record<string, unknown>>;
}

/** `text`: JSON. Throws `bad-operation` with the fault and an example, `no-operations` for an actor that takes none. */
export function choose(path: string, role: Role, form: Operation['form'], text: string): Chosen {
  const operations = operationsAt(path, role);
  if (operations.length === 0) throw refuse('no-operations', `${path} takes no messages by hand.`);
  const message = parsed(text, operations);
  const operation = operations.find(({ type }) => type === message.type);
  if (operation === undefined) throw bad(`${path} takes no message ${named(message.type)}`, operations);
  if (operation.form !== form) {
    const other =
      operation.form === 'ask' ? 'is answered: ask it, do not tell it' : 'has no answer: tell it, do not ask it';
    throw refuse('bad-operation', `${operation.type} ${other}.`);
  }
  const fault = [...Value.Errors(operation.schema, message)][0];
  if (fault === undefined) return { operation, message };
  const where = fault.path === '' ? 'the message' : fault.path.slice(1).replaceAll('/', '.');
  throw bad(`${operation.type}: ${where}: ${fault.schema.description ?? lower(fault.message)}`, [operation]);
}

function parsed(text: string, operations: readonly Operation[]): Readonly<Record<string, unknown>> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    throw bad(`The message is no JSON: ${(error as Error).message}`, operations);
  }
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return { ...message };
  throw bad('The message is no JSON object', operations);
}

const bad = (what: string, operations: readonly Operation[]): Error => {
  const examples = operations.map(({ form, example }) => `${form} ${JSON.stringify(example)}`).join(', ');
  return refuse('bad-operation', `${what}. It takes, for example: ${examples}.`);
};
const named = (type: unknown): string =>
  typeof type === 'string' ? JSON.stringify(type.slice(0, 64)) : 'without a type';
const lower = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
