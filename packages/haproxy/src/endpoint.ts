import type { HttpEndpoint, RuntimeEndpoint } from './ports.ts';

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** For people and logs: `/run/haproxy/admin.sock`, `tcp://lb1:9999`, `https://lb1:5555`. Holds no secret. */
export function endpointText(endpoint: RuntimeEndpoint | HttpEndpoint): string {
  if ('protocol' in endpoint) return `${endpoint.protocol}://${bracketed(endpoint.host)}:${endpoint.port}`;
  if (endpoint.kind === 'unix') return endpoint.path;
  return `${endpoint.kind}://${bracketed(endpoint.host)}:${endpoint.port}`;
}
