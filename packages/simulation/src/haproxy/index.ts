/** A model of HAProxy, of its Runtime API first of all. */
export { durationOf, serverFrom } from './add-server.ts';
export { type HaproxyProcess, openHaproxyProcess, type ProcessSettings } from './process.ts';
export type { AdminState, ModelServer, Reach, ServerSettings } from './server.ts';
export type { Client, ModelSession } from './sessions.ts';
