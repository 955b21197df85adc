/** What happens to agents, and to the manager beside each node. Each kind of deed with its fields; durations in ms. */
import { amount, flag, text, whole, word } from './field.ts';

const node = text;
const count = whole(1, 1_000);
const duration = amount(0, 3_600_000);
const probability = amount(0, 1);

/** What people, agents and managers do. Which agents are meant, the deed's own dice say. */
export const agentActs = {
  /** `request`: over the node's local socket, as authd and the command line ask. `hand`: lines are added to the master's client.keys. */
  'agent-register': { node, by: word(['request', 'hand']), count, groups: whole(0, 3) },
  /** Not all at once are meant to be many: see `agents-gone`. */
  'agent-remove': { node, by: word(['request', 'hand', 'mark']), purge: flag, count },
  /** So large a share of the lines of the master's client.keys goes. */
  'agents-gone': { percent: whole(1, 100) },
  /** They end, with a word or without one, and start again. */
  'agent-restart': { count, how: word(['shutdown', 'silent']), downMs: duration },
  /** They end for good. */
  'agent-end': { count, how: word(['shutdown', 'silent']) },
  /** They report to this node from now on. */
  'agent-move': { node, count },
  /** They go from one to the other and back. */
  'agent-flap': { one: node, other: node, count, times: whole(1, 1_000), everyMs: duration },
  /** Something else is known of them from now on. */
  'agent-news': { count, what: word(['version', 'labels', 'system', 'config']) },
  /** They report more often than they need. */
  'agent-burst': { count, times: whole(1, 1_000), everyMs: duration },
  /** On the master: assignments are changed. On a worker: they are edited beside the cluster, which is to put them right. */
  'agent-groups': { node, count, how: word(['one', 'several', 'none']) },
  /** A worker's manager chooses a group for agents that have none. */
  'agent-chosen': { node, count },
  /** Lines are added by hand to a worker's client.keys, and those agents report there. */
  'agent-strays': { node, count },
  'agent-litter': {
    node,
    what: word(['status-garbage', 'status-cut', 'status-name', 'groups-garbage', 'groups-name', 'keys-line']),
  },
  /** As the command line asks. */
  'agent-list': { node, what: word(['all', 'one', 'by-node', 'by-group']) },
} as const;

/** What goes wrong with managers and stores. */
export const agentFaults = {
  /** One of the manager's sockets on this node. */
  neighbour: {
    node,
    which: word(['wdb', 'wdb-http', 'auth', 'remoted']),
    how: word(['refused', 'slow', 'cut-short', 'err', 'dies', 'babbles', 'silent', 'done-unanswered']),
    probability,
    forMs: duration,
  },
  /** The manager as a whole is away: its agents report elsewhere, its sockets are gone. */
  'manager-down': { node, forMs: duration },
  /** Commits of the node's store fail. */
  'failing-store': { node, code: word(['ENOSPC', 'EIO']), probability, forMs: duration },
  /** The process is killed right before the n-th commit or sync of its store from then on. */
  'die-at-commit': { node, commits: whole(1, 1_000), how: word(['kill', 'power']), downMs: duration },
  /** The process is killed, and does not find the store that it had. */
  'damaged-store': { node, how: word(['removed', 'garbage']), downMs: duration },
} as const;

export const agentDeeds = { ...agentActs, ...agentFaults } as const;
