/** The metrics of this node over its local socket: a text in pages of whole lines. */
import type { ControlAnswers } from '@muster/control';
import type { Metrics } from '@muster/metrics';
import { MAX_METRICS_PAGE } from '@muster/protocol';
import { refuse } from '../inspect/refuse.ts';

export type MetricsViews = Pick<ControlAnswers, 'metrics'>;

interface Kept {
  readonly number: number;
  readonly contentType: string;
  readonly text: string;
}

/** Texts whose pages may still be asked for: of that many who read at once. */
const mostKept = 4;

/** A text of one page is not kept. */
export function metricsViews(scrape: Metrics['scrape'], pageLength = MAX_METRICS_PAGE): MetricsViews {
  let kept: readonly Kept[] = [];
  let texts = 0;
  const pageOf = (one: Kept, from: number) => {
    const to = endOfPage(one.text, from, pageLength);
    const isLast = to >= one.text.length;
    kept = kept.filter(({ number }) => number !== one.number);
    if (!isLast) kept = [...kept, one].slice(-mostKept);
    const { number, contentType, text } = one;
    const rest = isLast ? {} : { rest: { text: number, from: to } };
    return { type: 'metrics' as const, contentType, page: text.slice(from, to), ...rest };
  };
  return {
    metrics: async ({ rest }) => {
      if (rest === undefined) {
        texts += 1;
        return pageOf({ number: texts, ...(await scrape()) }, 0);
      }
      const known = kept.find(({ number }) => number === rest.text);
      if (known === undefined) throw refuse('metrics-gone', 'Others asked for metrics meanwhile: begin anew.');
      return pageOf(known, rest.from);
    },
  };
}

/** After the last line that ends within the page; within a line that is longer than one. */
function endOfPage(text: string, from: number, length: number): number {
  if (text.length - from <= length) return text.length;
  const lineEnd = text.lastIndexOf('\n', from + length - 1);
  return lineEnd >= from ? lineEnd + 1 : from + length;
}
