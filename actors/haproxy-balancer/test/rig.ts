import { tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import { type BalancerConfig, type BalancerEvent, type HaproxyPort, type Member, spawnBalancer } from '../src/index.ts';
import { type HaproxyModel, openModel } from './haproxy-model.ts';

export const defaults: BalancerConfig = {
  name: 'haproxy-balancer',
  endpoint: '/run/haproxy/admin.sock',
  pollMs: 1_000,
  frequencyMs: 60_000,
  chunk: 300,
  pauseMs: 5_000,
  settleMs: 60_000,
  tolerance: 0.1,
  removeAfterMs: 600_000,
  quietMs: 0,
  joinTimeoutMs: 60_000,
};

export const member = (name: string, more: Partial<Member> = {}): Member => ({
  name,
  address: `10.0.0.${name.slice(1)}`,
  port: 1514,
  weight: 100,
  standing: 'up',
  since: 0,
  ...more,
});

/** What a test puts before the calls of the driver. */
export type Gate = (call: string, signal: AbortSignal) => Promise<void> | void;

/** The model as a driver, with a gate before each call. */
export function portOf(model: HaproxyModel, gate: Gate = () => {}): HaproxyPort {
  const through =
    <A extends readonly unknown[], R>(name: string, work: (...args: A) => R) =>
    async (...args: readonly [...A, AbortSignal]): Promise<R> => {
      const signal = args.at(-1) as AbortSignal;
      const rest = args.slice(0, -1) as unknown as A;
      model.calls.push(
        [name, ...rest.map((arg) => (typeof arg === 'object' ? JSON.stringify(arg) : String(arg)))].join(' '),
      );
      await gate(name, signal);
      return work(...rest);
    };
  const { driver } = model;
  return {
    capabilities: { sessions: true, cut: true, weights: true },
    prepare: through('prepare', () => []),
    instance: through('instance', driver.instance),
    servers: through('servers', driver.servers),
    ensureServer: through('ensure', driver.ensureServer),
    setState: through('state', driver.setState),
    setWeight: through('weight', driver.setWeight),
    sessions: through('sessions', driver.sessions),
    cut: through('cut', driver.cut),
    removeServer: through('remove', driver.removeServer),
    persist: through('persist', driver.persist),
  };
}

export interface RigOptions {
  readonly model?: HaproxyModel;
  readonly gate?: Gate;
  readonly config?: Partial<BalancerConfig>;
  readonly port?: (port: HaproxyPort) => HaproxyPort;
  readonly reconnectAgents?: (node: string, atMost: number, signal: AbortSignal) => Promise<number>;
}

/** A balancer under a supervisor, on a model of HAProxy and a clock that moves when told. */
export function rig({ model = openModel(), gate, config, port = (same) => same, reconnectAgents }: RigOptions = {}) {
  const system = testSystem();
  const events: BalancerEvent[] = [];
  const balancer = system.root.spawn((parent) =>
    spawnBalancer(
      parent,
      {
        clock: system.clock,
        haproxy: port(portOf(model, gate)),
        report: (event) => void events.push(event),
        ...(reconnectAgents && { reconnectAgents }),
      },
      { ...defaults, ...config },
    ),
  );
  return {
    system,
    model,
    events,
    balancer,
    /** Time passes for both, in small steps. */
    pass: async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 50) {
        await system.clock.advance(Math.min(50, left));
        model.pass(Math.min(50, left));
      }
      await settle();
    },
    members: async (...members: readonly Member[]): Promise<void> => {
      tell(balancer, { type: 'members', members });
      await settle();
    },
    of: <T extends BalancerEvent['type']>(type: T) =>
      events.filter((event): event is Extract<BalancerEvent, { type: T }> => event.type === type),
  };
}

/** A model with these nodes alive. */
export function modelWith(names: readonly string[], options: Parameters<typeof openModel>[0] = {}): HaproxyModel {
  const model = openModel(options);
  for (const name of names) model.live(`10.0.0.${name.slice(1)} 1514`);
  return model;
}

/** The state of each server. */
export const admins = (model: ReturnType<typeof modelWith>) =>
  Object.fromEntries([...model.servers.values()].map(({ name, admin }) => [name, admin]));

/** `count` agents on `names`, balanced, everything at rest. */
export async function calm(names: readonly string[], count: number, options: RigOptions = {}) {
  const model = options.model ?? modelWith(['w1', 'w2', 'w3', 'w4', 'w5']);
  const all = rig({ ...options, model });
  await all.members(...names.map((name) => member(name)));
  await all.pass(3_000);
  model.join(count);
  await all.pass(2_000);
  all.events.length = 0;
  model.calls.length = 0;
  return { ...all, model };
}
export const up = (...names: readonly string[]) => names.map((name) => member(name));
