/** What a person writes for `muster user` on the command line. A password is never part of it: `ps` shows it to everybody. */
import { resolve } from 'node:path';
import { type Role, roles, userNamePattern } from '@muster/http-api/users';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Adding } from './arguments.ts';
import { addUser as add, listUsers, removeUser, type UserPlace } from './users.ts';

export function userName(text: string): string {
  if (new RegExp(userNamePattern).test(text)) return text;
  throw new InvalidArgumentError('A user has a name of 1 to 64 letters, digits and . _ - @');
}

/** Adds `muster user add`, `list` and `remove`. */
export function addUser({ group, deps, output, finish }: Adding): void {
  const user = group('user', 'say who may ask the HTTP API, whether the node runs or not');
  const child = (name: string, about: string): Command =>
    user(name, about).addOption(
      new Option('--file <path>', 'the file of users, instead of what muster.yaml says').argParser((path) =>
        resolve(path),
      ),
    );
  const name = '1 to 64 letters, digits and . _ - @';
  child('add', 'add a user, or change its password or role; the password is asked for, or read from standard input')
    .argument('<name>', name, userName)
    .addOption(new Option('--role <role>', 'what it may do: look, or also change').choices(roles))
    .action(async (who: string, { role, ...place }: UserPlace & { readonly role?: Role }) =>
      finish(await add(deps, output, place, who, role)),
    );
  child('list', 'show the users and their roles')
    .option('--json', 'as JSON')
    .action(async ({ json, ...place }: UserPlace & { readonly json?: true }) =>
      finish(await listUsers(deps, output, place, json === true)),
    );
  child('remove', 'remove a user')
    .argument('<name>', name, userName)
    .action(async (who: string, place: UserPlace) => finish(await removeUser(deps, output, place, who)));
}
