export { type ErrorCode, errorTable } from './api-error.ts';
export type { ApiAnswers, ApiSources, MetricsText } from './deps.ts';
export { type ApiListening, type HttpApiDeps, type HttpListen, retryMs, spawnHttpApi } from './http-api.ts';
export { openApi } from './open-api.ts';
export { elsewhere } from './routes/elsewhere.ts';
export { type Route, shapeOf } from './routes/route.ts';
export { routes } from './routes/routes.ts';
export { httpListener, type ListenSettings } from './server/listen.ts';
export { hashPassword, isPassword, saltBytes } from './users/password.ts';
export { readUsers, writeUsers } from './users/read-users.ts';
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
} from './users/users-file.ts';
