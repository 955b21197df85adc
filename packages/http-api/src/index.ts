export { type ErrorCode, errorTable } from './api-error.ts';
export type { ApiAnswers, ApiSources, MetricsText } from './deps.ts';
export { type ApiListening, type HttpApiDeps, type HttpListen, retryMs, spawnHttpApi } from './http-api.ts';
export { openApi } from './open-api.ts';
export { elsewhere } from './routes/elsewhere.ts';
export { type Route, shapeOf } from './routes/route.ts';
export { routes } from './routes/routes.ts';
export { httpListener, type ListenSettings } from './server/listen.ts';
export * from './users/index.ts';
