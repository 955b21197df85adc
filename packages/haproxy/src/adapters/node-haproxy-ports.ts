/** Adapter: the world of the HAProxy drivers in production: sockets, HTTP, names and files of this machine. */
import type { HaproxyPorts } from '../ports.ts';
import { httpClient } from './http-client.ts';
import { replaceFile } from './replace-file.ts';
import { resolveHost } from './resolve-host.ts';
import { runtimeSocket } from './runtime-socket.ts';
import { wait } from './wait.ts';

export const nodeHaproxyPorts = (): HaproxyPorts => ({
  runtime: runtimeSocket,
  http: httpClient,
  resolve: resolveHost,
  replaceFile,
  wait,
});
