/** The balancer on the Data Plane API, with agents that connect anew when the manager asks them to: all over loopback. */
import { nactScheduler, openSystem, systemClock, systemRandom, tell } from '@muster/actor';
import { nodeHaproxyPorts, openDataplaneDriver, openReconnectClient } from '@muster/haproxy';
import { type DataplaneDouble, dataplaneDouble, managerApiDouble } from '@muster/haproxy/testing';
import { type BalancerEvent, type Member, spawnBalancer } from '@muster/haproxy-balancer';

const backend = 'wazuh_reporting';
const member = (name: string, standing: Member['standing'] = 'up'): Member => {
  return { name, address: `192.0.2.${name.length}`, port: 1514, weight: 100, standing, since: 0 };
};

/** Agents by id, each on a server; those that come go to the ready server with the fewest. */
function openAgents({ machine }: DataplaneDouble) {
  const on = new Map<number, string>();
  const servers = () => machine.process.backends.get(backend)!;
  const connect = (id: number): void => {
    const left = servers().get(on.get(id) ?? '');
    if (left !== undefined) left.sessions -= 1;
    const ready = [...servers().values()].filter(({ admin }) => admin === 'ready');
    const next = ready.reduce((best, each) => (each.sessions < best.sessions ? each : best));
    next.sessions += 1;
    on.set(id, next.name);
  };
  return {
    connect,
    of: (node: string) => [...on].filter(([, name]) => name === node).map(([id]) => id),
    counts: () => Object.fromEntries([...servers().values()].map(({ name, sessions }) => [name, sessions])),
    /** A restarted HAProxy has ended all of them. */
    reconnectAll: () => {
      const ids = [...on.keys()];
      on.clear();
      for (const id of ids) connect(id);
    },
  };
}

test.each(['2.9', '3.4'] as const)(
  'members come, go and are balanced by reconnecting agents, without a reload: %s',
  async (version) => {
    const double = await dataplaneDouble({ version });
    const manager = await managerApiDouble();
    const ports = nodeHaproxyPorts();
    const { user, password, port } = double;
    const endpoint = { protocol: 'http', host: '127.0.0.1', port } as const;
    // Its first reload ends at the second look: no wait is worth waiting for here.
    const quick = { ...ports, wait: async () => undefined };
    const driver = openDataplaneDriver({ endpoint, user, password, backend, agentPort: 1514 }, quick);
    const url = `http://127.0.0.1:${manager.port}`;
    const api = openReconnectClient({ url, user: manager.user, password: manager.password }, ports);
    const agents = openAgents(double);
    const reconnectAgents = async (node: string, atMost: number, signal: AbortSignal): Promise<number> => {
      const ids = agents.of(node).slice(0, atMost);
      const count = await api.reconnect(ids, signal);
      for (const id of ids) agents.connect(id);
      return count;
    };

    const events: BalancerEvent[] = [];
    const waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];
    const report = (event: BalancerEvent): void => {
      events.push(event);
      for (const each of waiting.splice(0)) {
        if (each.holds()) each.resolve();
        else waiting.push(each);
      }
    };
    const told = (holds: () => boolean): Promise<void> =>
      holds() ? Promise.resolve() : new Promise((resolve) => waiting.push({ holds, resolve }));
    const system = openSystem({
      clock: systemClock,
      random: systemRandom,
      scheduler: nactScheduler(),
      giveUp: (reason) => events.push({ type: 'failed', doing: 'living', text: reason }),
    });
    const balancer = system.root.spawn((parent) =>
      spawnBalancer(
        parent,
        { clock: systemClock, haproxy: driver, reconnectAgents, report },
        {
          ...{
            name: 'haproxy-balancer',
            endpoint: driver.endpoint,
            pollMs: 10,
            frequencyMs: 50,
            quietMs: 0,
            chunk: 300,
            pauseMs: 1,
          },
          ...{ settleMs: 5_000, tolerance: 0.1, removeAfterMs: 0, joinTimeoutMs: 5_000 },
        },
      ),
    );
    const is = (counts: Record<string, number>) => () => JSON.stringify(agents.counts()) === JSON.stringify(counts);
    const written = () => [...double.machine.configured.backends.get(backend)!.parts.keys()].sort();
    const members = (...all: readonly Member[]): void => tell(balancer, { type: 'members', members: all });
    const count = (type: BalancerEvent['type']): number => events.filter((event) => event.type === type).length;
    try {
      members(member('master'), member('worker1'));
      await told(() => count('joined') === 2);
      expect([count('reached'), count('mended')]).toEqual([1, 0]);
      for (let id = 1; id <= 12; id++) agents.connect(id);
      expect(agents.counts()).toEqual({ master: 6, worker1: 6 });

      members(member('master'), member('worker1'), member('worker-22'));
      await told(is({ master: 4, worker1: 4, 'worker-22': 4 }));
      expect(manager.asked.flat()).toHaveLength(4);

      members(member('master'), member('worker1', 'left'), member('worker-22'));
      await told(is({ master: 6, 'worker-22': 6 }));
      await told(() => written().join() === 'master,worker-22');
      expect(manager.asked.flat()).toHaveLength(8);

      const before = count('reached');
      double.machine.restart();
      agents.reconnectAll();
      await told(() => count('reached') > before);
      expect([...double.machine.process.backends.get(backend)!.keys()].sort()).toEqual(['master', 'worker-22']);
      // One for the creation of the backend, one by hand.
      expect(double.machine.starts).toBe(2);
      expect(events.filter(({ type }) => type === 'failed' || type === 'unreachable')).toEqual([]);
      expect(double.violations).toEqual([]);
    } finally {
      await system.stop();
      driver.close();
      await double.close();
      await manager.close();
    }
  },
);
