/** The file of users, as text: what may stand in it, and how it is changed. Pure. */
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { hashBounds } from './password.ts';

/** `operate` may do what `read` may, and change things. */
export const roles = ['read', 'operate'] as const;
export type Role = (typeof roles)[number];

const strict = { additionalProperties: false } as const;
const bounded = ({ min, max }: { readonly min: number; readonly max: number }) =>
  Type.Integer({ minimum: min, maximum: max });

/** A name has no colon, for Basic authentication ends it there. */
export const userNamePattern = '^[A-Za-z0-9._@-]{1,64}$';

const UserEntry = Type.Object(
  {
    name: Type.String({ pattern: userNamePattern }),
    role: Type.Union(roles.map((role) => Type.Literal(role))),
    scrypt: Type.Object(
      {
        n: bounded(hashBounds.n),
        r: bounded(hashBounds.r),
        p: bounded(hashBounds.p),
        salt: Type.String({ pattern: '^[A-Za-z0-9+/=]{16,128}$' }),
        hash: Type.String({ pattern: '^[A-Za-z0-9+/=]{32,128}$' }),
      },
      strict,
    ),
  },
  strict,
);
export type User = Static<typeof UserEntry>;

const UsersFile = Type.Object({ version: Type.Literal(1), users: Type.Array(UserEntry, { maxItems: 1_000 }) }, strict);

/** What cannot be read as users. The message says where, and never what stands there. */
export class UsersFileError extends Error {
  override readonly name = 'UsersFileError';
  readonly code = 'USERS_FILE';
}

/** Reads the text of a file. Throws a `UsersFileError` that names the fault and the cure. */
export function parseUsers(text: string, path: string): readonly User[] {
  const value = parseJson(text, path);
  const [fault] = Value.Errors(UsersFile, value);
  if (fault !== undefined)
    throw new UsersFileError(`${path} is no file of users: ${fault.path || 'it'} is wrong. ${cure}`);
  const { users } = value as Static<typeof UsersFile>;
  const twice = users.find(({ name }, index) => users.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw new UsersFileError(`${path} has the user ${twice.name} twice. ${cure}`);
  const wrong = users.find(({ scrypt: { n } }) => !Number.isInteger(Math.log2(n)));
  if (wrong !== undefined) throw new UsersFileError(`${path}: scrypt.n of ${wrong.name} is no power of 2. ${cure}`);
  return users;
}

const cure = 'Mend it, or move it away and add the users anew: muster user add NAME --role read.';

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsersFileError(`${path} is not JSON. ${cure}`);
  }
}

/** What is written: one user a line, in the order of their names. */
export function usersText(users: readonly User[]): string {
  const lines = users.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((user) => `    ${JSON.stringify(user)}`);
  return `{\n  "version": 1,\n  "users": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** With `user` added, in the place of one of its name. */
export const withUser = (users: readonly User[], user: User): readonly User[] => [
  ...withoutUser(users, user.name),
  user,
];
export const withoutUser = (users: readonly User[], name: string): readonly User[] =>
  users.filter((user) => user.name !== name);

/** A password that is good enough to be given; else why not. */
export function passwordFault(password: string): string | undefined {
  const length = [...password].length;
  if (length < 12) return 'A password has at least 12 characters.';
  if (Buffer.byteLength(password) > 256) return 'A password has at most 256 bytes.';
  if (/\p{Cc}/u.test(password)) return 'A password has no control characters.';
  return new Set(password).size < 5 ? 'A password has at least 5 different characters.' : undefined;
}

/** Where the users are unless `http_api.users_file` says otherwise. */
export const usersPath = (root: string): string => `${root}/etc/muster-users.json`;
