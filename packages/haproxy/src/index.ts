export { findHaproxy } from './adapters/find-haproxy.ts';
export { nodeHaproxyPorts } from './adapters/node-haproxy-ports.ts';
export { type DataplanePorts, openDataplaneDriver } from './dataplane/dataplane-driver.ts';
export type { DataplaneSettings } from './dataplane/settings.ts';
export type {
  AdminState,
  Advice,
  Capabilities,
  CutOrder,
  Driver,
  Instance,
  Server,
  Session,
  WantedServer,
} from './driver.ts';
export { endpointText } from './endpoint.ts';
export { HaproxyError, type HaproxyFault } from './haproxy-error.ts';
export { openReconnectClient, type ReconnectClient, type ReconnectSettings } from './manager-api/reconnect-client.ts';
export type {
  FileCheck,
  HaproxyPorts,
  HttpAnswer,
  HttpEndpoint,
  HttpRequest,
  Limits,
  RuntimeEndpoint,
  TlsFiles,
} from './ports.ts';
export { type HaproxyPaths, printAgentsFile, printHaproxy } from './printed/haproxy.ts';
export { printNginx } from './printed/nginx.ts';
export { printInitScript, printUnit, type ServiceFiles } from './printed/service.ts';
export { connectionsOf, ownServers, type Site, siteDefaults } from './printed/site.ts';
export { openRuntimeDriver } from './runtime/runtime-driver.ts';
export type { HealthCheck, PersistSettings, RuntimeSettings } from './runtime/settings.ts';
