/** What a request says of who sends it. Pure. */

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly name: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'malformed' };

/** Reads the header `Authorization`. Node has bounded its length. */
export function readCredentials(header: string | undefined): Credentials {
  if (header === undefined) return { kind: 'none' };
  const [, scheme = '', value = ''] = /^([A-Za-z]+) +(\S+) *$/.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { kind: 'token', token: value };
  if (scheme.toLowerCase() !== 'basic' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return { kind: 'malformed' };
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1 || text.length > 512) return { kind: 'malformed' };
  return { kind: 'basic', name: text.slice(0, colon), password: text.slice(colon + 1) };
}
