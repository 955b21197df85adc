/** Each HAProxy. Pure. */
import type { Balance, BalancerView } from '@muster/protocol';
import type { BoundedNames } from '../bounded.ts';
import { type Sample, sample, states } from '../sample.ts';

const phases = ['unreachable', 'joining', 'leaving', 'cutting', 'settling', 'balanced', 'unbalanced'] as const;

/** `servers`: names of all HAProxies together. */
export function balancerSamples({ instances }: Balance, servers: BoundedNames): readonly Sample[] {
  servers.present(instances.flatMap((one) => one.servers.map(({ name }) => name)));
  return instances.flatMap((one) => oneBalancer(one, servers));
}

function oneBalancer(view: BalancerView, servers: BoundedNames): readonly Sample[] {
  const balancer = view.endpoint;
  return [
    sample('muster_balancer_reachable', view.reachable ? 1 : 0, { balancer }),
    ...states(phases, view.phase, (phase, value) => sample('muster_balancer_phase', value, { balancer, phase })),
    sample('muster_balancer_trouble', view.trouble === undefined ? 0 : 1, { balancer }),
    sample('muster_balancer_plans_total', view.plans, { balancer }),
    sample('muster_balancer_cuts_total', view.cuts, { balancer }),
    sample('muster_balancer_haproxy_restarts_total', view.restartsSeen, { balancer }),
    // What was seen long ago is no session that there is.
    ...(view.reachable ? seen(view, servers) : []),
  ];
}

const seen = ({ endpoint: balancer, servers: rows }: BalancerView, servers: BoundedNames): readonly Sample[] => [
  sample('muster_balancer_spread_sessions', spreadOf(rows), { balancer }),
  ...rows.flatMap(({ name, sessions, target }) => {
    const labels = { balancer, server: servers.of(name) };
    return [
      sample('muster_balancer_sessions', sessions, labels, name),
      sample('muster_balancer_target_sessions', target, labels, name),
    ];
  }),
];

/** 0 without servers. */
export function spreadOf(rows: readonly { readonly sessions: number; readonly target: number }[]): number {
  const off = rows.map(({ sessions, target }) => sessions - target);
  return off.length === 0 ? 0 : Math.max(...off) - Math.min(...off);
}
