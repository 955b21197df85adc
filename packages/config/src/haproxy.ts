/** What of `ossec.conf` and `muster.yaml` together makes the balancers of a master. */
import type { ClusterConfig } from './cluster.ts';
import type { Findings } from './fault.ts';
import type { HaproxyConfig, HaproxyInstance, HaproxyTls, ReconnectApi } from './haproxy-config.ts';
import { type HaproxyPlace, isHere, isRuntime, placeText, readPlace } from './haproxy-endpoint.ts';
import { type HaproxyHelperConfig, helperDefaults } from './haproxy-helper.ts';
import type { HaproxyOptions } from './haproxy-options.ts';
import { warnOfIdle, warnOfLoopback } from './haproxy-warnings.ts';

/** Where findings go: of `ossec.conf`, of `muster.yaml`. */
export interface HaproxyFindings {
  readonly ossec: Findings;
  readonly muster: Findings;
}

/** What `ossec.conf` says. */
export interface HaproxyOssec {
  readonly cluster: ClusterConfig;
  readonly helper: HaproxyHelperConfig | undefined;
  /** Asked only when something is balanced. */
  readonly agentPort: () => number;
}

/** Undefined: nothing is to be balanced. */
export function resolveHaproxy(
  { cluster, helper, agentPort }: HaproxyOssec,
  options: HaproxyOptions,
  findings: HaproxyFindings,
): HaproxyConfig | undefined {
  const places = placesOf(helper, options, findings);
  if (places.length === 0) return undefined;
  const tunables = helper ?? helperDefaults;
  const [persisting] = places.filter((place) => isRuntime(place) && isHere(place));
  warnOfIdle(places, options, persisting !== undefined, findings.muster);
  warnOfLoopback(places, options, cluster, findings.muster);
  return {
    instances: places.map((place) => instanceOf(place, helper, options, place === persisting)),
    backend: tunables.backend,
    agentPort: agentPort(),
    ...(tunables.resolver === undefined ? {} : { resolver: tunables.resolver }),
    excludedNodes: tunables.excludedNodes,
    nodes: options.nodes,
    pollMs: options.pollEveryMs,
    frequencyMs: tunables.frequencyMs,
    chunk: tunables.agentChunkSize,
    pauseMs: tunables.agentReconnectionTimeMs,
    settleMs: tunables.agentReconnectionStabilityTimeMs,
    tolerance: tunables.imbalanceTolerance,
    removeAfterMs: tunables.removeDisconnectedNodeAfterMs,
    ...readApi(options, findings.muster),
  };
}

function placesOf(
  helper: HaproxyHelperConfig | undefined,
  { instances }: HaproxyOptions,
  { ossec, muster }: HaproxyFindings,
): readonly HaproxyPlace[] {
  if (instances.length === 0) return ownPlace(helper, ossec);
  if (helper?.disabled === true) {
    const text = 'haproxy_disabled of <haproxy_helper> is not no: haproxy.instances of muster.yaml are not balanced.';
    muster.warn(text);
    return [];
  }
  const places = instances.flatMap((text, index) => readPlace(text, index, muster) ?? []);
  const texts = places.map(placeText);
  for (const [index, text] of texts.entries()) {
    if (texts.indexOf(text) === index) continue;
    muster.fault({
      code: 3004,
      text: `haproxy.instances lists ${text} twice`,
      option: 'haproxy.instances',
      allowed: 'each HAProxy once',
      cure: 'Remove one of the two.',
    });
  }
  if (helper === undefined || helper.user === '' || helper.password === '') refuseDataplane(places, texts, muster);
  return places;
}

function refuseDataplane(places: readonly HaproxyPlace[], texts: readonly string[], muster: Findings): void {
  const index = places.findIndex((place) => !isRuntime(place));
  if (index < 0) return;
  muster.fault({
    code: 3004,
    text: `${texts[index]} is a Data Plane API, and its user and password are not given`,
    option: `haproxy.instances.${index}`,
    allowed: 'a Data Plane API with haproxy_user and haproxy_password in <haproxy_helper> of ossec.conf',
    cure: 'Add the two to <haproxy_helper>, with <haproxy_disabled>no</haproxy_disabled>, or give a Runtime API socket.',
  });
}

/** Without a list of instances: the Data Plane API of the block, as the reference. */
function ownPlace(helper: HaproxyHelperConfig | undefined, ossec: Findings): readonly HaproxyPlace[] {
  if (helper === undefined || helper.disabled) return [];
  if (helper.enabled)
    return [{ kind: helper.protocol, host: helper.address.replace(/^\[|\]$/g, ''), port: helper.port }];
  ossec.warn(`The HAProxy helper stays disabled: ${helper.missing.join(', ')} missing in haproxy_helper.`);
  return [];
}

function instanceOf(
  place: HaproxyPlace,
  helper: HaproxyHelperConfig | undefined,
  options: HaproxyOptions,
  persists: boolean,
): HaproxyInstance {
  const text = placeText(place);
  const { persist: path, binary } = options;
  const persist = persists && path !== undefined ? { persist: { path, binary } } : {};
  switch (place.kind) {
    case 'unix':
      return { driver: 'runtime', text, endpoint: { kind: 'unix', path: place.path }, ...persist };
    case 'tcp':
      return { driver: 'runtime', text, endpoint: { kind: 'tcp', host: place.host, port: place.port }, ...persist };
    case 'tls': {
      const tls = tlsOf(options, undefined);
      return {
        driver: 'runtime',
        text,
        endpoint: { kind: 'tls', host: place.host, port: place.port, tls },
        ...persist,
      };
    }
    case 'http':
    case 'https': {
      const { kind: protocol, host, port } = place;
      const tls = protocol === 'https' ? { tls: tlsOf(options, helper) } : {};
      const { user = '', password = '' } = helper ?? {};
      return { driver: 'dataplane', text, endpoint: { protocol, host, port, ...tls }, user, password };
    }
  }
}

/** What `muster.yaml` says beats the block. */
function tlsOf({ tls }: HaproxyOptions, helper: HaproxyHelperConfig | undefined): HaproxyTls {
  const ca = tls.ca ?? (helper?.cert === true ? undefined : helper?.cert);
  const cert = tls.cert ?? helper?.clientCert;
  const key = tls.key ?? helper?.clientCertKey;
  const password = tls.password ?? helper?.clientCertPassword;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(password === undefined ? {} : { password }),
  };
}

/** All or nothing: an API that cannot be spoken to is told before it is needed. */
function readApi({ api }: HaproxyOptions, findings: Findings): { readonly api?: ReconnectApi } {
  const { url, user, password, ca } = api;
  if (url !== undefined && !URL.canParse(url)) {
    findings.fault({
      code: 3004,
      text: 'haproxy.api.url is no address',
      option: 'haproxy.api.url',
      allowed: 'http://HOST:PORT or https://HOST:PORT',
      cure: 'Write where the API of the manager listens, https://localhost:55000 by default.',
    });
  }
  if (url !== undefined && user !== undefined && password !== undefined)
    return { api: { url: url.replace(/\/$/, ''), user, password, ...(ca === undefined ? {} : { ca }) } };
  if (url === undefined && user === undefined && password === undefined && ca === undefined) return {};
  const missing = ['url', 'user', 'password'].filter((name) => api[name as keyof typeof api] === undefined);
  findings.fault({
    code: 3004,
    text: `haproxy.api lacks ${missing.join(' and ')}`,
    option: 'haproxy.api',
    allowed: 'url, user and password together, or none of them',
    cure: 'Write what is missing, or remove haproxy.api.',
  });
  return {};
}
