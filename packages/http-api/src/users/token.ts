/** Tokens: JWT, HS256, signed with a key of this node. They say who, not what may be done: that is looked up each time. */
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Caller } from './authority.ts';

export interface Tokens {
  /** A token for `caller`, good for the lifetime. */
  issue(caller: Caller): Promise<string>;
  /** Whom a token was issued to and until when (ms since 1970); why not, else. */
  check(token: string): Promise<TokenCheck>;
}

export type TokenCheck =
  | { readonly ok: true; readonly name: string; readonly version: string; readonly untilMs: number }
  | { readonly ok: false; readonly why: 'expired' | 'invalid' };

export interface TokenSettings {
  /** At least 32 bytes. */
  readonly key: Uint8Array;
  /** Tokens of another node are not ours. */
  readonly node: string;
  readonly lifetimeMs: number;
  readonly wallNow: () => number;
}

const issuer = 'muster';
const algorithm = 'HS256';

export function openTokens({ key, node, lifetimeMs, wallNow }: TokenSettings): Tokens {
  const seconds = (): number => Math.floor(wallNow() / 1000);
  return {
    issue: ({ name, version }) =>
      new SignJWT({ version })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(node)
        .setSubject(name)
        .setIssuedAt(seconds())
        .setNotBefore(seconds())
        .setExpirationTime(seconds() + Math.ceil(lifetimeMs / 1000))
        .sign(key),
    check: async (token) => {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          issuer,
          audience: node,
          currentDate: new Date(wallNow()),
          requiredClaims: ['sub', 'exp', 'version'],
          // What we issued, and then set our clock back for.
          clockTolerance: 5,
        });
        const { sub = '', exp = 0, version } = payload;
        return { ok: true, name: sub, version: String(version), untilMs: exp * 1000 };
      } catch (error) {
        return { ok: false, why: error instanceof errors.JWTExpired ? 'expired' : 'invalid' };
      }
    },
  };
}
