/** What people and programs do at the doors of nodes. Each kind of deed with its fields; durations in ms. */
import { amount, text, whole, word } from './field.ts';

const node = text;
const times = whole(1, 1_000);
const everyMs = amount(0, 3_600_000);
/** At the door of `node`, of node `of`. */
const ends = { node, of: node } as const;

export const doorDeeds = {
  /** Views, one after the other or at once. */
  'door-ask': {
    ...ends,
    question: word([
      'any',
      'get-health',
      'get-tree',
      'get-actor',
      'get-dead-letters',
      'get-links',
      'get-node-info',
      'get-logs',
      'get-metrics',
      'get-standing',
      'get-healthcheck',
    ]),
    times,
    everyMs,
  },
  /** A worker takes none for another node. */
  'door-order': {
    ...ends,
    order: word([
      'crash-actor',
      'restart-actor',
      'tell-actor',
      'ask-actor',
      'bench-actor',
      'set-log-level',
      'misspelt',
    ]),
    times,
    everyMs,
  },
  /** Reads the journal on and on, each page from where the last one ended. */
  'door-events': { ...ends, times, everyMs },
  /** So many watch what actors handle. */
  'door-trace': {
    ...ends,
    watchers: whole(1, 10),
    pattern: word(['**', '/links/*', '/file-sync', '/keep-alive', '/nobody']),
    times,
    everyMs,
  },
  /** One of the manager's programs at the cluster socket, so many bytes at a time. */
  'door-program': {
    node,
    command: word(['get_nodes', 'get_health', 'get_config', 'get_hash', 'echo-c', 'sendsync', 'dapi', 'nonsense']),
    piece: whole(1, 1_000),
    times,
    everyMs,
  },
  /** A worker that obeys somebody else has its master asked to give another node an order. */
  'door-rogue': { ...ends, order: word(['crash-actor', 'restart-actor', 'set-log-level']) },
} as const;
