/** Every metric of a node. `docs/metrics.md` has the same, which a test holds. */
import type { Definition } from './definition.ts';

const gauge = <const Labels extends readonly string[]>(
  unit: Definition['unit'],
  labels: Labels,
  help: string,
  more: Pick<Definition, 'role' | 'together'> = {},
) => ({ type: 'gauge', unit, labels, help, ...more }) as const;
const counter = <const Labels extends readonly string[]>(
  unit: Definition['unit'],
  labels: Labels,
  help: string,
  more: Pick<Definition, 'role'> = {},
) => ({ type: 'counter', unit, labels, help, ...more }) as const;
const times = (help: string) => ({ type: 'histogram', unit: 'seconds', labels: [], help }) as const;

const master = { role: 'master' } as const;
const worker = { role: 'worker' } as const;
const most = { together: 'most' } as const;

export const table = {
  // The process.
  muster_build_info: gauge('none', ['version', 'role', 'node'], 'Always 1: what runs here'),
  muster_uptime_seconds: gauge('seconds', [], 'Since the node started'),
  muster_resident_memory_bytes: gauge('bytes', [], 'Resident memory of the process'),
  muster_event_loop_delay_seconds: gauge('seconds', [], 'How late the event loop runs: the 99th percentile of late'),
  muster_scrape_faults: gauge('none', ['part'], '1 where this part could not be had in time and is left out'),
  muster_scrape_seconds: gauge('seconds', [], 'What it took to collect this'),

  // The cluster: a master says it of every node, a worker of itself.
  muster_node_up: gauge('none', ['node', 'role'], '1 while the node is heard; 0: suspect, down, or it left'),
  muster_node_heard_seconds: gauge('seconds', ['node'], 'Since the node was last heard'),
  muster_node_lag_generations: gauge(
    'none',
    ['node'],
    "Generations behind the master's newest, where both are of one epoch",
  ),
  muster_node_behind_seconds: gauge(
    'seconds',
    ['node'],
    'Since the node first held something older than the newest; 0 in sync',
  ),
  muster_node_sync_state: gauge('none', ['node', 'state'], '1 for the state that the files of the node are in'),
  muster_node_clock_skew_seconds: gauge('seconds', ['node'], 'The clock of the node minus ours'),

  // Files.
  muster_files: gauge('none', [], 'Files that are synchronised'),
  muster_files_bytes: gauge('bytes', [], 'Bytes of the files that are synchronised'),
  muster_generation_number: gauge('none', [], 'The number of the generation that the disk holds, within its epoch'),
  muster_file_problems: gauge('none', ['effect'], 'Files that are not synchronised, the first 1,000'),
  muster_scans_total: counter('none', [], 'Scans of the synchronised directories'),
  muster_files_hashed_total: counter('none', [], 'Files whose content was read and digested by scans'),
  muster_replications_total: counter('none', [], 'Replications that changed the disk', worker),
  muster_files_written_total: counter('none', [], 'Files written by replications', worker),
  muster_files_removed_total: counter('none', [], 'Files deleted by replications', worker),
  muster_files_written_bytes_total: counter('bytes', [], 'Content written by replications', worker),

  // Links.
  muster_link_up: gauge('none', ['peer'], '1 while a link to the peer is open; 0: there was one since the start'),
  muster_link_reconnects_total: counter('none', ['peer'], 'Links to the peer beyond the first'),
  muster_link_round_trip_seconds: gauge(
    'seconds',
    ['peer'],
    'There and back of one ping; absent: none came back within 0.5 s',
  ),
  muster_link_queued_bytes: gauge('bytes', ['peer'], 'Bytes that wait to be sent to the peer'),
  muster_link_bytes_total: counter(
    'bytes',
    ['lane', 'direction'],
    'Bytes over all links before encryption; bulk: file content, control: the rest',
  ),

  // Actors. At most 200 by name, the rest together as other.
  muster_actors: gauge('none', ['state'], 'Actors and supervisors, by what they do now'),
  muster_actor_mailbox_messages: gauge('none', ['actor'], 'Messages that wait'),
  muster_actor_mailbox_most_messages: gauge('none', ['actor'], 'The most messages that ever waited', most),
  muster_actor_mailbox_limit_messages: gauge('none', ['actor'], 'Messages that may wait', most),
  muster_actor_messages_total: counter('none', ['actor'], 'Messages handled'),
  muster_actor_overflows_total: counter('none', ['actor'], 'Messages lost because too many waited'),
  muster_actor_busy_seconds_total: counter('seconds', ['actor'], 'Time spent in handlers'),
  muster_actor_restarts_total: counter('none', ['actor'], 'Restarts after a crash, or by hand'),
  muster_actor_waiting_seconds: times(
    'How long messages waited for their turn: of each actor the first and every 64th',
  ),
  muster_actor_handling_seconds: times('How long messages took to handle: of each actor the first and every 64th'),
  muster_dead_letters_total: counter('none', [], 'Messages that reached nobody'),

  // Agents.
  muster_agents: gauge('none', ['node', 'status'], 'Agents by the node that they last reported to', master),
  muster_agents_registered: gauge('none', [], 'Lines of client.keys'),
  muster_agents_never_connected: gauge('none', [], 'Registered agents that never reported', master),
  muster_agents_unpublished: gauge('none', [], 'Agents whose newest state the manager here does not know yet', master),
  muster_agents_reporting: gauge('none', [], 'Agents that reported to this worker', worker),
  muster_agents_unsent: gauge('none', [], 'Agents whose status the master has not confirmed yet', worker),
  muster_agent_statuses_total: counter(
    'none',
    ['outcome'],
    'Statuses that were merged: taken, lost to a newer one, or of an unknown agent',
  ),
  muster_agents_trouble: gauge('none', [], '1 while the manager here cannot be asked, or the store not written'),
  muster_store_bytes: gauge('bytes', [], 'The store of agents and events on disk'),
  muster_store_limit_bytes: gauge('bytes', [], 'The most that the store may take'),

  // HAProxy.
  muster_balancer_reachable: gauge('none', ['balancer'], '1 while this HAProxy answers', master),
  muster_balancer_phase: gauge('none', ['balancer', 'phase'], '1 for what is done with this HAProxy now', master),
  muster_balancer_trouble: gauge(
    'none',
    ['balancer'],
    '1 while something is wrong that an operator should look at',
    master,
  ),
  muster_balancer_sessions: gauge('none', ['balancer', 'server'], 'Sessions of agents', master),
  muster_balancer_target_sessions: gauge(
    'none',
    ['balancer', 'server'],
    'Sessions that the server should have',
    master,
  ),
  muster_balancer_spread_sessions: gauge(
    'none',
    ['balancer'],
    'The largest deviation from the target minus the smallest',
    master,
  ),
  muster_balancer_plans_total: counter('none', ['balancer'], 'Plans carried out', master),
  muster_balancer_cuts_total: counter('none', ['balancer'], 'Sessions ended for the sake of balance', master),
  muster_balancer_haproxy_restarts_total: counter(
    'none',
    ['balancer'],
    'Restarts and reloads of HAProxy that were seen',
    master,
  ),

  // What happened.
  muster_events_total: counter(
    'none',
    ['kind'],
    'Events of the journal, those that were folded or left out among them',
  ),
} satisfies Record<`muster_${string}`, Definition>;

export type MetricName = keyof typeof table;
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof table)[Name]['labels'][number], string>>;

export const metricNames = Object.keys(table) as readonly MetricName[];
export const definitionOf = (name: MetricName): Definition => table[name];
