/** `muster user`: who may ask the HTTP API. Works on the file alone; the node need not run, and sees a change within a second. */
import {
  type PasswordHash,
  passwordFault,
  type Role,
  type User,
  usersPath,
  withoutUser,
  withUser,
} from '@muster/http-api/users';
import type { CommandDeps, Output } from './commands.ts';
import { asJson } from './conversation.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

export interface UserDeps {
  /** Rejects with words for people when the file cannot be trusted. */
  readonly read: (path: string) => Promise<readonly User[]>;
  /** A new file gets owner and group of `like`. */
  readonly write: (path: string, users: readonly User[], like: string) => Promise<void>;
  readonly hash: (password: string) => Promise<PasswordHash>;
  /** What a person types unseen after `prompt`, or a line of what is piped in. `isTyped`: it may hold a slip. */
  readonly secret: (prompt: string) => Promise<{ readonly text: string; readonly isTyped: boolean }>;
}

/** Where users are: `file` of the command line, else what the configuration says. */
export interface UserPlace {
  readonly root: string;
  readonly file?: string;
}

type Deps = Pick<CommandDeps, 'users' | 'readConfig'>;

async function pathOf({ readConfig }: Deps, { root, file }: UserPlace): Promise<string> {
  return file ?? (await readConfig(root)).muster.httpApi.usersFile ?? usersPath(root);
}

/** Adds a user, or gives one that there is another password, and another role where one is given. */
export async function addUser(
  deps: Deps,
  output: Output,
  place: UserPlace,
  name: string,
  role: Role | undefined,
): Promise<ExitCode> {
  const path = await pathOf(deps, place);
  const known = (await deps.users.read(path)).find((user) => user.name === name);
  const wanted = role ?? known?.role;
  if (wanted === undefined)
    throw new Error(`There is no user ${name} yet: give it a role, --role read or --role operate.`);
  const password = await newPassword(deps.users, name);
  const scrypt = await deps.users.hash(password);
  // Read again: hashing and typing take time.
  const users = withUser(await deps.users.read(path), { name, role: wanted, scrypt });
  await deps.users.write(path, users, `${place.root}/etc/ossec.conf`);
  const words = known === undefined ? 'is added' : 'has its new password';
  output.out(`${name} ${words}, with the role ${wanted}, in ${path}.`);
  return exitCodes.fine;
}

async function newPassword({ secret }: UserDeps, name: string): Promise<string> {
  const { text, isTyped } = await secret(`Password of ${name}, 12 characters or more: `);
  const fault = passwordFault(text);
  if (fault !== undefined) throw new Error(`${fault} Choose another one.`);
  if (isTyped && (await secret('Once more: ')).text !== text) throw new Error('The two are not the same. Try again.');
  return text;
}

export async function listUsers(deps: Deps, output: Output, place: UserPlace, json: boolean): Promise<ExitCode> {
  const path = await pathOf(deps, place);
  const users = (await deps.users.read(path)).map(({ name, role }) => ({ name, role }));
  if (json) output.out(asJson(users));
  else if (users.length === 0) output.out(`${path} names no user. Add one: muster user add NAME --role read`);
  else {
    const width = Math.max(...users.map(({ name }) => name.length));
    output.out(users.map(({ name, role }) => `${name.padEnd(width)}  ${role}`).join('\n'));
  }
  return exitCodes.fine;
}

export async function removeUser(deps: Deps, output: Output, place: UserPlace, name: string): Promise<ExitCode> {
  const path = await pathOf(deps, place);
  const users = await deps.users.read(path);
  const left = withoutUser(users, name);
  if (left.length === users.length)
    throw new Error(`There is no user ${name} in ${path}; muster user list shows those there are.`);
  await deps.users.write(path, left, `${place.root}/etc/ossec.conf`);
  output.out(`${name} is removed, and its tokens are void within a second.`);
  return exitCodes.fine;
}
