/** What happens to HAProxy and to those who connect through it. Each kind of deed with its fields; durations in ms. */
import { amount, text, whole, word } from './field.ts';

const node = text;
const duration = amount(0, 3_600_000);

export const haproxyDeeds = {
  'lb-end': { how: word(['kill', 'restart', 'reload']), downMs: duration },
  /** Its Runtime API cannot be reached, or takes a line and says nothing. Agents notice nothing. */
  'lb-away': { how: word(['refused', 'silent']), forMs: duration },
  'lb-answers': {
    how: word(['garbage', 'html', 'cut-short', 'slow', 'empty', 'huge', 'done-unanswered']),
    probability: amount(0, 1),
    forMs: duration,
  },
  /** By hand, beside the cluster. */
  'lb-edit': { node, what: word(['maint', 'drain', 'ready', 'weight', 'address', 'delete', 'unchecked']) },
  'lb-agents': { change: word(['arrive', 'depart']), count: whole(1, 1_000) },
  /** As `muster drain` and, at the end, `muster undrain` ask. */
  'lb-drain': { node, forMs: duration },
  /** Nobody takes agents on this node. */
  'port-down': { node, forMs: duration },
} as const;
