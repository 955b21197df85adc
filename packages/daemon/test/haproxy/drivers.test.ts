import { loadConfig } from '@muster/config';
import type { HaproxyPorts } from '@muster/haproxy';
import fc from 'fast-check';
import { openDriver, openReconnect } from '../../src/haproxy/drivers.ts';

const never = (): Promise<never> => Promise.reject(new Error('nothing is asked by opening'));
const ports: HaproxyPorts = { runtime: never, http: never, resolve: never, replaceFile: never, wait: never };

const load = (yaml: string, helper = '') => {
  const files: Readonly<Record<string, string>> = {
    '/r/etc/ossec.conf': `<ossec_config><cluster><key>${'k1'.repeat(16)}</key><nodes><node>m</node></nodes>
      <haproxy_helper><haproxy_disabled>no</haproxy_disabled>${helper}</haproxy_helper>\n</cluster></ossec_config>`,
    '/r/etc/muster.yaml': yaml,
  };
  return loadConfig({ root: '/r', read: async (path) => files[path] });
};
const access = '<haproxy_user>u</haproxy_user><haproxy_password>p</haproxy_password>';

it.each([
  ['/run/s', '/run/s', true],
  ['tcp://127.0.0.1:9', 'tcp://127.0.0.1:9', true],
  ['tls://[::1]:9', 'tls://[::1]:9', true],
  ['http://lb:5555', 'http://lb:5555', false],
  ['https://lb:5555', 'https://lb:5555', false],
])('%s is driven as it says, and named %s', async (written, endpoint, cut) => {
  const { haproxy } = await load(JSON.stringify({ haproxy: { instances: [written] } }), access);
  const driver = openDriver(haproxy!.instances[0]!, haproxy!, ports);
  expect([driver.endpoint, driver.capabilities.cut]).toEqual([endpoint, cut]);
  expect(haproxy!.instances[0]!.text).toBe(endpoint);
});

const text = fc.oneof(fc.string(), fc.constantFrom('lb', 'fd00::1', '[::1]', '10.0.0.1', 'a b', 'wazuh', '-'));
const place = fc
  .tuple(fc.constantFrom('unix:', 'tcp://', 'tls://', 'http://', 'https://', '/'), text, fc.nat(70_000))
  .map(([scheme, host, port]) => `${scheme}${host}:${port}`);

it('whatever configuration is taken, its drivers can be opened: nothing of it fails a start later', async () => {
  const values = fc.record({
    backend: text,
    resolver: text,
    address: text,
    url: text,
    places: fc.array(place, { maxLength: 3 }),
  });
  let opened = 0;
  await fc.assert(
    fc.asyncProperty(values, async ({ backend, resolver, address, url, places }) => {
      const element = (name: string, value: string): string => `<${name}>${value.replaceAll(/[<&\\!]/g, '')}</${name}>`;
      const helper = `${access}${element('haproxy_backend', backend)}${element('haproxy_resolver', resolver)}${element('haproxy_address', address)}`;
      const api = { url: `https://${url}`, user: 'u', password: 'p' };
      const yaml = JSON.stringify({ haproxy: { instances: [...new Set(places)], api } });
      const config = await load(yaml, helper).catch(() => undefined);
      const haproxy = config?.haproxy;
      if (haproxy === undefined) return;
      opened += 1;
      for (const instance of haproxy.instances) openDriver(instance, haproxy, ports).close();
      if (haproxy.api !== undefined) openReconnect(haproxy.api, ports);
    }),
    { numRuns: 2_000 },
  );
  expect(opened).toBeGreaterThan(20);
});
