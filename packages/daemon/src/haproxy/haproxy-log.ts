/** What the log says of HAProxy, with the tags and, where the event is the same, the words of the seed (`reference/haproxy.md`). */
import type { BalancerEvent, Member } from '@muster/haproxy-balancer';
import type { Log } from '@muster/log';
import type { LineLimit } from '../line-limit.ts';

const tag = 'HAPHelper';
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
const agents = (count: number): string => (count === 1 ? '1 agent' : `${count} agents`);
const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** Who speaks: which HAProxy, where there are several. */
export interface HaproxyLog {
  readonly log: Log;
  readonly limit: LineLimit;
  /** Before each line: '' where there is one alone. */
  readonly at: string;
  /** How the node of a server stands; undefined: it is no node's. */
  readonly standingOf: (server: string) => Member['standing'] | undefined;
  readonly removeAfterMs: number;
}

/** Each event one line or none. What HAProxy can cause again and again is limited. */
export function logBalancer(to: HaproxyLog, event: BalancerEvent): void {
  logEvent(to, 'text' in event ? { ...event, text: withoutStart(event.text, to.at) } : event);
}

/** A line begins with where it is from already. */
const withoutStart = (text: string, start: string): string =>
  text.startsWith(start) ? text.slice(start.length) : text;

function logEvent(to: HaproxyLog, event: BalancerEvent): void {
  const { log, limit, at } = to;
  const proxy = log.for(tag, 'Proxy');
  const main = log.for(tag, 'Main');
  switch (event.type) {
    case 'reached':
      return logReached(to, event);
    case 'unreachable':
      return limit(`haproxy unreachable ${at}`, (more) =>
        proxy.error(`${at}Could not connect to HAProxy, it is tried again: ${event.text}${more}`),
      );
    case 'advice':
      return limit(`haproxy advice ${at} ${event.code}`, (more) =>
        proxy.warning(`${at}HAProxy's configuration should be mended (${event.code}): ${event.text}${more}`),
      );
    case 'membership': {
      const words = [
        ...(event.adding.length > 0 ? [`to add: ${listed(event.adding)}`] : []),
        ...(event.removing.length > 0 ? [`to remove: ${listed(event.removing)}`] : []),
      ];
      return limit(`haproxy membership ${at}`, (more) =>
        main.info(`${at}Detected changes in Wazuh cluster nodes, ${words.join('; ')}${more}`),
      );
    }
    case 'joined':
      return limit(`haproxy joined ${at} ${event.server}`, (more) =>
        proxy.info(`${at}Added new server '${event.server}', it takes agents.${more}`),
      );
    case 'leaving':
      return limit(`haproxy leaving ${at} ${event.server}`, (more) => logLeaving(to, event.server, more));
    case 'removed':
      return limit(`haproxy removed ${at} ${event.server}`, (more) =>
        proxy.info(`${at}Removed server '${event.server}'.${more}`),
      );
    case 'not-up':
      return proxy.error(
        `${at}Some of the new servers did not go UP: '${event.server}'. Does its node take agents there? It gets none until its health check is good.`,
      );
    default:
      return logWork(to, event);
  }
}

type Reached = Extract<BalancerEvent, { readonly type: 'reached' }>;

function logReached({ log, limit, at }: HaproxyLog, { before, pid, version }: Reached): void {
  const proxy = log.for(tag, 'Proxy');
  if (before === 'none') return proxy.info(`${at}Proxy was initialized: HAProxy ${version}, process ${pid}.`);
  if (before === 'same') return proxy.info(`${at}HAProxy can be reached again.`);
  return limit(`haproxy restarted ${at}`, (more) =>
    proxy.warning(
      `${at}HAProxy was restarted or reloaded, it is process ${pid} now: its servers are put right.${more}`,
    ),
  );
}

function logLeaving({ log, at, standingOf, removeAfterMs }: HaproxyLog, server: string, more: string): void {
  const main = log.for(tag, 'Main');
  const standing = standingOf(server);
  if (standing === 'excluded')
    return main.info(`${at}Server '${server}' has been excluded but is currently active. Removing it${more}`);
  if (standing === 'down' || standing === undefined)
    return main.info(
      `${at}Server '${server}' has been disconnected for over ${Math.round(removeAfterMs / 60_000)} minutes. Removing it${more}`,
    );
  return main.info(`${at}Server '${server}' leaves: it gets no new agents, and those it has are moved.${more}`);
}

type Work = Exclude<
  BalancerEvent,
  { readonly type: 'reached' | 'unreachable' | 'advice' | 'membership' | 'joined' | 'leaving' | 'removed' | 'not-up' }
>;

function logWork(to: HaproxyLog, event: Work): void {
  const { log, limit, at } = to;
  const proxy = log.for(tag, 'Proxy');
  const main = log.for(tag, 'Main');
  switch (event.type) {
    case 'state-changed':
      return logState(to, event);
    case 'mended':
      return limit(`haproxy mended ${at} ${event.server}`, (more) =>
        proxy.warning(`${at}Server '${event.server}' was found ${event.found.toUpperCase()}. Fixing it${more}`),
      );
    case 'weighed':
      return logWeight(to, event);
    case 'plan': {
      main.info(`${at}Agent imbalance detected. Moving ${event.cuts} of ${agents(event.of)}.`);
      for (const [server, cuts] of Object.entries(event.from)) {
        if (cuts > 0) main.info(`${at}Balancing ${agents(cuts)} from '${server}'.`);
      }
      return;
    }
    case 'chunk-cut':
      if (event.left > 0) return main.debug(`${at}Moved ${agents(event.cuts)}, ${event.left} are left.`);
      return main.info(`${at}Waiting for agent connections stability.`);
    case 'settled': {
      const took = `${seconds(event.tookMs)}s`;
      if (event.inTime) return main.info(`${at}Moved ${agents(event.cuts)}, who are all back after ${took}.`);
      return main.warning(`${at}Moved ${agents(event.cuts)}, who are not all back after ${took}.`);
    }
    case 'balanced':
      return main.info(`${at}Load balancer backend is balanced: ${agents(event.sessions)}.`);
    case 'failed':
      return limit(`haproxy failed ${at} ${event.doing}`, (more) =>
        proxy.error(
          `${at}Tasks may not perform as expected, this is tried again: ${event.doing}: ${event.text}${more}`,
        ),
      );
  }
}

type Event<Type extends BalancerEvent['type']> = Extract<BalancerEvent, { readonly type: Type }>;

/** Whether its node gets agents is told; on the way there, and what was told before (it leaves, it was drained), is not. */
function logState({ log, limit, at, standingOf }: HaproxyLog, event: Event<'state-changed'>): void {
  const proxy = log.for(tag, 'Proxy');
  const { server, to, why } = event;
  const standing = standingOf(server);
  if (to === 'ready')
    return limit(`haproxy ready ${at} ${server}`, (more) =>
      proxy.info(`${at}Server '${server}' gets agents again: ${why}.${more}`),
    );
  if (to === 'drain' && (standing === 'suspect' || standing === 'down'))
    return limit(`haproxy drain ${at} ${server}`, (more) =>
      proxy.info(`${at}Server '${server}' gets no new agents: ${why}.${more}`),
    );
  return proxy.debug(`${at}Changed Wazuh server '${server}' to ${to.toUpperCase()} state: ${why}.`);
}

function logWeight({ log, limit, at }: HaproxyLog, { server, found, to, mended }: Event<'weighed'>): void {
  const proxy = log.for(tag, 'Proxy');
  limit(`haproxy weight ${at} ${server}`, (more) =>
    mended
      ? proxy.warning(`${at}Server '${server}' was found with weight ${found} instead of ${to}. Fixing it${more}`)
      : proxy.info(`${at}Changed the weight of server '${server}' from ${found} to ${to}.${more}`),
  );
}

/** What the node tells at its start. */
export function logBeginning(log: Log, endpoints: readonly string[], drained: readonly string[]): void {
  const main = log.for(tag, 'Main');
  main.info(`Starting HAProxy Helper for ${endpoints.join(', ')}.`);
  if (drained.length > 0) main.info(`Drained by an operator before: ${listed(drained)}.`);
}

export const logDrained = (log: Log, node: string, drained: boolean): void =>
  drained
    ? log.for(tag, 'Main').info(`An operator drains '${node}': its agents are moved, and it gets no new ones.`)
    : log.for(tag, 'Main').info(`An operator ended the drain of '${node}': it gets agents again.`);

export function logNotAsked(log: Log, limit: LineLimit, node: string, skipped: readonly string[]): void {
  const named = skipped.slice(0, 5).join(', ');
  const others = skipped.length > 5 ? ` and ${skipped.length - 5} more` : '';
  limit(`haproxy not asked ${node}`, (more) =>
    log
      .for(tag, 'Main')
      .warning(
        `Agents of '${node}' are older than 4.3 or tell no version, and cannot be asked to connect anew: ${named}${others}. Balance might not be precise.${more}`,
      ),
  );
}

export const logNotKept = (log: Log, text: string): void =>
  log.for(tag, 'Main').warning(`The list of drained nodes cannot be kept: ${text}`);

export const logDamaged = (log: Log, text: string): void =>
  log
    .for(tag, 'Main')
    .warning(
      `The list of drained nodes is damaged. Nodes that cannot be read in it get agents: drain them anew, see muster balance. ${text}`,
    );
