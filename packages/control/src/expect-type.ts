import { ControlError } from './errors.ts';
import type { LocalReply } from './local.ts';

/** `reply` as what was asked for; throws a `ControlError` when it is something else. */
export function expectType<Type extends LocalReply['type']>(
  reply: LocalReply,
  types: readonly Type[],
  root: string,
): Extract<LocalReply, { readonly type: Type }> {
  if (types.some((type) => type === reply.type)) return reply as Extract<LocalReply, { readonly type: Type }>;
  const text = `The Muster of R (${root}) answered with ${reply.type} instead of ${types[0]}. Do both have the same version?`;
  throw new ControlError('unexpected', text);
}
