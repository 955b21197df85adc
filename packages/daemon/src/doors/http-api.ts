/** The HTTP API: its actor, fed with the node's answers. */
import { spawnHttpApi } from '@muster/http-api';
import { lineLimit } from '../line-limit.ts';
import { version } from '../version.ts';
import type { DoorSources } from './open-doors.ts';

/** Starts it where the configuration and the platform have one; it stops with the root. */
export function openHttpApi({ root, config, platform, tag, answers, events, metrics }: DoorSources): void {
  const { clock, wallNow, listenHttp } = platform;
  if (listenHttp === undefined) return;
  const own = platform.log.for(tag, 'HTTP API');
  const limit = lineLimit(clock.now);
  const { key: _key, ...cluster } = config.cluster;
  const sources = {
    ...{ clock, wallNow, cluster, version, answers, watchEvents: events.watch, metrics: metrics.scrape },
    log: {
      info: own.info,
      // Strangers cause such lines at will.
      warning: (text: string) => limit(text.split(' ').slice(0, 3).join(' '), (more) => own.warning(`${text}${more}`)),
    },
  };
  root.spawn((parent) =>
    spawnHttpApi(parent, {
      clock,
      listen: (signal) => listenHttp(sources, signal),
      opened: ({ url, fingerprint, lacksUsers }) => {
        const shown = fingerprint === undefined ? 'without TLS' : `certificate SHA-256 ${fingerprint}`;
        own.info(`Listens on ${url}, ${shown}.`);
        if (lacksUsers !== undefined)
          own.warning(`Nobody may ask: ${lacksUsers} names no user. Add one: muster user add NAME --role read`);
      },
      warn: (text) => own.warning(text),
    }),
  );
}
