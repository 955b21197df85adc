import { type Refusal, refusal, type WazuhCode } from './wazuh-error.ts';

/** What a question came to. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const fine = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const refused = (code: WazuhCode, extra?: string, remediation?: string): Outcome<never> => ({
  ok: false,
  refusal: refusal(code, extra, remediation),
});
