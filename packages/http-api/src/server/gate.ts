/** Lets a request in, or refuses it: how often, who, which role. */
import type { Clock } from '@muster/actor';
import { ApiError, HttpError } from '../api-error.ts';
import type { Form } from '../envelope.ts';
import { openRate } from '../rate.ts';
import type { Route, Session } from '../routes/route.ts';
import type { Authority, Caller } from '../users/authority.ts';
import type { Tokens } from '../users/token.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { networkOf } from './network.ts';
import { openProven } from './proven.ts';

export interface GateDeps {
  readonly clock: Clock;
  readonly authority: Authority;
  readonly tokens: Tokens;
  readonly requestsPerMinute: number;
  /** Told of each wrong password. */
  readonly failed: (name: string, address: string) => void;
}

export interface Knock {
  readonly route: Pick<Route, 'access' | 'forms'>;
  readonly address: string;
  readonly authorization: string | undefined;
}

export interface Entry {
  readonly form: Form;
  readonly caller: Caller | undefined;
  readonly session: Pick<Session, 'issue' | 'still'>;
}

/**
 * Wrong passwords from one address: 20 at once, then one each 6 s; 14,400 a day find no password of 12 characters. The same
 * again for each user whose password was right from there within an hour, so that guesses at others do not shut it out.
 */
const failures = { perMinute: 10, burst: 20 };

const challenge = { 'www-authenticate': 'Basic realm="muster", charset="UTF-8", Bearer realm="muster"' };

/** Rejects with an `ApiError` or an `HttpError`. */
export function openGate(deps: GateDeps): (knock: Knock) => Promise<Entry> {
  const { clock, authority, tokens, requestsPerMinute } = deps;
  const requests = openRate(clock, requestsPerMinute);
  const guesses = openRate(clock, failures.perMinute, failures.burst);
  const proven = openProven(clock);
  const pass = (who: string): void => {
    const wait = requests.take(who);
    if (wait > 0) throw new ApiError(6001, undefined, wait);
  };

  const byPassword = async (name: string, password: string, address: string): Promise<Caller> => {
    const network = networkOf(address);
    const isProven = proven.has(name, network);
    // Elsewhere a guess that is right must not be told from one that is wrong when the budget is used up.
    const known = isProven ? await authority.remembered(name, password) : undefined;
    const budget = isProven ? `${network} ${name}` : network;
    const wait = known === undefined ? guesses.wait(budget) : 0;
    if (wait > 0) throw new ApiError(6000, undefined, wait);
    const caller = known ?? (await authority.password(name, password));
    if (caller === 'busy') throw new HttpError(503, 'Too many log in at once.', { 'retry-after': '1' });
    if (caller !== undefined) {
      proven.add(name, network);
      return caller;
    }
    guesses.take(budget);
    deps.failed(name, address);
    throw new HttpError(401, 'There is no such user with this password.', challenge);
  };
  const byToken = async (token: string): Promise<Caller> => {
    const check = await tokens.check(token);
    if (!check.ok) throw new HttpError(401, tokenWords[check.why], challenge);
    const caller = await authority.user(check.name);
    if (caller === undefined || caller.version !== check.version)
      throw new HttpError(401, tokenWords.invalid, challenge);
    return caller;
  };
  const who = (credentials: Credentials, address: string): Promise<Caller> => {
    if (credentials.kind === 'basic') return byPassword(credentials.name, credentials.password, address);
    if (credentials.kind === 'token') return byToken(credentials.token);
    throw new HttpError(
      401,
      credentials.kind === 'none' ? noneWords : 'The header Authorization is neither Basic nor Bearer.',
      challenge,
    );
  };

  return async ({ route, address, authorization }) => {
    const network = networkOf(address);
    pass(`address ${network}`);
    const credentials = readCredentials(authorization);
    const form = formOf(credentials, route);
    if (route.access === 'anyone') return { form, caller: undefined, session: nobody };
    if (route.access === 'password' && credentials.kind !== 'basic')
      throw new HttpError(401, 'A token is given for a name and its password: Basic authentication.', challenge);
    const caller = await who(credentials, address);
    pass(`user ${caller.name}`);
    if (route.access === 'operate' && caller.role !== 'operate') throw new ApiError(4000);
    const token = credentials.kind === 'token' ? credentials.token : undefined;
    return { form, caller, session: { issue: () => tokens.issue(caller), still: () => still(caller, token, deps) } };
  };
}

const tokenWords = {
  expired: 'The token has expired. Ask for another: POST /security/user/authenticate.',
  invalid: 'The token does not hold. Ask for another: POST /security/user/authenticate.',
};
const noneWords = 'Say who you are: Basic authentication for the 3.x form, a token (Bearer) for the 4.14 form.';
const nobody: Entry['session'] = {
  issue: () => Promise.reject(new HttpError(401, noneWords)),
  still: async () => true,
};

/** A caller that may not ask any more: its token is over, its user gone or changed. */
async function still(
  { name, version, role }: Caller,
  token: string | undefined,
  { authority, tokens }: GateDeps,
): Promise<boolean> {
  if (token !== undefined && !(await tokens.check(token)).ok) return false;
  const now = await authority.user(name);
  return now?.version === version && now.role === role;
}

/** The token route answers in the form of what it is for, and so does whoever is nobody. */
export function formOf({ kind }: Credentials, route?: Pick<Route, 'access'>): Form {
  return kind === 'basic' && route?.access !== 'password' ? 'basic' : 'token';
}
