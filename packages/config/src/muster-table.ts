import { haproxyOptions } from './haproxy-table.ts';
import { httpApiOptions } from './http-api-table.ts';
import { duration, hour, integer, minute, ms, type Option, s } from './option.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** Every option of `R/etc/muster.yaml`, by its path. The schema, the documentation and the reader are made from it. */
export const musterTable = {
  'keep_alive.interval': duration(
    s,
    100 * ms,
    10 * minute,
    'How often a node says that it lives. Below 100ms a busy event loop looks like a dead node.',
  ),
  'keep_alive.suspect_after': duration(
    2.5 * s,
    200 * ms,
    hour,
    'After this much silence a peer is suspect. Above `keep_alive.interval`.',
  ),
  'keep_alive.down_after': duration(
    4 * s,
    300 * ms,
    2 * hour,
    'After this much silence a peer is down. Above `keep_alive.suspect_after`. Silence is looked for once an interval, so that a dead peer is down after at most `down_after` plus `interval`: 5s by default.',
  ),
  'link.handshake_timeout': duration(
    5 * s,
    100 * ms,
    minute,
    'How long a new connection may take to prove the key and say hello. Short, so that silent connections hold no place.',
  ),
  'link.connections_per_address': integer(
    10,
    1,
    10_000,
    'Connections from one address at a time. Raise it when many workers come through one NAT address.',
  ),
  'link.connections': integer(1024, 1, 65_535, 'Connections in all at a time. Each costs a socket and some memory.'),
  'link.retry_min': duration(
    200 * ms,
    10 * ms,
    minute,
    'The first pause before a worker dials again; each further pause is longer, with jitter.',
  ),
  'link.retry_max': duration(
    10 * s,
    100 * ms,
    hour,
    'The longest pause before a worker dials again. At least `link.retry_min`. The default is the `connection_retry` of the reference.',
  ),
  'integrity.reconcile_every': duration(
    5 * minute,
    s,
    24 * hour,
    'How often the whole tree is listed again, for what the watcher missed. Each time costs a listing of every directory.',
  ),
  'integrity.coalesce': duration(
    50 * ms,
    0,
    10 * s,
    'How long changes are gathered into one generation after the first. 0 makes one of each.',
  ),
  'integrity.poll_every': duration(
    10 * s,
    100 * ms,
    hour,
    'How often directories are listed when the system has no more watches (inotify) for them.',
  ),
  'integrity.max_file_size': {
    kind: 'size',
    default: GiB,
    min: 1,
    max: 1024 * GiB,
    about: 'A larger file is neither sent nor deleted; it is held back, and shown as such.',
  },
  'integrity.max_files': integer(
    1_000_000,
    1,
    10_000_000,
    'Files that a tree may hold; a larger tree is refused as a whole. It bounds memory.',
  ),
  'integrity.guard.percent': integer(
    50,
    1,
    100,
    'A generation that deletes more than this share of a directory of the table waits for a second one that says the same.',
  ),
  'integrity.guard.files': integer(
    4,
    0,
    1_000_000,
    'Deleting fewer files than this of a directory of the table does not wait, whatever the share, unless it was all of several; a `client.keys` that is emptied or shrinks much always waits.',
  ),
  'integrity.guard.confirm_after': duration(
    30 * s,
    s,
    24 * hour,
    'How long the master waits before the scan that confirms, and a worker before it takes a generation for a confirmation. The same on every node.',
  ),
  manager: {
    kind: 'choice',
    choices: ['auto', 'files', 'wazuh-db', 'embedded'],
    default: 'auto',
    about:
      'How the manager beside this node is asked for its agents. `files`: 3.8, by `queue/agent-info` and `queue/agent-groups`; `wazuh-db`: 4.x, by its sockets; `embedded`: neither, our own store alone. `auto` chooses by what is found in R.',
  },
  'agents.poll_every': duration(
    500 * ms,
    50 * ms,
    10 * minute,
    'How often the manager is asked for agents that reported, where it gives no hint. Half of the second within which a change reaches the master.',
  ),
  'agents.store_max_size': {
    kind: 'size',
    default: 4 * GiB,
    min: 16 * MiB,
    max: 1024 * GiB,
    about:
      'What the store of agents (`queue/cluster/muster/agents`) may take on disk; what is beyond is refused, and said. The file grows with its content only: 4GiB are room for over a million agents.',
  },
  'registration.per_second': integer(
    50,
    1,
    10_000,
    'Requests to add, remove or group an agent that one node may make in the long run; more are refused. It keeps a mad program from filling `client.keys`.',
  ),
  'registration.burst': integer(
    1000,
    1,
    100_000,
    'Such requests that one node may make at once, as when agents are rolled out.',
  ),
  ...haproxyOptions,
  ...httpApiOptions,
  'files.owner': {
    kind: 'account',
    default: undefined,
    about:
      'Owner of synchronised files, a name or a user id. By default the user `wazuh`, else `ossec`, else files keep the owner that the daemon creates them with.',
  },
  'files.group': {
    kind: 'account',
    default: undefined,
    about: 'Group of synchronised files, a name or a group id. By default as for `files.owner`.',
  },
  'log.format': {
    kind: 'choice',
    choices: ['plain', 'json'],
    default: 'plain',
    about: '`plain` is the line of the reference; `json` is one object a line, for log shippers.',
  },
  'log.level': {
    kind: 'choice',
    choices: ['debug2', 'debug', 'info', 'warning', 'error', 'critical'],
    default: undefined,
    about: 'The least level that is logged. By default what `wazuh_clusterd.debug` says: 0 info, 1 debug, 2 debug2.',
  },
  'restarts.max': integer(
    5,
    0,
    1000,
    'Restarts of crashed actors that a supervisor grants within `restarts.within`; one more and it gives up. 0 grants none.',
  ),
  'restarts.within': duration(minute, s, 24 * hour, 'The window in which `restarts.max` counts.'),
  'restarts.back_off_min': duration(
    100 * ms,
    0,
    minute,
    'The pause before the first restart; it doubles, with jitter.',
  ),
  'restarts.back_off_max': duration(
    10 * s,
    0,
    hour,
    'The longest pause before a restart. At least `restarts.back_off_min`.',
  ),
} as const satisfies Readonly<Record<string, Option>>;

export type OptionPath = keyof typeof musterTable;

/** The value of an option, or its default where there is none or it is bad. */
export type Values = (path: OptionPath) => unknown;

/** The table as a list, in its order. */
export const musterOptionList = Object.entries(musterTable) as readonly (readonly [OptionPath, Option])[];
