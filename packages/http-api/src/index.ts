export { type ErrorCode, errorTable } from './api-error.ts';
export type { ApiAnswers, ApiSources, MetricsText } from './deps.ts';
export { type ApiListening, type HttpApiDeps, type HttpListen, retryMs, spawnHttpApi } from './http-api.ts';
