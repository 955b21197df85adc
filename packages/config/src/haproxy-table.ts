import { absolutePath, duration, minute, ms, type Option, s } from './option.ts';

const secret = (about: string): Option => ({ kind: 'secret', default: undefined, maxLength: 256, about });

/** How many instances one master balances: what its view of them may hold. */
export const maxInstances = 16;

/** The options of `muster.yaml` on HAProxy, by their paths. What `<haproxy_helper>` has is not here again. */
export const haproxyOptions = {
  'haproxy.instances': {
    kind: 'list',
    default: undefined,
    maxItems: maxInstances,
    pattern: '^(/|unix:/|tcp://|tls://|https?://).+$',
    maxLength: 512,
    allowed:
      '/run/haproxy/admin.sock, unix:/PATH, tcp://HOST:PORT or tls://HOST:PORT (the Runtime API), http://HOST:PORT or https://HOST:PORT (the Data Plane API)',
    about:
      'Every HAProxy in front of the agents. Each is driven by its Runtime API: give the socket of `stats socket … level admin`; or by its Data Plane API, with the user, password and certificates of `<haproxy_helper>`. Without this option an enabled `<haproxy_helper>` means one Data Plane API at its address. What else that block says holds for all of them, or its defaults where there is no block.',
  },
  'haproxy.persist': absolutePath(
    "Where the agents' backend is written down, a file of our own that HAProxy reads at its start (`/etc/haproxy/conf.d/agents.cfg`), so that a restarted HAProxy begins with the servers that it had. For the first instance on this machine that is driven by its Runtime API.",
  ),
  'haproxy.binary': {
    kind: 'text',
    default: 'haproxy',
    pattern: '^(/[^\\u0000-\\u001f\\u007f]+|[A-Za-z0-9._-]+)$',
    maxLength: 4_096,
    allowed: 'a name on PATH or an absolute path',
    about: 'The program that checks `haproxy.persist` before it is put in place.',
  },
  'haproxy.poll_every': duration(
    s,
    100 * ms,
    minute,
    'How often each HAProxy is looked at. What it waits for (a health check, agents that come back) is seen that much later.',
  ),
  'haproxy.tls.ca': absolutePath(
    "Certificates of the authorities that `tls://` and `https://` instances are checked against, PEM. By default `haproxy_cert` for `https://`, else the system's.",
  ),
  'haproxy.tls.cert': absolutePath(
    'Our own certificate for such instances, PEM. By default `client_cert` for `https://`.',
  ),
  'haproxy.tls.key': absolutePath(
    'Its key, PEM. By default `client_cert_key` for `https://`, else it is in `haproxy.tls.cert`.',
  ),
  'haproxy.tls.password': secret('The password of that key. By default `client_cert_password` for `https://`.'),
  'haproxy.nodes': {
    kind: 'nodes',
    default: undefined,
    about:
      'What differs for single nodes: where agents reach them through HAProxy, when that is not the address of their link, and how many agents they get. 100 is one share, the default; a node with 50 gets half as many. The port is by default that of the first `<remote>` block of ossec.conf for agents (`secure`), else 1514.',
  },
  'haproxy.api.url': {
    kind: 'text',
    default: undefined,
    pattern: '^https?://([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?/?$',
    maxLength: 512,
    allowed: 'http://HOST:PORT or https://HOST:PORT',
    about:
      "The manager's REST API (`https://localhost:55000`), which asks agents to connect anew. Only for a Data Plane API, which cannot end connections; without it agents move as they connect anyway.",
  },
  'haproxy.api.user': {
    kind: 'text',
    default: undefined,
    pattern: '^[^:\\u0000-\\u001f\\u007f]+$',
    maxLength: 256,
    allowed: 'a name without colons',
    about: 'Its user. Needs the right `agent:reconnect`.',
  },
  'haproxy.api.password': secret('Its password. Then let nobody but the daemon read muster.yaml.'),
  'haproxy.api.ca': absolutePath(
    "Certificates of the authorities that it is checked against, PEM. By default the system's.",
  ),
} as const satisfies Readonly<Record<string, Option>>;
