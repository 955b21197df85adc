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
export { HaproxyError, type HaproxyFault } from './haproxy-error.ts';
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
