/**
 * The balancers of a master: one actor for each HAProxy, fed with who is in the cluster.
 *
 *   haproxy (supervisor)
 *   ├── haproxy-balancer     ← keep-alive, muster drain
 *   └── haproxy-balancer-2   one for each further instance
 */
import { ask, type Ref, type Supervisor, tell } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { Driver } from '@muster/haproxy';
import {
  type BalancerDeps,
  type BalancerEvent,
  type BalancerMessage,
  getBalance,
  spawnBalancer,
} from '@muster/haproxy-balancer';
import type { Log } from '@muster/log';
import { type Balance, type BalancerView, clip, type Health, type NodeName, type NodeView } from '@muster/protocol';
import type { MasterAgents } from '@muster/store';
import { inTurn } from '../files/in-turn.ts';
import { type KeptNames, openKeptNames } from '../kept-names.ts';
import { type LineLimit, lineLimit } from '../line-limit.ts';
import type { Platform } from '../platform.ts';
import { type DrainWish, refusalOf } from './drain.ts';
import { openDriver, openReconnect } from './drivers.ts';
import { fitBalance } from './fit-balance.ts';
import { logBalancer, logBeginning, logDamaged, logDrained, logNotAsked, logNotKept } from './haproxy-log.ts';
import { type Membership, openMembership } from './membership.ts';
import { movableAgents } from './reconnect.ts';

export interface Balancers {
  /** A peer linked, or lives otherwise than before: the balancers are told who there is. Neither blocks nor throws. */
  changed(): void;
  /** The node is gone for good; an operator's drain of it, too. */
  forget(node: NodeName): void;
  /** Rejects when an actor does not answer. */
  balance(): Promise<Balance>;
  health(): Promise<Pick<Health, 'balancers'>>;
  /** `names`: every node of the cluster. False: it was so before. Rejects, with a code, when it may not be or cannot be kept. */
  drain(node: string, drained: boolean, names: readonly NodeName[]): Promise<boolean>;
  /** What links end with when this node stops is nobody's goodbye: the balancers hear nothing more. */
  close(): void;
}

export interface BalancersNeeds {
  readonly root: Supervisor;
  readonly config: NodeConfig;
  readonly platform: Platform;
  readonly statePath: string;
  /** What keep-alive says of the peers, now. May reject. */
  readonly rows: () => Promise<readonly NodeView[]>;
  /** For agents that are asked to connect anew. */
  readonly agents: () => Pick<MasterAgents, 'page' | 'info'>;
  /** Told of each event beside the log: which HAProxy, and what. Neither blocks nor throws. */
  readonly heard: (endpoint: string, event: BalancerEvent) => void;
}

/** The reference waits for new servers as long (`reference/haproxy.md`, constants). */
const joinTimeoutMs = 60_000;
/** Agents connect anew within seconds; see `BalancerConfig`. */
const quietMs = 10_000;
/** For a balancer: it never waits for HAProxy before it answers. */
const askMs = 5_000;

/** Without anything to balance it has empty views, and refuses to drain. */
export async function openBalancers(needs: BalancersNeeds): Promise<Balancers> {
  return needs.config.haproxy === undefined ? noBalancers : await spawnBalancers(needs, needs.config.haproxy);
}

const refused = ({ code, text }: { readonly code: string; readonly text: string }): Error =>
  Object.assign(new Error(text), { code });

const noBalancers: Balancers = {
  changed: () => {},
  forget: () => {},
  balance: async () => ({ type: 'balance', instances: [] }),
  health: async () => ({}),
  drain: async () => {
    const text =
      'This master balances no HAProxy: name one in haproxy.instances of muster.yaml, or enable <haproxy_helper> of ossec.conf.';
    throw refused({ code: 'no-haproxy', text });
  },
  close: () => {},
};

interface Balanced {
  readonly actor: Ref<BalancerMessage>;
  readonly driver: Driver;
}

type Haproxy = NonNullable<NodeConfig['haproxy']>;

async function spawnBalancers(needs: BalancersNeeds, haproxy: Haproxy): Promise<Balancers> {
  const { config, platform, statePath, rows } = needs;
  const { clock, disk, log } = platform;
  const drained = await openKeptNames(disk, `${statePath}/drained`, {
    failed: (error) => logNotKept(log, wordsOf(error)),
    damaged: (text) => logDamaged(log, text),
  });
  const membership = openMembership({
    ...{ clock, rows, drained, config: haproxy },
    own: { name: config.cluster.nodeName, address: config.cluster.nodes[0] ?? '' },
    tell: (members) => {
      for (const { actor } of balanced) tell(actor, { type: 'members', members });
    },
  });
  const balanced: readonly Balanced[] = spawnEach(needs, haproxy, membership);
  logBeginning(
    log,
    balanced.map(({ driver }) => driver.endpoint),
    drained.all(),
  );
  const views = (): Promise<readonly BalancerView[]> =>
    Promise.all(balanced.map(({ actor }) => ask(actor, getBalance, askMs)));
  const wished = inTurn(wish);
  return {
    changed: membership.peersChanged,
    forget: (node) => {
      if (drained.delete(node)) membership.drainsChanged();
    },
    balance: async () => fitBalance(await views()),
    health: async () => ({ balancers: await Promise.all(balanced.map(healthOf)) }),
    drain: async (node, wanted, names) => {
      const isNews = await wished({ node, drained: wanted }, { names, views, drained, membership, haproxy, log });
      await kept(drained);
      return isNews;
    },
    close: () => {
      membership.close();
      for (const { driver } of balanced) driver.close();
    },
  };
}

interface Draining {
  readonly names: readonly NodeName[];
  readonly views: () => Promise<readonly BalancerView[]>;
  readonly drained: KeptNames;
  readonly membership: Membership;
  readonly haproxy: Haproxy;
  readonly log: Log;
}

/** One at a time: a drain waits for the views, and what is asked after it must not overtake it. */
async function wish(
  wanted: DrainWish,
  { names, views, drained, membership, haproxy, log }: Draining,
): Promise<boolean> {
  const seen = wanted.drained ? [...(await views())] : [];
  const facts = { names, members: membership.members(), already: drained.all(), excluded: haproxy.excludedNodes };
  const refusal = refusalOf(wanted, { ...facts, views: seen });
  if (refusal !== undefined) throw refused(refusal);
  const isNews = wanted.drained ? drained.add(wanted.node) : drained.delete(wanted.node);
  if (isNews) logDrained(log, wanted.node, wanted.drained);
  membership.drainsChanged();
  return isNews;
}

/** It holds when it is on disk: an operator who reads that it is done may restart the master. */
async function kept(drained: KeptNames): Promise<void> {
  const failure = await drained.written();
  if (failure === undefined) return;
  const text = `It is done, but a restart of this master would not know it: the list cannot be written: ${wordsOf(failure.error)}`;
  throw refused({ code: 'not-kept', text });
}

function spawnEach(needs: BalancersNeeds, haproxy: Haproxy, membership: Membership): readonly Balanced[] {
  const { root, platform } = needs;
  const { clock, log } = platform;
  const supervisor = root.supervise('haproxy');
  const limit = lineLimit(clock.now);
  const reconnecting = reconnectAgents(needs, haproxy, limit);
  const standingOf = (server: string) => membership.members().find(({ name }) => name === server)?.standing;
  return haproxy.instances.map((instance, index) => {
    const driver = openDriver(instance, haproxy, platform.haproxy);
    const at = haproxy.instances.length === 1 ? '' : `${driver.endpoint}: `;
    const { pollMs, frequencyMs, chunk, pauseMs, settleMs, tolerance, removeAfterMs } = haproxy;
    const actor = supervisor.spawn((parent) =>
      spawnBalancer(
        parent,
        {
          clock,
          haproxy: driver,
          ...reconnecting,
          report: (event) => {
            logBalancer({ log, limit, at, standingOf, removeAfterMs }, event);
            needs.heard(driver.endpoint, event);
            if (event.type === 'reached') membership.tellAgain();
          },
        },
        {
          name: index === 0 ? 'haproxy-balancer' : `haproxy-balancer-${index + 1}`,
          endpoint: driver.endpoint,
          ...{ pollMs, frequencyMs, chunk, pauseMs, settleMs, tolerance, removeAfterMs, quietMs, joinTimeoutMs },
        },
      ),
    );
    return { actor, driver };
  });
}

/** For drivers that cannot end connections; without the manager's API nobody is asked. */
function reconnectAgents(
  { platform, agents }: BalancersNeeds,
  { api }: Haproxy,
  limit: LineLimit,
): Pick<BalancerDeps, 'reconnectAgents'> {
  if (api === undefined) return {};
  const client = openReconnect(api, platform.haproxy);
  return {
    reconnectAgents: async (node, atMost, signal) => {
      const { ids, skipped } = await movableAgents(agents(), node, atMost, () => platform.disk.turn());
      if (skipped.length > 0) logNotAsked(platform.log, limit, node, skipped);
      return ids.length === 0 ? 0 : await client.reconnect(ids, signal);
    },
  };
}

async function healthOf({ actor, driver }: Balanced): Promise<NonNullable<Health['balancers']>[number]> {
  const { endpoint } = driver;
  try {
    const { phase, doing, trouble } = await ask(actor, getBalance, askMs);
    return { endpoint, phase, doing, ...(trouble === undefined ? {} : { trouble }) };
  } catch (error) {
    const trouble = clip(`its balancer does not answer: ${wordsOf(error)}`);
    return { endpoint, phase: 'unreachable', doing: 'not known', trouble };
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
