/** Whether what was asked can be asked of a registrar. The wire has checked forms already; here each fault gets authd's code and its cure. */
import { isGroupName, MAX_AGENT_ID, MAX_GROUPS } from '@muster/protocol';
import { addressOf } from './address.ts';
import { codes } from './codes.ts';
import type { RegistrationRequest } from './messages.ts';
import type { Refused } from './ports.ts';

/** As authd checks what agents send; and not only dots, for the manager makes directories of names. */
const isName = (name: string): boolean => /^(?!\.+$)[A-Za-z0-9._-]{2,128}$/.test(name);
const isId = (id: number): boolean => Number.isInteger(id) && id >= 1 && id <= MAX_AGENT_ID;

/** The request as it is carried out, or why it is not. */
export function validated(request: RegistrationRequest): RegistrationRequest | Refused {
  switch (request.type) {
    case 'register-agent':
      return validatedAgent(request);
    case 'remove-agent':
      return isId(request.id) ? request : badId;
    case 'assign-group':
      if (!isId(request.id)) return badId;
      return /^[0-9a-f]{32}$/.test(request.mergedSum)
        ? request
        : refusal(codes.badArguments, 'The sum of merged.mg is no MD5; send its 32 hexadecimal digits');
  }
}

type RegisterRequest = Extract<RegistrationRequest, { readonly type: 'register-agent' }>;

function validatedAgent(request: RegisterRequest): RegisterRequest | Refused {
  const { name, groups, keyHash, id, key } = request;
  if (!isName(name)) {
    return refusal(codes.badName, 'The name is no agent name; give 2 to 128 of A-Z a-z 0-9 . _ - and not only dots');
  }
  const ip = addressOf(request.ip);
  if (ip === undefined) {
    return refusal(
      codes.badIp,
      'The address is not understood; give any, an IPv4 or IPv6 address, or one with /prefix',
    );
  }
  if (groups !== undefined && !areGroups(groups)) {
    return refusal(codes.badGroup, `The groups are none; give 1 to ${MAX_GROUPS} different names of A-Z a-z 0-9 . _ -`);
  }
  if (id !== undefined && !isId(id)) return badId;
  if (key !== undefined && !/^[0-9a-fA-F]{64,512}$/.test(key)) {
    return refusal(codes.badKey, 'The key is none; give 64 to 512 hexadecimal digits, or no key to have one made');
  }
  if (keyHash !== undefined && !/^[0-9a-f]{40}$/.test(keyHash)) {
    return refusal(codes.badArguments, 'The hash of the key is no SHA-1; send its 40 hexadecimal digits');
  }
  return ip === request.ip ? request : { ...request, ip };
}

const areGroups = (groups: readonly string[]): boolean =>
  groups.length > 0 &&
  groups.length <= MAX_GROUPS &&
  groups.every(isGroupName) &&
  new Set(groups).size === groups.length;

const refusal = (code: number, text: string): Refused => ({ code, text });
const badId = refusal(codes.badId, `The id is none; give a whole number from 1 to ${MAX_AGENT_ID}`);
