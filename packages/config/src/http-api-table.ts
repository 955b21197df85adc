import { absolutePath, duration, hour, integer, minute, type Option, s } from './option.ts';

const KiB = 1024;

/** The options of `muster.yaml` on the HTTP API, by their paths. */
export const httpApiOptions = {
  'http_api.enabled': {
    kind: 'choice',
    choices: ['yes', 'no'],
    default: 'no',
    about:
      'Whether this node answers HTTP (`docs/api.md`). Without users (`muster user add`) it answers `/healthz` and `/readyz` alone.',
  },
  'http_api.address': {
    kind: 'text',
    default: '127.0.0.1',
    pattern: '^[A-Za-z0-9._:-]{1,253}$',
    maxLength: 253,
    allowed: 'an IP address or DNS name of this machine, 0.0.0.0 or :: for all of them',
    about: 'Where the API listens. Beyond this machine only where you say so.',
  },
  'http_api.port': integer(
    55_100,
    1,
    65_535,
    "Its port. Not the 55000 of the reference: there the manager's own API listens, which goes on beside Muster.",
  ),
  'http_api.tls': {
    kind: 'choice',
    choices: ['yes', 'no', 'forced-off'],
    default: 'yes',
    about:
      '`no`: plain HTTP, which a loopback address alone may have. `forced-off`: plain HTTP anywhere, as behind a proxy that does TLS; passwords and tokens are readable on the way.',
  },
  'http_api.certificate': absolutePath(
    'Certificate of the API, PEM, with what links it to its authority. With `http_api.key`. By default one is made at the first start in `R/queue/cluster/muster/http`, for this node alone, and made anew before it ends.',
  ),
  'http_api.key': absolutePath('Its key, PEM, without a password; readable by the daemon alone.'),
  'http_api.users_file': absolutePath(
    'Who may ask: names, roles and hashes of passwords, written by `muster user`. By default `R/etc/muster-users.json`. Not readable by others; read again when it changes.',
  ),
  'http_api.requests_per_minute': integer(
    300,
    1,
    1_000_000,
    'Requests of one user and of one address in the long run, and at once; more are answered 429. The default is that of the reference.',
  ),
  'http_api.max_body': {
    kind: 'size',
    default: 64 * KiB,
    min: KiB,
    max: KiB * KiB,
    about: 'A larger body is answered 413. Nothing that the API takes needs one of some size.',
  },
  'http_api.request_timeout': duration(
    10 * s,
    s,
    5 * minute,
    'How long a client may take to send its whole request, headers and body. Slower ones are cut off, so that they hold no place.',
  ),
  'http_api.connections': integer(256, 1, 10_000, 'Connections at a time; further ones are closed at once.'),
  'http_api.event_streams': integer(
    16,
    0,
    1_000,
    'Clients that follow `/events` at a time. Each keeps a connection, and costs a look twice a second.',
  ),
  'http_api.token_lifetime': duration(
    15 * minute,
    minute,
    24 * hour,
    'How long a token of `/security/user/authenticate` holds. The default is that of the reference. A token cannot be taken back, but for removing its user.',
  ),
} as const satisfies Readonly<Record<string, Option>>;
