/**
 * The metrics of a node, collected when somebody asks.
 *
 * Each part is waited for at most 1.2 s, all of them at once; one that cannot be had is left out, and
 * `muster_scrape_faults` says so. Whoever asks while a collection is under way gets what comes of it.
 */
import type { Clock } from '@muster/actor';
import { openParts, type Part } from './collecting.ts';
import { expose, type MetricsText } from './expose.ts';
import { type Sample, sample } from './sample.ts';
import type { MetricSources } from './sources.ts';

export interface Metrics {
  /** Never rejects for what a source does. */
  scrape(): Promise<MetricsText>;
}

/** Doors give a view up after 1.5 s: the parts that are there must be text by then. */
export const partMs = 1_200;

/** Nothing runs between scrapes. */
export function openMetrics(sources: MetricSources): Metrics {
  const { clock } = sources;
  const parts = openParts(sources).map((part) => ({ name: part.name, within: oneAtATime(part, clock) }));
  const collect = async (): Promise<MetricsText> => {
    const began = clock.now();
    const found = await Promise.all(
      parts.map(async ({ name, within }): Promise<readonly Sample[]> => {
        const samples = await within();
        return [...(samples ?? []), sample('muster_scrape_faults', samples === undefined ? 1 : 0, { part: name })];
      }),
    );
    return expose([...found.flat(), sample('muster_scrape_seconds', (clock.now() - began) / 1_000, {})]);
  };
  let underWay: Promise<MetricsText> | undefined;
  return {
    scrape: () => {
      underWay ??= collect().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}

/** Undefined when it fails, or takes too long. One that never ends is not begun a second time: it is waited for anew. */
function oneAtATime({ collect }: Part, clock: Clock): () => Promise<readonly Sample[] | undefined> {
  let running: Promise<readonly Sample[] | undefined> | undefined;
  const begin = async (): Promise<readonly Sample[] | undefined> => {
    try {
      return await collect();
    } catch {
      return undefined;
    }
  };
  return () => {
    running ??= begin().finally(() => {
      running = undefined;
    });
    return inTime(running, clock);
  };
}

function inTime<T>(work: Promise<T>, clock: Clock): Promise<T | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.after(partMs, () => resolve(undefined));
    void work.then((done) => {
      cancel();
      resolve(done);
    });
  });
}
