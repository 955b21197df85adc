/** A code as the protocol takes it; anything else becomes `failed`. */
export const codeOf = (code: string): string => (/^[A-Za-z0-9_-]{1,64}$/.test(code) ? code : 'failed');
