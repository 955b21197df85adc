/** Users alone, for the command line: without the server and what it loads. */
export { hashPassword, isPassword, type PasswordHash, saltBytes } from './password.ts';
export { readUsers, writeUsers } from './read-users.ts';
export {
  passwordFault,
  type Role,
  roles,
  type User,
  UsersFileError,
  userNamePattern,
  usersPath,
  withoutUser,
  withUser,
} from './users-file.ts';
