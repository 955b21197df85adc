/** What the audit log is told. */
import { clip } from '@muster/protocol';
import type { Asker, RegistrationAnswer, RegistrationEvent, RegistrationRequest } from './messages.ts';
import { nameOf } from './state.ts';

const operations = { 'register-agent': 'add', 'remove-agent': 'remove', 'assign-group': 'assign-group' } as const;

/** Of one request and its answer; of keys nothing. */
export function eventOf(
  from: Asker,
  request: RegistrationRequest,
  answer: RegistrationAnswer,
  undo = false,
): RegistrationEvent {
  const id = 'id' in answer ? answer.id : request.id;
  return {
    type: 'handled',
    peer: nameOf(from),
    operation: undo ? 'undo' : operations[request.type],
    ...(request.type === 'register-agent' ? { name: clip(request.name) } : {}),
    ...(id === undefined ? {} : { id }),
    ...(answer.type === 'registration-refused'
      ? { result: 'refused', code: answer.code, text: answer.text }
      : { result: 'done' }),
  };
}

/** A key that a text quotes is taken out of it. */
export function withoutKey(text: string, request: RegistrationRequest): string {
  const key = request.type === 'register-agent' ? request.key : undefined;
  return clip(key === undefined ? text : text.replaceAll(key, '…')).replaceAll(/[0-9a-fA-F]{64,}/g, '…');
}
