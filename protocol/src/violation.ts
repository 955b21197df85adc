import type { Violation } from './envelope.ts';

/** Every violation that this package finds. Stable; `README.md` says what each means. The link has some of its own. */
export const violationCodes = [
  'too-long',
  'too-short',
  'malformed',
  'unknown-frame',
  'unknown-kind',
  'unknown-type',
  'bad-envelope',
  'bad-message',
  'wrong-form',
  'wrong-actor',
  'not-allowed',
  'not-yet',
  'twice',
  'bad-manifest',
  'wrong-root',
  'wrong-size',
] as const;
export type ViolationCode = (typeof violationCodes)[number];

/** `text` names what was wrong and quotes no bytes of the peer. */
export const breach = (code: ViolationCode, text: string): Violation => ({ code, text });

/** A decoder's result that says so. */
export const refused = (code: ViolationCode, text: string) => ({ ok: false, violation: breach(code, text) }) as const;
