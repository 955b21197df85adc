/**
 * Who asks: checks names with passwords against the users as they are now. A removed user, a changed password and a
 * changed role take effect within a second.
 *
 * scrypt is dear by intent: at most `workers` run at once, further ones wait, and beyond `waiting` they are turned away. A
 * password that was right is remembered until it is not used for a minute, so that programs that send it with each request do not pay each
 * time; one that was wrong never is.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@muster/actor';
import { openCurrentUsers } from './current-users.ts';
import { isPassword, nobodysHash } from './password.ts';
import type { Seen } from './read-users.ts';
import { openRemembered } from './remembered.ts';
import type { Role, User } from './users-file.ts';

/** Somebody who may ask. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  /** Changes with the password: a token that bears an older one is void. */
  readonly version: string;
}

export interface AuthorityDeps {
  readonly clock: Clock;
  /** `readUsers` of the file. */
  readonly read: (last?: Seen) => Promise<Seen>;
  /** 32 random bytes, of this process alone. */
  readonly secret: Uint8Array;
  readonly warn: (text: string) => void;
}

export interface Authority {
  /** Undefined: there is no such user with this password. `'busy'`: too many ask at once. */
  password(name: string, password: string): Promise<Caller | 'busy' | undefined>;
  /** Whether a password was right a moment ago; costs next to nothing. */
  remembered(name: string, password: string): Promise<Caller | undefined>;
  /** The user as it is now. */
  user(name: string): Promise<Caller | undefined>;
  /** Whether there is anybody who may ask. */
  anybody(): Promise<boolean>;
}

const workers = 2;
const waiting = 16;

export function openAuthority({ clock, read, secret, warn }: AuthorityDeps): Authority {
  const remembered = openRemembered(clock, secret);
  const users = openCurrentUsers({ clock, read, warn });
  const take = openTurns();
  const find = async (name: string): Promise<User | undefined> => (await users()).find((user) => user.name === name);
  const recall = async (name: string, password: string): Promise<Caller | undefined> => {
    const user = await find(name);
    return user !== undefined && remembered.has(whoOf(user), password) ? callerOf(user) : undefined;
  };
  return {
    anybody: async () => (await users()).length > 0,
    user: async (name) => {
      const user = await find(name);
      return user && callerOf(user);
    },
    remembered: recall,
    password: async (name, password) => {
      const known = await recall(name, password);
      if (known !== undefined) return known;
      const user = await find(name);
      const right = await take(() => isPassword(password, user?.scrypt ?? nobodysHash));
      if (right === 'busy') return 'busy';
      if (user === undefined || !right) return undefined;
      remembered.add(whoOf(user), password);
      return callerOf(user);
    },
  };
}

const versionOf = ({ scrypt: { salt, hash } }: User): string =>
  createHash('sha256').update(`${salt}\0${hash}`).digest('hex').slice(0, 16);
const whoOf = (user: User): string => `${user.name}\0${versionOf(user)}`;
const callerOf = (user: User): Caller => ({ name: user.name, role: user.role, version: versionOf(user) });

/** Does work, `workers` at once, in the order of asking. */
function openTurns() {
  let running = 0;
  const queue: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T | 'busy'> => {
    if (running < workers) running += 1;
    else if (queue.length < waiting) await new Promise<void>((turn) => queue.push(turn));
    else return 'busy';
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
