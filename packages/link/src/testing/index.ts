export { type Gatekeeper, gatekeeper } from '../gatekeeper.ts';
export { dialError, rejectionOf } from '../tls-errors.ts';
export { type ComplianceCase, type Subject, transportCompliance } from './compliance.ts';
export { type TcpProxy, tcpProxy } from './tcp-proxy.ts';
export { deferred, until } from './until.ts';
