/** No HAProxy is simulated: whoever asks one hears that nobody answers. */
import { HaproxyError, type HaproxyPorts } from '@muster/haproxy';

const nobody = async (where: string): Promise<never> => {
  throw new HaproxyError(where, 'unreachable', 'there is no HAProxy in this simulation');
};

export const noHaproxy: HaproxyPorts = {
  runtime: (endpoint) => nobody(endpoint.kind === 'unix' ? endpoint.path : `${endpoint.host}:${endpoint.port}`),
  http: ({ host, port }) => nobody(`${host}:${port}`),
  resolve: (host) => nobody(host),
  replaceFile: (path) => nobody(path),
  wait: () => nobody('haproxy'),
};
