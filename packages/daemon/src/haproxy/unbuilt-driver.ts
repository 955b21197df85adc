/** Stands where the driver of the Data Plane API will be. */
import { type Driver, HaproxyError } from '@muster/haproxy';

export function unbuiltDriver(endpoint: string): Driver {
  const refuse = async (): Promise<never> => {
    throw new HaproxyError(
      endpoint,
      'unsupported',
      'the Data Plane API is not spoken by this version of Muster; give the socket of the Runtime API in haproxy.instances of muster.yaml',
    );
  };
  return {
    endpoint,
    capabilities: { sessions: false, cut: false, checks: false, weights: false },
    ...{ prepare: refuse, instance: refuse, servers: refuse, ensureServer: refuse, setState: refuse },
    ...{ setWeight: refuse, sessions: refuse, cut: refuse, removeServer: refuse, persist: refuse },
    close: () => {},
  };
}
